#include "stacks/sam/api.h"

#include <gtest/gtest.h>

#include "stacks/sam/world_test.h"

namespace hearth::stacks::sam {
namespace {

constexpr auto kUri =
    R"({"Fn::Sub":"arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations"})";

// GET /a, of the implicit API; `more` stands among the event's properties.
std::string withApi(const std::string& more = "", const std::string& rest = "",
                    const std::string& attributes = "") {
  return withFunction("      Events: {E: {Type: Api, Properties: {Path: /a, Method: get" + more + "}}}\n", rest,
                      attributes);
}

// The same with an API "A" of its own, whose properties are indented by six.
std::string withOwnApi(const std::string& properties, const std::string& more = "") {
  return withApi(", RestApiId: !Ref A" + more) +
         "  A:\n    Type: AWS::Serverless::Api\n    Properties:\n      StageName: v1\n" + properties;
}

const std::string kGet = "/Resources/ServerlessRestApi/Properties/Body/paths/~1a/get";
const std::string kBody = "/Resources/A/Properties/Body";

std::string deploymentOf(const Json& made) {
  for (const auto& [id, resource] : made.at("Resources").get_object()) {
    if (base::findString(resource, "Type") == "AWS::ApiGateway::Deployment") return std::string(id);
  }
  return "";
}

TEST(SamApi, anEventWithoutAnApiHasTheImplicitOne) {
  const Json made = expand(withApi());
  const std::string deployment = deploymentOf(made);
  EXPECT_EQ(ids(made), "F FRole FEPermissionProd ServerlessRestApi " + deployment + " ServerlessRestApiProdStage");
  EXPECT_EQ(deployment.substr(0, 27), "ServerlessRestApiDeployment");
  EXPECT_EQ(deployment.size(), 37U);
  EXPECT_EQ(
      at(made, "/Resources/ServerlessRestApi/Properties"),
      R"({"Body":{"swagger":"2.0","info":{"version":"1.0","title":{"Ref":"AWS::StackName"}},"paths":{"/a":{"get":)"
      R"({"x-amazon-apigateway-integration":{"type":"aws_proxy","httpMethod":"POST","uri":)" +
          std::string(kUri) + R"(},"responses":{}}}}}})");
  EXPECT_EQ(at(made, "/Resources/ServerlessRestApiProdStage/Properties"),
            R"({"DeploymentId":{"Ref":")" + deployment +
                R"("},"RestApiId":{"Ref":"ServerlessRestApi"},"StageName":"Prod"})");
  EXPECT_EQ(at(made, "/Resources/" + deployment + "/Properties/StageName"), R"("Stage")");
  EXPECT_EQ(at(made, "/Resources/FEPermissionProd/Properties/SourceArn"),
            R"({"Fn::Sub":["arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/${__Stage__}/GET/a",)"
            R"({"__ApiId__":{"Ref":"ServerlessRestApi"},"__Stage__":"*"}]})");
}

TEST(SamApi, theDeploymentChangesWithTheApiAlone) {
  const std::string before = deploymentOf(expand(withApi()));
  EXPECT_EQ(deploymentOf(expand(withApi("", "Description: other\n"))), before);
  EXPECT_NE(deploymentOf(expand(withApi(", TimeoutInMillis: 500"))), before);
  EXPECT_NE(deploymentOf(expand(withApi() + "      FunctionName: named\n")), before);
}

TEST(SamApi, anyMethodAndPathsWithVariables) {
  const Json made =
      expand(withFunction("      Events: {E: {Type: Api, Properties: {Path: '/x/{id}/{proxy+}', Method: ANY}}}\n"));
  EXPECT_NE(at(made,
               "/Resources/ServerlessRestApi/Properties/Body/paths/~1x~1{id}~1{proxy+}/"
               "x-amazon-apigateway-any-method/x-amazon-apigateway-integration"),
            "-");
  EXPECT_NE(at(made, "/Resources/FEPermissionProd/Properties/SourceArn").find("/${__Stage__}/*/x/*/*\""),
            std::string::npos);
}

