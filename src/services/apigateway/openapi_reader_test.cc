#include "services/apigateway/openapi_reader.h"

#include <gtest/gtest.h>

#include "api/document.h"

namespace hearth::services::apigateway {
namespace {

using api::apigateway::Method;
using Texts = std::map<std::string, std::string>;

Result<ApiDefinition> tryRead(const std::string& text, const std::map<std::string, std::string>& parameters = {}) {
  HEARTH_TRY(OpenApiDocument document, OpenApiDocument::parse(text));
  HEARTH_TRY(ImportOptions options, readImportOptions(parameters));
  options.apiId = "api1";
  return readOpenApi(document, options);
}

ApiDefinition read(const std::string& text, const std::map<std::string, std::string>& parameters = {}) {
  auto definition = tryRead(text, parameters);
  EXPECT_TRUE(definition.ok()) << definition.fault().message;
  return definition.ok() ? *std::move(definition) : ApiDefinition();
}

std::string faultOf(const std::string& text, const std::map<std::string, std::string>& parameters = {}) {
  auto definition = tryRead(text, parameters);
  return definition.ok() ? "none" : definition.fault().code + ": " + definition.fault().message;
}

Method methodOf(const ApiDefinition& definition, const std::string& path, const std::string& verb) {
  for (const OperationDefinition& operation : definition.operations)
    if (operation.path == path && operation.method.httpMethod == verb) return operation.method;
  ADD_FAILURE() << verb << " " << path;
  return {};
}

std::vector<std::string> names(const std::vector<api::apigateway::Model>& models) {
  std::vector<std::string> list;
  for (const auto& model : models) list.push_back(model.name.value_or(""));
  return list;
}

const std::string kHead = R"({"swagger":"2.0","info":{"title":"t","version":"1.0"},)";
const std::string kHead3 = R"({"openapi":"3.0.1","info":{"title":"t","version":"1.0"},)";

TEST(OpenApiReader, TakesWhatSamMakesOfFunctionsAndCors) {
  const auto definition = read(R"({"info":{"version":"1.0","title":"stack"},"swagger":"2.0","paths":{"/hello":{
      "get":{"x-amazon-apigateway-integration":{"httpMethod":"POST","type":"aws_proxy","uri":"arn:x"},"responses":{}},
      "options":{"x-amazon-apigateway-integration":{"type":"mock",
          "requestTemplates":{"application/json":"{\n  \"statusCode\" : 200\n}\n"},
          "responses":{"default":{"statusCode":"200","responseTemplates":{"application/json":"{}\n"},
              "responseParameters":{"method.response.header.Access-Control-Allow-Origin":"'*'"}}}},
        "consumes":["application/json"],"summary":"CORS support","produces":["application/json"],
        "responses":{"200":{"headers":{"Access-Control-Allow-Origin":{"type":"string"}},
            "description":"Default response for CORS method"}}}}}})");
  EXPECT_EQ(definition.title, "stack");
  EXPECT_EQ(definition.version, "1.0");
  EXPECT_EQ(definition.paths, std::vector<std::string>{"/hello"});
  const Method get = methodOf(definition, "/hello", "GET");
  EXPECT_EQ(get.authorizationType, "NONE");
  EXPECT_EQ(get.methodIntegration->type, "AWS_PROXY");
  EXPECT_EQ(get.methodIntegration->httpMethod, "POST");
  EXPECT_EQ(get.methodIntegration->uri, "arn:x");
  EXPECT_FALSE(get.methodResponses);
  const Method options = methodOf(definition, "/hello", "OPTIONS");
  EXPECT_FALSE(options.methodIntegration->httpMethod);
  const auto& response = options.methodIntegration->integrationResponses->at("200");
  EXPECT_FALSE(response.selectionPattern);
  EXPECT_EQ(response.responseParameters->at("method.response.header.Access-Control-Allow-Origin"), "'*'");
  EXPECT_EQ(options.methodResponses->at("200").responseParameters,
            (std::map<std::string, bool>{{"method.response.header.Access-Control-Allow-Origin", false}}));
  EXPECT_FALSE(options.methodResponses->at("200").responseModels);
  EXPECT_TRUE(definition.models.empty());
  EXPECT_TRUE(definition.findings.warnings().empty());
}

