#include "gateway/gateway.h"

#include <gtest/gtest.h>

#include "gateway/gateway_fixture.h"

namespace hearth::gateway {
namespace {

using std::chrono::milliseconds;
using testing::brief;
using testing::header;
using testing::makeLambda;
using testing::makeMock;
using testing::makeRequest;
using testing::World;

void addKey(World& world, std::optional<Throttle> throttle, std::optional<Quota> quota,
            std::map<std::string, Throttle> methods = {}) {
  UsagePlanDefinition plan;
  plan.account = "111122223333";
  plan.region = "eu-central-1";
  plan.id = "plan1";
  plan.throttle = throttle;
  plan.quota = quota;
  plan.stages.push_back({"abc123", "api", std::move(methods)});
  plan.keyIds = {"key1", "key2"};
  world.stages.keys = std::make_shared<ApiKeys>(
      std::vector<ApiKeyDefinition>{{"111122223333", "eu-central-1", "key1", "secret-value-1", true},
                                    {"111122223333", "eu-central-1", "key2", "secret-value-2", true}},
      std::vector<UsagePlanDefinition>{plan});
}

TEST(Gateway, AnswersAMock) {
  World world;
  auto method = makeMock("GET");
  method.integration->responses[0].responseTemplates["application/json"] = R"({"stage":"$context.stage"})";
  world.add("/v1/hello", method);
  ASSERT_EQ(world.deploy(), "");
  const auto response = world.get("/v1/hello");
  EXPECT_EQ(brief(response), R"(200 {"stage":"api"})");
  EXPECT_EQ(header(response, "Content-Type"), "application/json");
  EXPECT_EQ(header(response, "x-amzn-RequestId"), "01020304-0506-4708-890a-0b0c0d0e0f10");
  EXPECT_EQ(header(response, "x-amz-apigw-id"), "ERITFBUWFxgZGhs=");
  EXPECT_EQ(header(response, "x-amzn-ErrorType"), "(none)");
  EXPECT_EQ(header(response, "X-Amzn-Trace-Id"), "(none)");
}

TEST(Gateway, AnswersUnderBothAddresses) {
  World world;
  world.add("/v1/hello", makeMock("GET"));
  ASSERT_EQ(world.deploy(), "");
  EXPECT_EQ(world.send(makeRequest("GET", "/api/v1/hello")).status, 200);
  EXPECT_EQ(
      world.send(makeRequest("GET", "/_aws/execute-api/abc123/api/v1/hello", {{"Host", "127.0.0.1:4566"}})).status,
      200);
}

TEST(Gateway, KnowsOnlyItsStages) {
  World world;
  world.add("/", makeMock("GET"));
  ASSERT_EQ(world.deploy(), "");
  for (const char* target : {"/prod/", "/", "/API/"}) {
    const auto response = world.send(makeRequest("GET", target));
    EXPECT_EQ(brief(response), R"(403 {"message":"Forbidden"})") << target;
    EXPECT_EQ(header(response, "x-amzn-ErrorType"), "ForbiddenException");
  }
  const auto other =
      world.send(makeRequest("GET", "/api/", {{"Host", "other.execute-api.eu-central-1.localhost"}}));
  EXPECT_EQ(brief(other), R"(403 {"message":"Forbidden"})");
}

TEST(Gateway, KnowsOnlyItsRoutes) {
  World world;
  world.add("/v1/tests", makeMock("POST"));
  ASSERT_EQ(world.deploy(), "");
  for (const auto& response : {world.post("/v1/other", ""), world.get("/v1/tests"), world.get("")}) {
    EXPECT_EQ(brief(response), R"(403 {"message":"Missing Authentication Token"})");
    EXPECT_EQ(header(response, "x-amzn-ErrorType"), "MissingAuthenticationTokenException");
  }
}

TEST(GatewayKeys, AreRequired) {
  World world;
  auto method = makeMock("GET");
  method.apiKeyRequired = true;
  method.integration->responses[0].responseTemplates["application/json"] = "$context.identity.apiKeyId";
  world.add("/v1/tests", method);
  addKey(world, std::nullopt, std::nullopt);
  ASSERT_EQ(world.deploy(), "");
  EXPECT_EQ(brief(world.get("/v1/tests")), R"(403 {"message":"Forbidden"})");
  EXPECT_EQ(header(world.get("/v1/tests"), "x-amzn-ErrorType"), "ForbiddenException");
  EXPECT_EQ(brief(world.get("/v1/tests", {{"x-api-key", "wrong"}})), R"(403 {"message":"Forbidden"})");
  EXPECT_EQ(brief(world.get("/v1/tests", {{"X-Api-Key", "secret-value-1"}})), "200 key1");
}

TEST(GatewayThrottle, FollowsRateAndBurstOfThePlanForEachKey) {
  World world;
  auto method = makeMock("GET");
  method.apiKeyRequired = true;
  world.add("/v1/tests", method);
  addKey(world, Throttle{6, 10}, std::nullopt);
  ASSERT_EQ(world.deploy(), "");
  const auto count = [&](std::string key) {
    int taken = 0;
    for (int i = 0; i < 30; ++i) taken += world.get("/v1/tests", {{"x-api-key", key}}).status == 200 ? 1 : 0;
    return taken;
  };
  EXPECT_EQ(count("secret-value-1"), 10);
  EXPECT_EQ(count("secret-value-2"), 10) << "each key has its own";
  const auto refused = world.get("/v1/tests", {{"x-api-key", "secret-value-1"}});
  EXPECT_EQ(brief(refused), R"(429 {"message":"Too Many Requests"})");
  EXPECT_EQ(header(refused, "x-amzn-ErrorType"), "TooManyRequestsException");
  world.clock.advance(milliseconds(500));
  EXPECT_EQ(count("secret-value-1"), 3);
}

TEST(GatewayThrottle, FollowsThePlansLimitOfAMethod) {
  World world;
  for (const char* path : {"/a", "/b"}) {
    auto method = makeMock("GET");
    method.apiKeyRequired = true;
    world.add(path, method);
  }
  addKey(world, Throttle{1, 5}, std::nullopt, {{"/a/GET", Throttle{1, 2}}});
  ASSERT_EQ(world.deploy(), "");
  const auto count = [&](std::string path) {
    int taken = 0;
    for (int i = 0; i < 30; ++i) taken += world.get(path, {{"x-api-key", "secret-value-1"}}).status == 200 ? 1 : 0;
    return taken;
  };
  EXPECT_EQ(count("/a"), 2);
  EXPECT_EQ(count("/b"), 5);
}

TEST(GatewayThrottle, FollowsStageAndAccount) {
  World world;
  world.definition.methodSettings = {{"/*", "*", Throttle{1, 3}}};
  world.add("/a", makeMock("GET"));
  world.add("/b", makeMock("GET"));
  world.settings.accountThrottle = {1, 5};
  ASSERT_EQ(world.deploy(), "");
  int a = 0, b = 0;
  for (int i = 0; i < 10; ++i) a += world.get("/a").status == 200 ? 1 : 0;
  for (int i = 0; i < 10; ++i) b += world.get("/b").status == 200 ? 1 : 0;
  EXPECT_EQ(a, 3) << "the method's own setting";
  EXPECT_EQ(b, 2) << "what the account has left";
}

TEST(GatewayQuota, EndsWithLimitExceeded) {
  World world;
  auto method = makeMock("GET");
  method.apiKeyRequired = true;
  world.add("/v1/tests", method);
  addKey(world, std::nullopt, Quota{2, 0, QuotaPeriod::kDay});
  ASSERT_EQ(world.deploy(), "");
  const Pairs key = {{"x-api-key", "secret-value-1"}};
  EXPECT_EQ(world.get("/v1/tests", key).status, 200);
  EXPECT_EQ(world.get("/v1/tests", key).status, 200);
  const auto refused = world.get("/v1/tests", key);
  EXPECT_EQ(brief(refused), R"(429 {"message":"Limit Exceeded"})");
  EXPECT_EQ(header(refused, "x-amzn-ErrorType"), "LimitExceededException");
  world.gateway->flushUsage();
  EXPECT_EQ(world.meter.used("plan1", "key1", 0, 100'000), 2);
  world.clock.advance(std::chrono::hours(12));
  EXPECT_EQ(world.get("/v1/tests", key).status, 200);
}

MethodDefinition makeValidated() {
  auto method = makeMock("POST");
  method.validateRequestBody = true;
  method.validateRequestParameters = true;
  method.requestParameters = {{"method.request.querystring.subjectName", true},
                              {"method.request.querystring.testId", true},
                              {"method.request.header.X-Need", true}};
  method.requestModels = {{"application/json", "Post"}};
  method.integration->passthroughBehavior = "WHEN_NO_MATCH";
  return method;
}

TEST(GatewayValidation, NamesMissingParameters) {
  World world;
  world.definition.models.push_back({"Post", "application/json", R"({"type":"object"})"});
  world.add("/v1/test", makeValidated());
  ASSERT_EQ(world.deploy(), "");
  const auto all = world.post("/v1/test", "{}");
  EXPECT_EQ(brief(all), R"(400 {"message":"Missing required request parameters: [X-Need, subjectName, testId]"})");
  EXPECT_EQ(header(all, "x-amzn-ErrorType"), "BadRequestException");
  EXPECT_EQ(brief(world.post("/v1/test?subjectName=os&testId=", "{}", {{"x-need", "1"}})),
            R"(400 {"message":"Missing required request parameters: [testId]"})");
  EXPECT_EQ(world.post("/v1/test?subjectName=os&testId=1", "{}", {{"x-need", "1"}}).status, 200);
}

TEST(GatewayValidation, ChecksTheBodyByContentType) {
  World world;
  world.definition.models.push_back({"Post", "application/json",
                                     R"({"$schema":"http://json-schema.org/draft-07/schema#","type":"object",
           "properties":{"studentId":{"type":"string"}},"required":["studentId"]})"});
  auto method = makeValidated();
  method.requestParameters.clear();
  method.integration->requestTemplates["application/x-www-form-urlencoded"] = "{statusCode: 200}";
  world.add("/v1/tests", method);
  ASSERT_EQ(world.deploy(), "");
  EXPECT_EQ(world.post("/v1/tests", R"({"studentId":"s1"})").status, 200) << "no type is JSON";
  const auto refused =
      world.post("/v1/tests", R"({"studentId":5})", {{"Content-Type", "application/json; charset=utf-8"}});
  EXPECT_EQ(brief(refused), R"(400 {"message":"Invalid request body"})");
  EXPECT_EQ(header(refused, "x-amzn-ErrorType"), "BadRequestException");
  EXPECT_EQ(brief(world.post("/v1/tests", "{broken")), R"(400 {"message":"Invalid request body"})");
  EXPECT_EQ(brief(world.post("/v1/tests", "")), R"(400 {"message":"Invalid request body"})") << "empty is {}";
  EXPECT_EQ(world.post("/v1/tests", "anything", {{"Content-Type", "application/x-www-form-urlencoded"}}).status,
            200)
      << "a type without a model is not checked";
}

TEST(GatewayBody, IsLimited) {
  World world;
  world.settings.bodyBytes = 100;
  world.add("/", makeMock("POST"));
  ASSERT_EQ(world.deploy(), "");
  EXPECT_EQ(world.post("/", std::string(100, 'x')).status, 200);
  EXPECT_EQ(brief(world.post("/", std::string(101, 'x'))), "413 HTTP content length exceeded 10485760 bytes.");
}

TEST(GatewayLambda, MapsBothWays) {
  World world;
  auto method = makeLambda("GET");
  method.integration->requestTemplates["application/json"] =
      R"x({"subjectName": "$input.params('subjectName')", "testId": "$input.params('testId')"})x";
  world.add("/v1/test", method);
  ASSERT_EQ(world.deploy(), "");
  const auto response = world.get("/v1/test?subjectName=os&testId=test01");
  EXPECT_EQ(brief(response), R"(200 {"subjectName": "os", "testId": "test01"})");
  EXPECT_EQ(header(response, "X-Amzn-Trace-Id"), "Root=1-69d4f9f0-1c1d1e1f2021222324252627");
  ASSERT_EQ(world.invoker.invocations.size(), 1U);
  const auto& invocation = world.invoker.invocations[0];
  EXPECT_EQ(invocation.functionArn, "arn:aws:lambda:eu-central-1:111122223333:function:score");
  EXPECT_EQ(invocation.caller.servicePrincipal, "apigateway.amazonaws.com");
  EXPECT_EQ(invocation.caller.sourceArn, "arn:aws:execute-api:eu-central-1:111122223333:abc123/api/GET/v1/test");
  EXPECT_EQ(invocation.caller.sourceAccount, "111122223333");
  EXPECT_EQ(invocation.traceId, "Root=1-69d4f9f0-1c1d1e1f2021222324252627");
}

TEST(GatewayLambda, PassesFormsThroughAndRefusesWhatIsNoJson) {
  World world;
  auto method = makeLambda("POST");
  method.integration->requestTemplates["application/json"] = R"({"mapped": true})";
  world.add("/v1/test", method);
  ASSERT_EQ(world.deploy(), "");
  const Pairs form = {{"Content-Type", "application/x-www-form-urlencoded"}};
  EXPECT_EQ(brief(world.post("/v1/test", R"({"studentId":"s1"})", form)), R"(200 {"studentId":"s1"})");
  EXPECT_EQ(brief(world.post("/v1/test", "", form)), "200 {}");
  EXPECT_EQ(brief(world.post("/v1/test", "x")), R"(200 {"mapped": true})");
  const auto refused = world.post("/v1/test", "studentId=s1", form);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body.substr(0, 55), R"({"message":"Could not parse request body into json: Inv)");
  EXPECT_EQ(header(refused, "x-amzn-ErrorType"), "BadRequestException");
}

TEST(GatewayLambda, RefusesContentTypesWithoutATemplate) {
  World world;
  auto method = makeLambda("POST");
  method.integration->passthroughBehavior = "NEVER";
  world.add("/v1/test", method);
  ASSERT_EQ(world.deploy(), "");
  const auto refused = world.post("/v1/test", "{}");
  EXPECT_EQ(brief(refused), R"(415 {"message":"Unsupported Media Type"})");
  EXPECT_TRUE(world.invoker.invocations.empty());
}

TEST(GatewayLambda, GivesAFunctionsErrorAsTheDefaultResponse) {
  World world;
  world.add("/v1/test", makeLambda("POST"));
  ASSERT_EQ(world.deploy(), "");
  const std::string error = R"({"errorMessage":"boom","errorType":"KeyError","stackTrace":[]})";
  world.invoker.answerWith(error, "Unhandled");
  EXPECT_EQ(brief(world.post("/v1/test", "{}")), "200 " + error);
}

TEST(GatewayLambda, SelectsByTheErrorMessage) {
  World world;
  auto method = makeLambda("POST");
  auto& bad = method.integration->responses.emplace_back();
  bad.statusCode = "400";
  bad.selectionPattern = "\\[BadRequest\\].*";
  bad.responseTemplates["application/json"] = R"({"why":$input.json('$.errorMessage')})";
  world.add("/v1/test", method);
  ASSERT_EQ(world.deploy(), "");
  world.invoker.answerWith(R"({"errorMessage":"[BadRequest] no such test"})", "Unhandled");
  EXPECT_EQ(brief(world.post("/v1/test", "{}")), R"(400 {"why":"[BadRequest] no such test"})");
  world.invoker.answerWith(R"({"fine":1})");
  EXPECT_EQ(brief(world.post("/v1/test", "{}")), R"(200 {"fine":1})");
}

TEST(GatewayLambda, FailsWithItsConfiguration) {
  const std::string expected = R"(500 {"message":"Internal server error"})";
  World world;
  auto broken = makeLambda("POST");
  broken.integration->requestTemplates["application/json"] = "#if(";
  world.add("/template", broken);
  auto none = makeLambda("POST");
  none.integration->responses.clear();
  world.add("/response", none);
  auto get = makeLambda("POST");
  get.integration->httpMethod = "GET";
  world.add("/method", get);
  auto forbidden = makeLambda("POST");
  forbidden.integration->requestParameters["integration.request.header.Authorization"] = "'x'";
  world.add("/header", forbidden);
  ASSERT_EQ(world.deploy(), "");
  for (const char* path : {"/template", "/response", "/method", "/header"}) {
    const auto response = world.post(path, "{}");
    EXPECT_EQ(brief(response), expected) << path;
    EXPECT_EQ(header(response, "x-amzn-ErrorType"), "InternalServerErrorException");
  }
}

TEST(GatewayLambda, FailsWhenItMayNotInvoke) {
  World world;
  world.add("/a", makeLambda("GET"));
  world.add("/b", makeLambda("GET", "AWS_PROXY"));
  ASSERT_EQ(world.deploy(), "");
  const auto failWith = [&](std::string code, int status) {
    world.invoker.answer = [code, status](const ports::Invocation&) {
      return Result<ports::InvokeOutcome>(Fault(code, "no", status));
    };
  };
  failWith("AccessDeniedException", 403);
  EXPECT_EQ(brief(world.get("/a")), R"(500 {"message":"Internal server error"})");
  EXPECT_EQ(brief(world.get("/b")), R"(500 {"message":"Internal server error"})");
  failWith("TooManyRequestsException", 429);
  EXPECT_EQ(brief(world.get("/a")), R"(500 {"message":"Internal server error"})");
  EXPECT_EQ(brief(world.get("/b")), R"(502 {"message":"Internal server error"})");
}

TEST(GatewayProxy, GivesTheFunctionsResponse) {
  World world;
  world.add("/{proxy+}", makeLambda("ANY", "AWS_PROXY"));
  ASSERT_EQ(world.deploy(), "");
  world.invoker.answerWith(R"({"statusCode":418,"headers":{"X-Tea":"pot"},"body":"short"})");
  const auto response = world.post("/any/thing", "x");
  EXPECT_EQ(brief(response), "418 short");
  EXPECT_EQ(header(response, "X-Tea"), "pot");
  EXPECT_EQ(header(response, "x-amzn-RequestId"), "01020304-0506-4708-890a-0b0c0d0e0f10");
  const Json event = base::parseJson(world.invoker.invocations[0].payload).value();
  EXPECT_EQ(base::findString(event, "body"), "x");
  EXPECT_EQ(base::findString(event, "path"), "/any/thing");
  EXPECT_EQ(world.invoker.invocations[0].caller.sourceArn,
            "arn:aws:execute-api:eu-central-1:111122223333:abc123/api/POST/{proxy+}");
}

TEST(GatewayProxy, RefusesWhatIsMalformed) {
  World world;
  world.add("/{proxy+}", makeLambda("ANY", "AWS_PROXY"));
  ASSERT_EQ(world.deploy(), "");
  const std::string expected = R"(502 {"message":"Internal server error"})";
  for (const char* payload : {"null", "\"text\"", "", R"({"code":200})", R"({"statusCode":"x"})"}) {
    world.invoker.answerWith(payload);
    const auto response = world.get("/x");
    EXPECT_EQ(brief(response), expected) << payload;
    EXPECT_EQ(header(response, "x-amzn-ErrorType"), "InternalServerErrorException");
  }
  world.invoker.answerWith(R"({"errorMessage":"boom"})", "Unhandled");
  EXPECT_EQ(brief(world.get("/x")), expected);
}

TEST(GatewayTimeout, EndsTheWaitAndNotTheFunction) {
  World world;
  auto method = makeLambda("GET", "AWS_PROXY");
  world.add("/{proxy+}", method);
  world.settings.integrationTimeout = milliseconds(5);
  ASSERT_EQ(world.deploy(), "");
  world.invoker.neverAnswers = true;
  const auto response = world.get("/x");
  EXPECT_EQ(brief(response), R"(504 {"message":"Endpoint request timed out"})");
  EXPECT_EQ(header(response, "x-amzn-ErrorType"), "InternalServerErrorException");
  // The function answers nobody: nothing happens.
  world.invoker.waiting(1);
  world.loop.restart();
  world.loop.run();
}

TEST(GatewayTimeout, IsTheIntegrationsOwn) {
  World world;
  auto method = makeLambda("GET", "AWS_PROXY");
  method.integration->timeoutInMillis = 50;
  world.add("/{proxy+}", method);
  ASSERT_EQ(world.deploy(), "");
  world.invoker.neverAnswers = true;
  EXPECT_EQ(world.get("/x").status, 504);
}

TEST(GatewayMock, SelectsByItsStatus) {
  World world;
  auto method = makeMock("GET", R"({"statusCode": $input.params('code')})");
  method.integration->responses[0].responseTemplates["application/json"] = "default";
  auto& range = method.integration->responses.emplace_back();
  range.statusCode = "400";
  range.selectionPattern = "4\\d{2}";
  range.responseTemplates["application/json"] = "four";
  world.add("/", method);
  ASSERT_EQ(world.deploy(), "");
  EXPECT_EQ(brief(world.get("/?code=200")), "200 default");
  EXPECT_EQ(brief(world.get("/?code=404")), "400 four");
  EXPECT_EQ(brief(world.get("/?code=4040")), "200 default");
  EXPECT_EQ(brief(world.get("/?code=none")), R"(500 {"message":"Internal server error"})");
  EXPECT_EQ(brief(world.get("/")), R"(500 {"message":"Internal server error"})");
}

TEST(GatewayRecord, TellsWhatHappened) {
  World world;
  std::vector<AccessRecord> records;
  world.settings.onFinished = [&](const AccessRecord& record) { records.push_back(record); };
  auto method = makeLambda("GET");
  method.apiKeyRequired = true;
  world.add("/v1/test", method);
  addKey(world, std::nullopt, std::nullopt);
  ASSERT_EQ(world.deploy(), "");
  world.get("/nowhere");
  world.get("/v1/test", {{"x-api-key", "guess"}});
  world.get("/v1/test", {{"x-api-key", "secret-value-1"}});
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].status, 403);
  EXPECT_EQ(records[0].reason, "no such route");
  EXPECT_EQ(records[0].resourcePath, "");
  EXPECT_EQ(records[1].reason, "API key not allowed");
  EXPECT_EQ(records[2].status, 200);
  EXPECT_EQ(records[2].resourcePath, "/v1/test");
  EXPECT_EQ(records[2].verb, "GET");
  EXPECT_EQ(records[2].reason, "");
}

}  // namespace
}  // namespace hearth::gateway