TEST(SamApi, anApiOfTheTemplateWithoutADefinition) {
  const Json made =
      expand(withOwnApi("      Name: n\n      Variables: {k: v}\n      Tags: {t: u}\n"
                        "      EndpointConfiguration: {Type: REGIONAL}\n      BinaryMediaTypes: [image~1png]\n") +
             "Outputs: {Url: {Value: !Sub '${A}/${A.Stage}'}, D: {Value: !Ref A.Deployment}}\n");
  EXPECT_EQ(ids(made), "F FRole FEPermissionv1 A " + deploymentOf(made) + " Av1Stage");
  EXPECT_EQ(at(made, "/Resources/A/Properties/Name"), R"("n")");
  EXPECT_EQ(at(made, "/Resources/A/Properties/EndpointConfiguration"), R"({"Types":["REGIONAL"]})");
  EXPECT_EQ(at(made, "/Resources/A/Properties/Parameters"), R"({"endpointConfigurationTypes":"REGIONAL"})");
  EXPECT_EQ(at(made, "/Resources/A/Properties/BinaryMediaTypes"), R"(["image~1png"])");
  EXPECT_EQ(at(made, kBody + "/x-amazon-apigateway-binary-media-types"), R"(["image/png"])");
  EXPECT_EQ(at(made, "/Resources/Av1Stage/Properties/Variables"), R"({"k":"v"})");
  EXPECT_EQ(at(made, "/Resources/Av1Stage/Properties/Tags"), R"([{"Key":"t","Value":"u"}])");
  EXPECT_EQ(at(made, "/Outputs/Url/Value"), R"({"Fn::Sub":"${A}/${Av1Stage}"})");
  EXPECT_EQ(at(made, "/Outputs/D/Value"), "{\"Ref\":\"" + deploymentOf(made) + "\"}");
}

TEST(SamApi, aDocumentOfTheTemplateIsNotWrittenInto) {
  const std::string document = "      DefinitionBody: {swagger: '2.0', paths: {/b: {get: {}}}}\n";
  const Json made = expand(withOwnApi(document));
  EXPECT_EQ(at(made, kBody + "/paths"), R"({"/b":{"get":{}}})");
  const Json stored = expand(withOwnApi("      DefinitionUri: s3://d/api.yaml\n"));
  EXPECT_EQ(at(stored, "/Resources/A/Properties/BodyS3Location"), R"({"Bucket":"d","Key":"api.yaml"})");
  EXPECT_EQ(
      problem(withOwnApi(document + "      DefinitionUri: s3://d/api.yaml\n")),
      "Resource with id [A] is invalid. Specify either 'DefinitionUri' or 'DefinitionBody' property and not both.");
}

TEST(SamApi, stagesWithoutAPlainName) {
  std::string text = withOwnApi("");
  text.replace(text.find("StageName: v1"), 13, "StageName: a_b");
  const Json named = expand(text);
  EXPECT_NE(ids(named).find("FEPermissioneb2980a5a2"), std::string::npos) << ids(named);
  EXPECT_NE(ids(named).find("AStageeb2980a5a2"), std::string::npos) << ids(named);
  text.replace(text.find("StageName: a_b"), 14, "StageName: !Ref P");
  const Json unknown = expand(text);
  EXPECT_NE(ids(unknown).find("FEPermissionStage"), std::string::npos);
  EXPECT_NE(ids(unknown).find(" AStage"), std::string::npos);
}

TEST(SamApi, corsAnswersPreflights) {
  const Json made =
      expand(withOwnApi("      Cors: {AllowOrigin: \"'https://x'\", AllowHeaders: \"'h'\", MaxAge: \"'9'\", "
                        "AllowCredentials: true}\n"));
  const std::string options = kBody + "/paths/~1a/options";
  EXPECT_EQ(at(made, options + "/x-amazon-apigateway-integration/responses/default/responseParameters"),
            R"({"method.response.header.Access-Control-Allow-Origin":"'https://x'",)"
            R"("method.response.header.Access-Control-Allow-Headers":"'h'",)"
            R"("method.response.header.Access-Control-Allow-Methods":"'GET,OPTIONS'",)"
            R"("method.response.header.Access-Control-Max-Age":"'9'",)"
            R"("method.response.header.Access-Control-Allow-Credentials":"'true'"})");
  EXPECT_EQ(at(made, options + "/responses/200/headers/Access-Control-Max-Age"), R"({"type":"integer"})");
  const Json plain = expand(withOwnApi("      Cors: \"'*'\"\n"));
  EXPECT_EQ(at(plain, options + "/x-amazon-apigateway-integration/responses/default/responseParameters/"
                                "method.response.header.Access-Control-Allow-Origin"),
            R"("'*'")");
  EXPECT_EQ(
      problem(withOwnApi("      Cors: {AllowCredentials: true}\n")),
      "Resource with id [A] is invalid. Unable to add Cors configuration because 'AllowCredentials' can not be "
      "true when 'AllowOrigin' is \"'*'\" or not set");
  EXPECT_EQ(problem(withOwnApi("      Cors: {Origin: x}\n")),
            "Resource with id [A] is invalid. Invalid key 'Origin' for 'Cors' property.");
}