TEST(OpenApiReader, ReadsEveryMemberOfAnIntegration) {
  const Method method = methodOf(read(kHead + R"("paths":{"/a":{"x-amazon-apigateway-any-method":{
      "responses":{"200":{},"404":{}},"x-amazon-apigateway-integration":{"type":"AWS","httpMethod":"post","uri":"u",
      "credentials":"arn:role","passthroughBehavior":"never","contentHandling":"convert_to_text",
      "timeoutInMillis":"1500","connectionType":"internet","tlsConfig":{"insecureSkipVerification":true},
      "requestTemplates":{"text/plain":"x"},"requestParameters":{"integration.request.header.A":"'b'"},
      "cacheNamespace":"n","cacheKeyParameters":["method.request.path.id"],
      "responses":{"default":{"statusCode":200},".*no such.*":{"statusCode":"404","contentHandling":"CONVERT_TO_BINARY",
      "responseTemplates":{"application/json":"{}"}}}}}}}})"),
                                 "/a", "ANY");
  const auto& integration = *method.methodIntegration;
  EXPECT_EQ(integration.type, "AWS");
  EXPECT_EQ(integration.httpMethod, "POST");
  EXPECT_EQ(integration.credentials, "arn:role");
  EXPECT_EQ(integration.passthroughBehavior, "NEVER");
  EXPECT_EQ(integration.contentHandling, "CONVERT_TO_TEXT");
  EXPECT_EQ(integration.timeoutInMillis, 1500);
  EXPECT_EQ(integration.connectionType, "INTERNET");
  EXPECT_EQ(integration.tlsConfig->insecureSkipVerification, true);
  EXPECT_EQ(integration.requestTemplates, (Texts{{"text/plain", "x"}}));
  EXPECT_EQ(integration.requestParameters, (Texts{{"integration.request.header.A", "'b'"}}));
  EXPECT_EQ(integration.cacheKeyParameters, (std::vector<std::string>{"method.request.path.id"}));
  EXPECT_EQ(integration.integrationResponses->at("404").selectionPattern, ".*no such.*");
  EXPECT_EQ(integration.integrationResponses->at("404").contentHandling, "CONVERT_TO_BINARY");
  EXPECT_FALSE(integration.integrationResponses->at("200").selectionPattern);
}

TEST(OpenApiReader, ReadsParametersOfPathAndOperation) {
  const auto definition = read(kHead + R"("parameters":{"Shared":{"name":"X-Shared","in":"header"}},
      "paths":{"/a/{id}":{"parameters":[{"name":"id","in":"path"},{"name":"kind","in":"query","required":true}],
      "get":{"parameters":[{"$ref":"#/parameters/Shared"},{"name":"kind","in":"query","required":"false"},
          {"name":"c","in":"cookie"},{"in":"query"}]}}}})");
  EXPECT_EQ(methodOf(definition, "/a/{id}", "GET").requestParameters,
            (std::map<std::string, bool>{{"method.request.path.id", true},
                                         {"method.request.querystring.kind", false},
                                         {"method.request.header.X-Shared", false}}));
}

