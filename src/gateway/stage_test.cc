#include "gateway/stage.h"

#include <gtest/gtest.h>

#include "gateway/gateway_fixture.h"

namespace hearth::gateway {
namespace {

using testing::makeLambda;
using testing::makeMock;

// "" or what compileStage() says.
std::string compile(const std::function<void(StageDefinition&, MethodDefinition&)>& change,
                    MethodDefinition method = makeMock("GET")) {
  StageDefinition stage = testing::makeStageDefinition();
  change(stage, method);
  stage.resources.push_back({"r1", "/v1/tests", {method}});
  const auto compiled = compileStage(stage, testing::FakePolicies());
  return compiled.ok() ? "" : compiled.fault().code + ": " + compiled.fault().message;
}

TEST(Stage, CompilesWhatIsSupported) {
  EXPECT_EQ(compile([](auto&, auto&) {}), "");
  EXPECT_EQ(compile([](auto&, auto&) {}, makeLambda("POST")), "");
  EXPECT_EQ(compile([](auto&, auto&) {}, makeLambda("ANY", "AWS_PROXY")), "");
}

TEST(Stage, RefusesByNameWhatIsNot) {
  EXPECT_EQ(compile([](auto&, auto& method) { method.integration->type = "FTP"; }),
            "BadRequestException: Invalid integration type specified: FTP");
  EXPECT_EQ(compile([](auto&, auto& method) { method.authorizationType = "COGNITO_USER_POOLS"; }),
            "BadRequestException: The authorization type COGNITO_USER_POOLS is not supported (method GET of "
            "/v1/tests)");
  EXPECT_EQ(compile([](auto& stage, auto&) { stage.policy = "{}"; }), "MalformedPolicyDocument: no statement");
  EXPECT_EQ(
      compile([](auto&,
                 auto& method) { method.integration->uri = "arn:aws:apigateway:eu-central-1:sqs:path/123/queue"; },
              makeLambda("POST")),
      "BadRequestException: Integrations of type 'AWS' with the service 'sqs' are not supported");
}

TEST(Stage, RefusesLikeTheService) {
  EXPECT_EQ(compile([](auto&, auto& method) { method.integration.reset(); }),
            "BadRequestException: No integration defined for method");
  const auto withUri = [](std::string uri) {
    return compile([&](auto&, auto& method) { method.integration->uri = uri; }, makeLambda("POST", "AWS_PROXY"));
  };
  EXPECT_EQ(withUri("arn:aws:apigateway:eu-central-1:lambda:score"),
            "BadRequestException: AWS ARN for integration must contain path or action");
  EXPECT_EQ(withUri("http://example.org"), "BadRequestException: Invalid ARN specified in the request");
  EXPECT_EQ(withUri("arn:aws:apigateway:eu-central-1:sqs:path/x"),
            "BadRequestException: Integrations of type 'AWS_PROXY' currently only supports Lambda function and "
            "Firehose stream invocations.");
  EXPECT_EQ(compile([](auto&, auto& method) { method.integration->responses[0].statusCode = "abc"; }),
            "BadRequestException: Invalid status code specified: abc");
  EXPECT_EQ(
      compile([](auto&, auto& method) { method.integration->responses[0].selectionPattern = "("; }).substr(0, 56),
      "BadRequestException: Invalid selection pattern specified");
  EXPECT_EQ(compile([](auto&, auto& method) { method.integration->passthroughBehavior = "SOMETIMES"; }),
            "BadRequestException: Invalid passthrough behavior specified: SOMETIMES");
  EXPECT_EQ(compile([](auto&, auto& method) { method.integration->contentHandling = "X"; }),
            "BadRequestException: Invalid content handling specified: X");
  EXPECT_EQ(compile([](auto&, auto& method) { method.integration->timeoutInMillis = 49; }),
            "BadRequestException: Timeout should be between 50 ms and 900000 ms");
  EXPECT_EQ(compile([](auto&, auto& method) {
              method.integration->requestParameters["integration.request.header.X"] = "method.request.cookie.y";
            }),
            "BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : "
            "[Invalid mapping expression specified: method.request.cookie.y]");
  EXPECT_EQ(compile([](auto&, auto& method) { method.requestModels["application/json"] = "Gone"; }),
            "BadRequestException: Invalid model name specified: Gone");
  EXPECT_EQ(compile([](auto&, auto& method) { method.requestParameters["method.request.cookie.x"] = true; }),
            "BadRequestException: Invalid mapping expression specified: method.request.cookie.x");
  EXPECT_EQ(compileStage(testing::makeStageDefinition(), testing::FakePolicies()).fault().message,
            "The REST API doesn't contain any methods");
}

TEST(Stage, DeploysTemplatesThatDoNotParse) {
  StageDefinition stage = testing::makeStageDefinition();
  stage.resources.push_back({"r1", "/", {makeMock("GET", "#if(")}});
  const auto compiled = compileStage(stage, testing::FakePolicies());
  ASSERT_TRUE(compiled.ok());
  const MappingTemplate& mapping = (*compiled)->methods[0].integration.templates[0];
  EXPECT_FALSE(mapping.parsed.has_value());
  EXPECT_EQ(mapping.error, "Invalid mapping template at line 1, column 5: unexpected end");
}

TEST(Stage, CompilesThePathsThatAreWrittenOut) {
  StageDefinition stage = testing::makeStageDefinition();
  stage.resources.push_back(
      {"r1",
       "/",
       {makeMock("GET",
                 "#set($p = '$.no')$input.path('$.a')#if($input.json('$.b[0]') == \"x$input.path('$.c')\")"
                 "$input.path($p)$input.path('$[')$input.params('$.d')#end")}});
  const auto compiled = compileStage(stage, testing::FakePolicies());
  ASSERT_TRUE(compiled.ok());
  std::string paths;
  for (const auto& [text, path] : (*compiled)->methods[0].integration.templates[0].paths) paths += text + " ";
  EXPECT_EQ(paths, "$.a $.b[0] $.c ");
}

TEST(Stage, PutsStageVariablesIntoFunctionNames) {
  StageDefinition stage = testing::makeStageDefinition();
  stage.variables = {{"alias", "live"}};
  auto method = makeLambda("POST");
  method.integration->uri =
      "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/"
      "arn:aws:lambda:eu-central-1:111122223333:function:score:${stageVariables.alias}${stageVariables.none}/"
      "invocations";
  stage.resources.push_back({"r1", "/", {method}});
  const auto compiled = compileStage(stage, testing::FakePolicies());
  ASSERT_TRUE(compiled.ok());
  EXPECT_EQ((*compiled)->methods[0].integration.functionArn,
            "arn:aws:lambda:eu-central-1:111122223333:function:score:live");
}

TEST(Stage, ListsRequiredParametersInTheOrderOfTheService) {
  StageDefinition stage = testing::makeStageDefinition();
  auto method = makeMock("GET");
  method.requestParameters = {{"method.request.querystring.qs1", true},
                              {"method.request.path.issuer", true},
                              {"method.request.header.x-header-param", true},
                              {"method.request.querystring.optional", false}};
  stage.resources.push_back({"r1", "/", {method}});
  const auto compiled = compileStage(stage, testing::FakePolicies());
  ASSERT_TRUE(compiled.ok());
  std::string names;
  for (const auto& parameter : (*compiled)->methods[0].requiredParameters) names += parameter.name + " ";
  EXPECT_EQ(names, "x-header-param issuer qs1 ");
}

// "" or what compileStage() says of a method with this authorizer.
std::string compileWith(const std::function<void(AuthorizerDefinition&)>& change) {
  return compile([&](auto& stage, auto& method) {
    AuthorizerDefinition& authorizer = stage.authorizers.emplace_back();
    authorizer = testing::makeAuthorizer("TOKEN");
    change(authorizer);
    method.authorizationType = "CUSTOM";
    method.authorizerId = "auth1";
  });
}

TEST(Stage, CompilesWhoMayCall) {
  EXPECT_EQ(compile([](auto&, auto& method) { method.authorizationType = "AWS_IAM"; }), "");
  EXPECT_EQ(compile([](auto& stage, auto&) { stage.apiKeySource = "AUTHORIZER"; }), "");
  EXPECT_EQ(compileWith([](auto&) {}), "");
  EXPECT_EQ(compileWith([](auto& authorizer) {
              authorizer.type = "REQUEST";
              authorizer.identitySource = "method.request.header.A, method.request.querystring.b,stageVariables.c";
            }),
            "");
  EXPECT_EQ(compileWith([](auto& authorizer) {
              authorizer.type = "REQUEST";
              authorizer.identitySource = "";
              authorizer.resultTtlInSeconds = 0;
            }),
            "");
}

TEST(Stage, RefusesAuthorizersLikeTheService) {
  EXPECT_EQ(compileWith([](auto& authorizer) { authorizer.id = "other"; }),
            "BadRequestException: Invalid authorizer ID specified: auth1");
  EXPECT_EQ(compileWith([](auto& authorizer) { authorizer.type = "COGNITO_USER_POOLS"; }),
            "BadRequestException: Authorizers of type COGNITO_USER_POOLS are not supported");
  EXPECT_EQ(compileWith([](auto& authorizer) { authorizer.resultTtlInSeconds = 3601; }),
            "BadRequestException: Invalid Authorizer result TTL: it is between 0 and 3600 seconds");
  for (const char* source : {"", "method.request.path.x", "method.request.querystring.q", "method.request.body",
                             "method.request.header.A,method.request.header.B", "nonsense"}) {
    EXPECT_NE(compileWith([&](auto& authorizer) { authorizer.identitySource = source; }), "") << source;
  }
  EXPECT_EQ(compileWith([](auto& authorizer) { authorizer.identityValidationExpression = "("; }).substr(0, 70),
            "BadRequestException: Invalid identity validation expression specified:");
}

TEST(Stage, CompilesHttpEndpoints) {
  StageDefinition stage = testing::makeStageDefinition();
  stage.variables = {{"host", "pets.example.org:8443"}};
  auto method = testing::makeHttp("ANY", "HTTP_PROXY", "https://${stageVariables.host}/v1/{id}?kind=cat#x");
  method.integration->requestParameters["integration.request.path.id"] = "method.request.path.id";
  stage.resources.push_back({"r1", "/{id}", {method}});
  const auto compiled = compileStage(stage, testing::FakePolicies()).value();
  const Integration& integration = compiled->methods[0].integration;
  EXPECT_EQ(integration.error, "");
  EXPECT_EQ(integration.http.origin, "https://pets.example.org:8443");
  EXPECT_EQ(integration.http.query, "kind=cat");
  ASSERT_EQ(integration.http.path.size(), 2U);
  EXPECT_EQ(integration.http.path[0].text, "/v1/");
  EXPECT_TRUE(integration.http.path[1].parameter);
}

TEST(Stage, RefusesEndpointsThatAreNone) {
  for (const char* uri :
       {"", "example.org", "ftp://example.org/", "http://", "http://{host}/", "http://a{b}.org/x",
        "http://u:p@example.org/", "http://example.org:x/", "http://example.org/{", "http://h/{}"}) {
    EXPECT_EQ(compile([](auto&, auto&) {}, testing::makeHttp("GET", "HTTP", uri)),
              "BadRequestException: Invalid HTTP endpoint specified for URI")
        << uri;
  }
  EXPECT_EQ(compile([](auto&, auto& method) { method.integration->credentials = "arn:aws:iam::1:role/x"; },
                    testing::makeHttp("GET", "HTTP", "http://example.org")),
            "BadRequestException: Credentials of HTTP integrations are not supported");
}

TEST(Stage, LiftsALimitWithMinusOne) {
  StageDefinition stage = testing::makeStageDefinition();
  stage.methodSettings = {{"/*", "*", Throttle{1, 1}}, {"/v1/tests", "GET", Throttle{-1, -1}}};
  stage.resources.push_back({"r1", "/v1/tests", {makeMock("GET"), makeMock("POST")}});
  const auto compiled = compileStage(stage, testing::FakePolicies()).value();
  EXPECT_FALSE(compiled->methods[0].throttle.has_value());
  EXPECT_EQ(compiled->methods[1].throttle->burst, 1);
}

TEST(Stage, TakesTheMostExactThrottleSetting) {
  StageDefinition stage = testing::makeStageDefinition();
  stage.methodSettings = {
      {"/*", "*", Throttle{1, 1}}, {"/v1/tests", "POST", Throttle{3, 3}}, {"/v1/tests", "*", Throttle{2, 2}}};
  stage.resources.push_back({"r1", "/v1/tests", {makeMock("GET"), makeMock("POST")}});
  stage.resources.push_back({"r2", "/v1", {makeMock("GET")}});
  const auto compiled = compileStage(stage, testing::FakePolicies());
  ASSERT_TRUE(compiled.ok());
  EXPECT_EQ((*compiled)->methods[0].throttle->burst, 2);
  EXPECT_EQ((*compiled)->methods[1].throttle->burst, 3);
  EXPECT_EQ((*compiled)->methods[2].throttle->burst, 1);
}

}  // namespace
}  // namespace hearth::gateway