TEST(SamApi, keysForAllMethodsOrForSome) {
  const std::string all = "      Auth: {ApiKeyRequired: true}\n      Cors: \"'*'\"\n";
  const Json made = expand(withOwnApi(all));
  EXPECT_EQ(at(made, kBody + "/paths/~1a/get/security"), R"([{"api_key":[]}])");
  EXPECT_EQ(at(made, kBody + "/paths/~1a/options/security"), R"([{"api_key":[]}])");
  EXPECT_EQ(at(made, kBody + "/securityDefinitions/api_key"),
            R"({"type":"apiKey","name":"x-api-key","in":"header"})");
  const Json exempt = expand(withOwnApi(all, ", Auth: {ApiKeyRequired: false}"));
  EXPECT_EQ(at(exempt, kBody + "/paths/~1a/get/security"), "[]");
  const Json preflight = expand(
      withOwnApi("      Auth: {ApiKeyRequired: true, AddApiKeyRequiredToCorsPreflight: false}\n      Cors: x\n"));
  EXPECT_EQ(at(preflight, kBody + "/paths/~1a/options/security"), "-");
  const Json one = expand(withApi(", Auth: {ApiKeyRequired: true}"));
  EXPECT_EQ(at(one, kGet + "/security"), R"([{"api_key":[]}])");
  EXPECT_EQ(
      problem(withApi(", Auth: {ApiKeyRequired: false}")),
      "Resource with id [F] is invalid. Event with id [E] is invalid. Unable to set ApiKeyRequired [False] on "
      "API method [get] for path [/a] because the related API does not specify any ApiKeyRequired.");
}

const std::string kAuthorizers =
    "      Auth:\n"
    "        DefaultAuthorizer: Tokens\n"
    "        AddDefaultAuthorizerToCorsPreflight: false\n"
    "        Authorizers:\n"
    "          Tokens: {FunctionArn: !GetAtt F.Arn, Identity: {Header: X, ValidationExpression: v, "
    "ReauthorizeEvery: 9}}\n"
    "          Asks: {FunctionArn: !GetAtt F.Arn, FunctionPayloadType: REQUEST, Identity: {Headers: [H], Context: "
    "[c]}}\n"
    "          Pool: {UserPoolArn: p, AuthorizationScopes: [s]}\n";

TEST(SamApi, authorizersOfFunctionsAndPools) {
  const Json made = expand(withOwnApi(kAuthorizers + "      Cors: x\n"));
  const std::string definitions = kBody + "/securityDefinitions/";
  EXPECT_EQ(
      at(made, definitions + "Tokens"),
      R"({"type":"apiKey","name":"X","in":"header","x-amazon-apigateway-authtype":"custom",)"
      R"("x-amazon-apigateway-authorizer":{"type":"token","authorizerUri":{"Fn::Sub":["arn:aws:apigateway:)"
      R"(${AWS::Region}:lambda:path/2015-03-31/functions/${__FunctionArn__}/invocations",{"__FunctionArn__":)"
      R"({"Fn::GetAtt":["F","Arn"]}}]},"authorizerResultTtlInSeconds":9,"identityValidationExpression":"v"}})");
  EXPECT_EQ(at(made, definitions + "Asks/x-amazon-apigateway-authorizer/identitySource"),
            R"("method.request.header.H, context.c")");
  EXPECT_EQ(at(made, definitions + "Asks/name"), R"("Unused")");
  EXPECT_EQ(at(made, definitions + "Pool/x-amazon-apigateway-authorizer"),
            R"({"type":"cognito_user_pools","providerARNs":["p"]})");
  EXPECT_EQ(at(made, kBody + "/paths/~1a/get/security"), R"([{"Tokens":[]}])");
  EXPECT_EQ(at(made, kBody + "/paths/~1a/options/security"), "-");
  EXPECT_EQ(at(made, "/Resources/ATokensAuthorizerPermission/Properties/Principal"),
            R"("apigateway.amazonaws.com")");
  EXPECT_NE(at(made, "/Resources/AAsksAuthorizerPermission"), "-");
  EXPECT_EQ(at(made, "/Resources/APoolAuthorizerPermission"), "-");
}