TEST(OpenApiReader, RequiresWhatThePathHasInBraces) {
  const auto definition =
      read(kHead + R"("paths":{"/a/{id}/{rest+}":{"get":{}},"/b":{"get":{}},"/{":{"get":{}}}})");
  EXPECT_EQ(methodOf(definition, "/a/{id}/{rest+}", "GET").requestParameters,
            (std::map<std::string, bool>{{"method.request.path.id", true}, {"method.request.path.rest", true}}));
  EXPECT_FALSE(methodOf(definition, "/b", "GET").requestParameters);
  EXPECT_FALSE(methodOf(definition, "/{", "GET").requestParameters);
}

TEST(OpenApiReader, MakesModelsOfSchemas) {
  const auto definition = read(kHead + R"("consumes":["application/json","text/json"],"definitions":{
      "Pet":{"type":"object","description":"d","properties":{"home":{"$ref":"#/definitions/Home"},
          "tag":{"$ref":"#/definitions/Home/properties/tag"}}},
      "Home":{"properties":{"pets":{"type":"array","items":{"$ref":"#/definitions/Pet"}},"tag":{"type":"string"}}}},
      "paths":{"/a":{"post":{"parameters":[{"in":"body","name":"b","schema":{"$ref":"#/definitions/Pet"}}],
          "responses":{"200":{"schema":{"type":"array","items":{"$ref":"#/definitions/Pet"}}},
              "201":{"schema":{"items":{"$ref":"#/definitions/Pet"},"type":"array"}},
              "400":{"schema":{"$ref":"#/definitions/Nothing"}}},"produces":["application/json"]}}}})");
  ASSERT_EQ(definition.models.size(), 4U);
  const std::string own = names(definition.models)[1];
  EXPECT_EQ(own.substr(0, 5), "MODEL");
  EXPECT_EQ(names(definition.models).back(), "Pet");
  EXPECT_EQ(definition.models.back().description, "d");
  EXPECT_EQ(*definition.models.back().schema,
            R"({"type":"object","description":"d","properties":{"home":{"$ref":)"
            R"("https://apigateway.amazonaws.com/restapis/api1/models/Home"},"tag":{"$ref":)"
            R"("https://apigateway.amazonaws.com/restapis/api1/models/Home#/properties/tag"}}})");
  const Method post = methodOf(definition, "/a", "POST");
  EXPECT_EQ(post.requestModels, (Texts{{"application/json", "Pet"}, {"text/json", "Pet"}}));
  EXPECT_EQ(post.methodResponses->at("200").responseModels->at("application/json").substr(0, 5), "MODEL");
  EXPECT_FALSE(post.methodResponses->at("400").responseModels);
  EXPECT_EQ(definition.findings.warnings(),
            std::vector<std::string>{"Reference to model 'Nothing' not found. Ignoring."});
}

TEST(OpenApiReader, ReadsBodiesAndResponsesOfVersion3) {
  const auto definition = read(kHead3 + R"("components":{"schemas":{"Pet":{"type":"object"}},
      "requestBodies":{"B":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Pet"}}}}},
      "responses":{"R":{"headers":{"X-A":{"schema":{"type":"string"}}},
          "content":{"text/xml":{"schema":{"$ref":"#/components/schemas/Pet"}}}}}},
      "paths":{"/a":{"put":{"operationId":"putIt","requestBody":{"$ref":"#/components/requestBodies/B"},
          "responses":{"200":{"$ref":"#/components/responses/R"},"default":{},"2XX":{}}}}}})");
  const Method put = methodOf(definition, "/a", "PUT");
  EXPECT_EQ(put.operationName, "putIt");
  EXPECT_EQ(put.requestModels, (Texts{{"application/json", "Pet"}}));
  EXPECT_EQ(put.methodResponses->at("200").responseModels, (Texts{{"text/xml", "Pet"}}));
  EXPECT_EQ(put.methodResponses->at("200").responseParameters,
            (std::map<std::string, bool>{{"method.response.header.X-A", false}}));
  EXPECT_EQ(put.methodResponses->size(), 1U);
  EXPECT_EQ(definition.findings.warnings().size(), 2U) << "the other two have no status code";
}

TEST(OpenApiReader, ReadsSecurity) {
  const auto definition = read(kHead + R"("securityDefinitions":{
      "key":{"type":"apiKey","name":"X-API-Key","in":"header"},
      "iam":{"type":"apiKey","name":"Authorization","in":"header","x-amazon-apigateway-authtype":"awsSigv4"},
      "token":{"type":"apiKey","name":"X-Token","in":"header","x-amazon-apigateway-authtype":"custom",
          "x-amazon-apigateway-authorizer":{"type":"token","authorizerUri":"u","authorizerResultTtlInSeconds":"60",
              "identityValidationExpression":"^x"}},
      "request":{"type":"apiKey","name":"x-api-key","in":"header","x-amazon-apigateway-authorizer":{"type":"request",
          "authorizerUri":"v","identitySource":"method.request.querystring.a"}},
      "basic":{"type":"basic"}},"security":[{"token":[]}],"paths":{
      "/default":{"get":{}},"/open":{"get":{"security":[]}},"/none":{"get":{"security":[{"NONE":[]}]}},
      "/key":{"get":{"security":[{"key":[]}]}},"/iam":{"get":{"security":[{"iam":[]}]}},
      "/both":{"get":{"security":[{"request":["a","b"]},{"key":[]}]}},"/basic":{"get":{"security":[{"basic":[]}]}},
      "/auth":{"get":{"security":[],"x-amazon-apigateway-auth":{"type":"aws_iam"}}}}})");
  ASSERT_EQ(definition.authorizers.size(), 2U);
  const auto& token = definition.authorizers[0];
  EXPECT_EQ(token.name, "token");
  EXPECT_EQ(token.type, "TOKEN");
  EXPECT_EQ(token.authType, "custom");
  EXPECT_EQ(token.identitySource, "method.request.header.X-Token");
  EXPECT_EQ(token.authorizerResultTtlInSeconds, 60);
  EXPECT_EQ(token.identityValidationExpression, "^x");
  EXPECT_EQ(definition.authorizers[1].identitySource, "method.request.querystring.a");
  EXPECT_EQ(methodOf(definition, "/default", "GET").authorizerId, "token");
  EXPECT_EQ(methodOf(definition, "/default", "GET").authorizationType, "CUSTOM");
  for (const char* path : {"/open", "/none", "/basic"})
    EXPECT_EQ(methodOf(definition, path, "GET").authorizationType, "NONE") << path;
  EXPECT_EQ(methodOf(definition, "/key", "GET").apiKeyRequired, true);
  EXPECT_EQ(methodOf(definition, "/key", "GET").authorizationType, "NONE");
  EXPECT_EQ(methodOf(definition, "/iam", "GET").authorizationType, "AWS_IAM");
  EXPECT_EQ(methodOf(definition, "/auth", "GET").authorizationType, "AWS_IAM");
  const Method both = methodOf(definition, "/both", "GET");
  EXPECT_EQ(both.authorizerId, "request");
  EXPECT_EQ(both.authorizationScopes, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(both.apiKeyRequired, true);
  ASSERT_EQ(definition.findings.warnings().size(), 1U);
  EXPECT_NE(definition.findings.warnings()[0].find("'basic' of method 'GET'"), std::string::npos);
}

TEST(OpenApiReader, ReadsSettings) {
  const auto definition = read(kHead + R"("x-amazon-apigateway-binary-media-types":["image/png"],
      "x-amazon-apigateway-api-key-source":"authorizer",
      "x-amazon-apigateway-request-validators":{"all":{"validateRequestBody":true,"validateRequestParameters":"true"}},
      "x-amazon-apigateway-request-validator":"all",
      "x-amazon-apigateway-gateway-responses":{"DEFAULT_4XX":{"statusCode":418,
          "responseParameters":{"gatewayresponse.header.A":"'b'"},"responseTemplates":{"application/json":"{}"}}},
      "x-amazon-apigateway-endpoint-configuration":{"disableExecuteApiEndpoint":true},
      "x-amazon-apigateway-documentation":{"version":"1"},
      "paths":{"/a":{"get":{},"post":{"x-amazon-apigateway-request-validator":"own"}},"b":{},"x-other":{"get":{}}}})",
                               {{"endpointConfigurationTypes", "REGIONAL"}});
  EXPECT_EQ(definition.binaryMediaTypes, (std::vector<std::string>{"image/png"}));
  EXPECT_EQ(definition.apiKeySource, "AUTHORIZER");
  EXPECT_EQ(definition.endpointTypes, (std::vector<std::string>{"REGIONAL"}));
  EXPECT_EQ(definition.disableExecuteApiEndpoint, true);
  ASSERT_EQ(definition.validators.size(), 1U);
  EXPECT_TRUE(*definition.validators[0].validateRequestBody && *definition.validators[0].validateRequestParameters);
  ASSERT_EQ(definition.gatewayResponses.size(), 1U);
  EXPECT_EQ(definition.gatewayResponses[0].statusCode, "418");
  EXPECT_EQ(methodOf(definition, "/a", "GET").requestValidatorId, "all");
  EXPECT_EQ(methodOf(definition, "/a", "POST").requestValidatorId, "own");
  EXPECT_EQ(definition.paths, std::vector<std::string>{"/a"});
  ASSERT_EQ(definition.findings.warnings().size(), 2U);
  EXPECT_EQ(definition.findings.warnings()[1], "Parse issue: attribute paths. Resource b should start with /");
}