TEST(SamApi, aMethodHasItsOwnAuthorizerOrNone) {
  const auto security = [](const std::string& auth) {
    return at(expand(withOwnApi(kAuthorizers, ", Auth: " + auth)), kBody + "/paths/~1a/get/security");
  };
  EXPECT_EQ(security("{Authorizer: Pool}"), R"([{"Pool":["s"]}])");
  EXPECT_EQ(security("{Authorizer: Pool, AuthorizationScopes: [t]}"), R"([{"Pool":["t"]}])");
  EXPECT_EQ(security("{Authorizer: NONE}"), R"([{"NONE":[]}])");
  EXPECT_EQ(security("{Authorizer: NONE, ApiKeyRequired: true}"), R"([{"api_key":[]}])");
  const std::string ofEvent =
      "Resource with id [F] is invalid. Event with id [E] is invalid. Unable to set Authorizer ";
  EXPECT_EQ(
      problem(withOwnApi(kAuthorizers, ", Auth: {Authorizer: Nobody}")),
      ofEvent + "[Nobody] on API method [get] for path [/a] because it wasn't defined in the API's Authorizers.");
  EXPECT_EQ(problem(withOwnApi("", ", Auth: {Authorizer: NONE}")),
            ofEvent +
                "on API method [get] for path [/a] because 'NONE' is only a valid value when a DefaultAuthorizer "
                "on the API is specified.");
  EXPECT_EQ(problem(withOwnApi("      Auth: {DefaultAuthorizer: X, Authorizers: {Y: {UserPoolArn: p}}}\n")),
            "Resource with id [A] is invalid. Unable to set DefaultAuthorizer because 'X' was not defined in "
            "'Authorizers'.");
  EXPECT_EQ(problem(withOwnApi("      Auth: {Authorizers: {Y: {FunctionArn: f, FunctionPayloadType: REQUEST}}}\n")),
            "Resource with id [A] is invalid. Y Authorizer must specify Identity with at least one of Headers, "
            "QueryStrings, StageVariables, or Context.");
  EXPECT_EQ(problem(withOwnApi("      Auth: {Password: x}\n")),
            "Resource with id [A] is invalid. Invalid value for 'Auth' property");
}