TEST(OpenApiReader, IsSilentOfDocumentationWhereItIsAskedTo) {
  const std::string text = kHead + R"("x-amazon-apigateway-documentation":{}})";
  EXPECT_EQ(read(text).findings.warnings().size(), 1U);
  EXPECT_TRUE(read(text, {{"ignore", "documentation"}}).findings.warnings().empty());
}

TEST(OpenApiReader, AppliesTheBasePathAsItIsAskedTo) {
  const std::string text = kHead + R"("basePath":"/one/two/","paths":{"/":{},"/a":{}}})";
  const auto paths = [&](const char* how) { return read(text, {{"basepath", how}}).paths; };
  EXPECT_EQ(read(text).paths, (std::vector<std::string>{"/", "/a"}));
  EXPECT_EQ(paths("ignore"), (std::vector<std::string>{"/", "/a"}));
  EXPECT_EQ(paths("prepend"), (std::vector<std::string>{"/one/two", "/one/two/a"}));
  EXPECT_EQ(paths("split"), (std::vector<std::string>{"/two", "/two/a"}));
  EXPECT_EQ(faultOf(text, {{"basepath", "other"}}).substr(0, 20), "BadRequestException:");
  const auto prefix = [&](const std::string& servers) {
    return read(kHead3 + "\"servers\":" + servers + R"(,"paths":{"/a":{}}})", {{"basepath", "prepend"}}).paths[0];
  };
  EXPECT_EQ(prefix(R"([{"url":"https://a.test/v1/x"},{"url":"/other"}])"), "/v1/x/a");
  EXPECT_EQ(prefix(R"([{"url":"https://a.test/{basePath}","variables":{"basePath":{"default":"v2"}}}])"), "/v2/a");
  EXPECT_EQ(prefix(R"([{"url":"https://{h}/{s}","variables":{"h":{"default":"a.test"},"s":{"default":"v3"}}}])"),
            "/v3/a");
  EXPECT_EQ(prefix(R"([{"url":"https://a.test"}])"), "/a");
  EXPECT_EQ(prefix("[]"), "/a");
}

TEST(OpenApiReader, ReadsYamlWithNumbersForKeysAndVersions) {
  const auto definition = read(
      "swagger: 2.0\ninfo: {title: t, version: 1}\npaths:\n  /a:\n    get:\n      responses:\n        200: {}\n"
      "      x-amazon-apigateway-integration:\n        type: mock\n        responses:\n          default:\n"
      "            statusCode: 200\n");
  EXPECT_EQ(definition.version, "1");
  EXPECT_EQ(methodOf(definition, "/a", "GET").methodIntegration->integrationResponses->count("200"), 1U);
}

TEST(OpenApiReader, RefusesWhatIsNoSuchDocument) {
  for (const char* text :
       {"", "{}", "[]", "swagger: '1.2'", "openapi: 3.1.0", "{'key:value}", "a: [", "openapi: [3]", "swagger: *x"})
    EXPECT_EQ(faultOf(text), "BadRequestException: Invalid OpenAPI input.") << text;
  EXPECT_EQ(faultOf(std::string(kMostDocumentBytes + 1, ' ')),
            "BadRequestException: The API definition file has more than 6 MB.");
}

TEST(OpenApiReader, RefusesMalformedIntegrations) {
  const std::string expected =
      "BadRequestException: Unable to parse API definition because of a malformed integration at path /a";
  for (const char* integration :
       {"5", R"({"type":"aws","uri":{"Fn::Sub":"x"}})", R"({"type":"mock","responses":[]})",
        R"({"type":"mock","responses":{"default":5}})", R"({"type":"mock","responses":{"default":{}}})",
        R"({"type":"mock","requestTemplates":"x"})", R"({"type":"mock","timeoutInMillis":"soon"})",
        R"({"$ref":"#/nowhere"})", R"({"$ref":"#/paths/~1a/get/x-amazon-apigateway-integration"})"})
    EXPECT_EQ(faultOf(kHead + R"("paths":{"/a":{"get":{"x-amazon-apigateway-integration":)" + integration + "}}}}"),
              expected)
        << integration;
}

TEST(OpenApiReader, WarnsOfWhatItLeavesOut) {
  const auto definition =
      read(kHead3 + R"("paths":{"/a":{"get":{"x-amazon-apigateway-integration":{"type":"carrier"}},
      "put":{"x-amazon-apigateway-integration":{"type":"mock","requestParameters":{
          "integration.request.header.nothing":true},"responses":{"default":{"statusCode":"200"},
          "5..":{"statusCode":"200"}}}}}}})");
  EXPECT_FALSE(methodOf(definition, "/a", "GET").methodIntegration);
  EXPECT_EQ(definition.findings.warnings(),
            (std::vector<std::string>{
                "Unknown integration type 'carrier' for 'GET /a'. Ignoring.",
                "Invalid format for 'requestParameters'. Expected type string for property "
                "'integration.request.header.nothing' of resource '/a' and method 'PUT' but got 'true'",
                "More than one integration response of resource '/a' and method 'PUT' has the status code 200. "
                "Ignoring '5..'."}));
}

TEST(OpenApiReader, RefusesByNameWhatHearthHasNot) {
  EXPECT_NE(faultOf(kHead + R"("x-amazon-apigateway-minimum-compression-size":10})").find("compress"),
            std::string::npos);
  EXPECT_NE(
      faultOf(kHead + R"("x-amazon-apigateway-endpoint-configuration":{"vpcEndpointIds":["v"]}})").find("VPC"),
      std::string::npos);
}

TEST(OpenApiReader, BoundsWhatReferencesMultiply) {
  std::string paths;
  for (int i = 0; i < 900; ++i) paths += (i ? ",\"/p" : "\"/p") + std::to_string(i) + R"(":{"$ref":"#/x-item"})";
  const std::string item = R"({"get":{"operationId":")" + std::string(100'000, 'x') + R"("}})";
  EXPECT_EQ(faultOf(kHead + R"("x-item":)" + item + R"(,"paths":{)" + paths + "}}").substr(0, 23),
            "LimitExceededException:");
  EXPECT_EQ(read(kHead + R"("x-item":{"get":{}},"paths":{)" + paths + "}}").operations.size(), 900U);
  std::string many;
  for (int i = 0; i < 1'001; ++i) many += (i ? ",\"/p" : "\"/p") + std::to_string(i) + R"(":{})";
  EXPECT_EQ(faultOf(kHead + R"("paths":{)" + many + "}}"),
            "LimitExceededException: An import may have at most 1000 paths.");
  std::string deep;
  for (int i = 0; i < 3'000; ++i) deep += "/a";
  EXPECT_EQ(faultOf(kHead + R"("paths":{")" + deep + "\":{}}}"),
            "LimitExceededException: An import may have at most 4096 bytes in a path.");
  // What operations inherit is short, or left out.
  const std::string endless(50'000, 'x');
  const Method method = methodOf(read(kHead + "\"consumes\":[\"" + endless + "\",\"a/b\"],\"security\":[{\"" +
                                      endless + R"(":[]}],"x-amazon-apigateway-request-validator":")" + endless +
                                      R"(","definitions":{"A":{},")" + endless +
                                      R"(":{}},"paths":{"/p":{"get":{"parameters":[{"in":"body","schema":
                                          {"$ref":"#/definitions/A"}}]}}}})"),
                                 "/p", "GET");
  EXPECT_EQ(method.requestModels, (Texts{{"a/b", "A"}}));
  EXPECT_EQ(method.requestValidatorId->size(), 128U);
  EXPECT_FALSE(method.authorizerId);
  // Circles end.
  EXPECT_EQ(
      read(kHead + R"("a":{"$ref":"#/b"},"b":{"$ref":"#/a"},"paths":{"/p":{"$ref":"#/a"}}})").operations.size(),
      0U);
  EXPECT_EQ(read(kHead + R"("definitions":{"A":{"$ref":"#/definitions/A"}},"paths":{}})").models.size(), 1U);
}

TEST(OpenApiReader, KeepsFindingsShort) {
  std::string paths;
  for (int i = 0; i < 500; ++i) paths += (i ? ",\"p" : "\"p") + std::string(900, 'y') + std::to_string(i) + "\":{}";
  const auto definition = read(kHead + R"("paths":{)" + paths + "}}");
  EXPECT_EQ(definition.findings.warnings().size(), 100U);
  for (const std::string& warning : definition.findings.warnings()) EXPECT_LE(warning.size(), 600U);
}

}  // namespace
}  // namespace hearth::services::apigateway