TEST(SamApi, iamSaysWhoMayCall) {
  const Json made = expand(withOwnApi("      Auth: {DefaultAuthorizer: AWS_IAM}\n"));
  EXPECT_EQ(at(made, kBody + "/paths/~1a/get/security"), R"([{"AWS_IAM":[]}])");
  EXPECT_EQ(at(made, kBody + "/securityDefinitions/AWS_IAM/x-amazon-apigateway-authtype"), R"("awsSigv4")");
  EXPECT_EQ(at(made, kBody + "/paths/~1a/get/x-amazon-apigateway-integration/credentials"),
            R"("arn:aws:iam::*:user/*")");
  const Json without = expand(withOwnApi("      Auth: {DefaultAuthorizer: AWS_IAM, InvokeRole: NONE}\n"));
  EXPECT_EQ(at(without, kBody + "/paths/~1a/get/x-amazon-apigateway-integration/credentials"), "-");
}

TEST(SamApi, resourcePolicies) {
  const Json made =
      expand(withOwnApi("      Auth: {ResourcePolicy: {IpRangeBlacklist: [1.2.3.4], AwsAccountWhitelist: "
                        "['123']}}\n"));
  const std::string policy = kBody + "/x-amazon-apigateway-policy";
  EXPECT_EQ(at(made, policy + "/Statement/0/Principal"), R"({"AWS":["123"]})");
  EXPECT_EQ(at(made, policy + "/Statement/1/Resource"),
            R"([{"Fn::Sub":["execute-api:/${__Stage__}/GET/a",{"__Stage__":"v1"}]}])");
  EXPECT_EQ(at(made, policy + "/Statement/2/Condition"), R"({"IpAddress":{"aws:SourceIp":["1.2.3.4"]}})");
  const Json custom = expand(withOwnApi("      Auth: {ResourcePolicy: {CustomStatements: [{Effect: Allow}]}}\n"));
  EXPECT_EQ(at(custom, policy), R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]})");
}

TEST(SamApi, usagePlans) {
  const Json made =
      expand(withOwnApi("      Auth: {UsagePlan: {CreateUsagePlan: PER_API, Throttle: {RateLimit: 1}}}\n"));
  EXPECT_EQ(at(made, "/Resources/AUsagePlan/Properties"),
            R"({"ApiStages":[{"ApiId":{"Ref":"A"},"Stage":{"Ref":"Av1Stage"}}],"Throttle":{"RateLimit":1}})");
  EXPECT_EQ(at(made, "/Resources/AUsagePlan/DependsOn"), R"(["A"])");
  EXPECT_EQ(at(made, "/Resources/AApiKey/Properties/StageKeys"),
            R"([{"RestApiId":{"Ref":"A"},"StageName":{"Ref":"Av1Stage"}}])");
  EXPECT_EQ(at(made, "/Resources/AUsagePlanKey/Properties"),
            R"({"KeyId":{"Ref":"AApiKey"},"KeyType":"API_KEY","UsagePlanId":{"Ref":"AUsagePlan"}})");
  const std::string shared = "      Auth: {UsagePlan: {CreateUsagePlan: SHARED}}\n";
  const Json both = expand(withOwnApi(shared) +
                           "  B:\n    Type: AWS::Serverless::Api\n    Properties:\n      StageName: v2\n" + shared);
  EXPECT_EQ(at(both, "/Resources/ServerlessUsagePlan/DependsOn"), R"(["A","B"])");
  EXPECT_EQ(at(both, "/Resources/ServerlessUsagePlan/Properties/ApiStages/1/ApiId"), R"({"Ref":"B"})");
  EXPECT_EQ(problem(withOwnApi("      Auth: {UsagePlan: {}}\n")),
            "Resource with id [A] is invalid. 'CreateUsagePlan' is a required field for UsagePlan.");
}

TEST(SamApi, modelsParametersAndGatewayResponses) {
  const Json made = expand(withOwnApi(
      "      Models: {User: {type: object}}\n"
      "      GatewayResponses: {DEFAULT_4XX: {StatusCode: 418, ResponseParameters: {Headers: {X: \"'y'\"}}}}\n",
      ", RequestModel: {Model: User, Required: true, ValidateBody: true}, "
      "RequestParameters: [method.request.header.H, method.request.querystring.q: {Required: true, Caching: "
      "true}]"));
  const std::string get = kBody + "/paths/~1a/get";
  EXPECT_EQ(at(made, get + "/parameters"),
            R"([{"in":"body","name":"user","schema":{"$ref":"#/definitions/user"},"required":true},)"
            R"({"in":"header","name":"H","required":false,"type":"string"},)"
            R"({"in":"query","name":"q","required":true,"type":"string"}])");
  EXPECT_EQ(at(made, get + "/x-amazon-apigateway-integration/cacheKeyParameters"),
            R"(["method.request.querystring.q"])");
  EXPECT_EQ(at(made, get + "/x-amazon-apigateway-request-validator"), R"("body-only")");
  EXPECT_EQ(at(made, kBody + "/x-amazon-apigateway-request-validators/body-only/validateRequestBody"), "true");
  EXPECT_EQ(at(made, kBody + "/definitions/user"), R"({"type":"object"})");
  EXPECT_EQ(
      at(made, kBody + "/x-amazon-apigateway-gateway-responses/DEFAULT_4XX"),
      R"({"responseParameters":{"gatewayresponse.header.X":"'y'"},"responseTemplates":{},"statusCode":"418"})");
  EXPECT_EQ(
      problem(withApi(", RequestModel: {Model: User}")),
      "Resource with id [F] is invalid. Event with id [E] is invalid. Unable to set RequestModel [User] on API "
      "method [get] for path [/a] because the related API does not define any Models.");
}

TEST(SamApi, openApi3) {
  const Json made =
      expand(withOwnApi("      OpenApiVersion: 3.0.1\n      Cors: x\n      Auth: {ApiKeyRequired: true}\n"
                        "      Models: {User: {type: object}}\n"));
  EXPECT_EQ(at(made, kBody + "/openapi"), R"("3.0.1")");
  EXPECT_EQ(at(made, kBody + "/swagger"), "-");
  EXPECT_NE(at(made, kBody + "/components/securitySchemes/api_key"), "-");
  EXPECT_NE(at(made, kBody + "/components/schemas/user"), "-");
  EXPECT_EQ(at(made, kBody + "/paths/~1a/options/consumes"), "-");
  EXPECT_EQ(at(made, kBody + "/paths/~1a/options/responses/200/headers/Access-Control-Allow-Origin"),
            R"({"schema":{"type":"string"}})");
  EXPECT_EQ(at(made, "/Resources/" + deploymentOf(made) + "/Properties/StageName"), "-");
}

TEST(SamApi, conditionsOfFunctionsAreThoseOfPathsAndOfTheImplicitApi) {
  const std::string second =
      "  G:\n    Type: AWS::Serverless::Function\n    Condition: D\n    Properties:\n      Handler: h\n"
      "      Runtime: python3.11\n      CodeUri: s3://c/g\n"
      "      Events: {E: {Type: Api, Properties: {Path: /a, Method: post}}}\n";
  const Json one = expand(withApi("", "Conditions: {C: !Equals [a, a]}\n", "    Condition: C\n"));
  EXPECT_EQ(at(one, "/Resources/ServerlessRestApi/Condition"), R"("C")");
  EXPECT_EQ(at(one, "/Resources/ServerlessRestApi/Properties/Body/paths/~1a/Fn::If/0"), R"("C")");
  EXPECT_EQ(at(one, "/Resources/ServerlessRestApi/Properties/Body/paths/~1a/Fn::If/1/get/Fn::If/0"), R"("C")");
  const Json both =
      expand(withApi("", "Conditions: {C: !Equals [a, a], D: !Equals [b, b]}\n", "    Condition: C\n") + second);
  EXPECT_EQ(at(both, "/Conditions/ServerlessRestApiCondition"),
            R"({"Fn::Or":[{"Condition":"C"},{"Condition":"D"}]})");
  EXPECT_EQ(at(both, "/Conditions/ServerlessRestApiSLASHaPathCondition"),
            R"({"Fn::Or":[{"Condition":"C"},{"Condition":"D"}]})");
  const Json some = expand(withApi() + second);
  EXPECT_EQ(at(some, "/Resources/ServerlessRestApi/Condition"), "-");
}

TEST(SamApi, whatIsWrongIsNamed) {
  const std::string ofEvent = "Resource with id [F] is invalid. Event with id [E] is invalid. ";
  EXPECT_EQ(
      problem(withApi() + "      Role: r\n  ServerlessRestApiProdStage: {Type: AWS::S3::Bucket}\n").substr(0, 61),
      "Transforming resource with id [ServerlessRestApi] attempts to");
  EXPECT_EQ(problem(withFunction("      Events: {E: {Type: Api, Properties: {Method: get}}}\n")),
            ofEvent + "Property 'Path' is required.");
  EXPECT_EQ(
      problem(withApi(", RestApiId: !Ref Nobody")),
      ofEvent + "RestApiId must be a valid reference to an 'AWS::Serverless::Api' resource in same template.");
  EXPECT_EQ(problem(withFunction("      Events:\n        D: {Type: Api, Properties: {Path: /a, Method: get}}\n"
                                 "        E: {Type: Api, Properties: {Path: /a, Method: GET}}\n")),
            ofEvent + "API method \"get\" defined multiple times for path \"/a\".");
  EXPECT_EQ(problem(withOwnApi("      Domain: {DomainName: d}\n")),
            "Resource with id [A] is invalid. Domain is not supported.");
  EXPECT_EQ(problem(withOwnApi("      AlwaysDeploy: true\n")),
            "Resource with id [A] is invalid. AlwaysDeploy is not supported.");
  EXPECT_EQ(problem(withOwnApi("      OpenApiVersion: 9.0\n      __MANAGE_SWAGGER: true\n")),
            "Resource with id [A] is invalid. property __MANAGE_SWAGGER not defined for resource of type "
            "AWS::Serverless::Api");
}

}  // namespace
}  // namespace hearth::stacks::sam
