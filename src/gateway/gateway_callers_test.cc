// Who may call: authorizers and signatures, through the whole gateway.
#include <gtest/gtest.h>

#include "gateway/gateway_fixture.h"

namespace hearth::gateway {
namespace {

using testing::brief;
using testing::header;
using testing::makeAuthorizer;
using testing::makeMock;

constexpr char kAllow[] = R"({"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*"})";

std::string answerText(std::string_view statement = kAllow, std::string_view more = "") {
  return R"({"principalId":"ada","policyDocument":{"Version":"2012-10-17","Statement":)" + std::string(statement) +
         "}" + std::string(more) + "}";
}

MethodDefinition guarded(MethodDefinition method) {
  method.authorizationType = "CUSTOM";
  method.authorizerId = "auth1";
  return method;
}

// An API whose GET / has an authorizer.
struct Guarded {
  explicit Guarded(AuthorizerDefinition authorizer = makeAuthorizer("TOKEN"),
                   MethodDefinition method = makeMock("GET")) {
    world.definition.variables = {{"realm", "pets"}};
    world.definition.authorizers.push_back(std::move(authorizer));
    world.add("/pets/{proxy+}", guarded(std::move(method)));
    world.invoker.answerWith(answerText());
  }
  http::Response get(Pairs headers = {{"Authorization", "t1"}}, std::string path = "/pets/7") {
    if (world.gateway == nullptr) {
      EXPECT_EQ(world.deploy(), "");
    }
    return world.get(std::move(path), std::move(headers));
  }
  std::size_t calls() const { return world.invoker.invocations.size(); }
  testing::World world;
};

TEST(TokenAuthorizer, IsAskedWithTheTokenAndTheMethod) {
  Guarded api;
  EXPECT_EQ(api.get().status, 200);
  ASSERT_EQ(api.calls(), 1U);
  const ports::Invocation& asked = api.world.invoker.invocations[0];
  EXPECT_EQ(asked.functionArn, "arn:aws:lambda:eu-central-1:111122223333:function:guard");
  EXPECT_EQ(asked.payload,
            R"({"type":"TOKEN","methodArn":"arn:aws:execute-api:eu-central-1:111122223333:abc123/api/GET/pets/7",)"
            R"("authorizationToken":"t1"})");
  EXPECT_EQ(asked.caller.servicePrincipal, "apigateway.amazonaws.com");
  EXPECT_EQ(asked.caller.sourceArn, "arn:aws:execute-api:eu-central-1:111122223333:abc123/authorizers/auth1");
}

TEST(TokenAuthorizer, NeedsAToken) {
  Guarded api;
  for (const Pairs& headers : {Pairs{}, Pairs{{"Authorization", ""}}, Pairs{{"X-Other", "t1"}}}) {
    const auto response = api.get(headers);
    EXPECT_EQ(brief(response), R"(401 {"message":"Unauthorized"})");
    EXPECT_EQ(header(response, "x-amzn-ErrorType"), "UnauthorizedException");
  }
  EXPECT_EQ(api.calls(), 0U);
}

TEST(TokenAuthorizer, ValidatesTheTokenBeforeItAsks) {
  AuthorizerDefinition authorizer = makeAuthorizer("TOKEN");
  authorizer.identityValidationExpression = "Bearer [a-z]+";
  Guarded api(authorizer);
  EXPECT_EQ(api.get({{"authorization", "Bearer abc"}}).status, 200);
  EXPECT_EQ(api.get({{"authorization", "Bearer abc1"}}).status, 401);
  EXPECT_EQ(api.get({{"authorization", "xBearer abc"}}).status, 401);
  EXPECT_EQ(api.calls(), 1U);
}

TEST(TokenAuthorizer, KeepsAnswersByToken) {
  Guarded api;
  EXPECT_EQ(api.get().status, 200);
  EXPECT_EQ(api.get().status, 200);
  EXPECT_EQ(api.calls(), 1U);
  EXPECT_EQ(api.get({{"Authorization", "t2"}}).status, 200);
  EXPECT_EQ(api.calls(), 2U);
  api.world.clock.advance(std::chrono::seconds(300));
  EXPECT_EQ(api.get().status, 200);
  EXPECT_EQ(api.calls(), 3U);
}

TEST(TokenAuthorizer, KeepsNothingWhenItMayNot) {
  AuthorizerDefinition authorizer = makeAuthorizer("TOKEN");
  authorizer.resultTtlInSeconds = 0;
  Guarded api(authorizer);
  api.get();
  api.get();
  EXPECT_EQ(api.calls(), 2U);
}

TEST(TokenAuthorizer, ForgetsWithAnotherDeploymentOrGeneration) {
  Guarded api;
  api.get();
  api.world.definition.deploymentId = "dep2";
  ASSERT_EQ(api.world.deploy(), "");
  api.get();
  EXPECT_EQ(api.calls(), 2U);
  api.world.definition.authorizerGeneration = "1";
  ASSERT_EQ(api.world.deploy(), "");
  api.get();
  EXPECT_EQ(api.calls(), 3U);
}

TEST(TokenAuthorizer, PolicyDecidesAlsoWhenItWasKept) {
  Guarded api;
  api.world.invoker.answerWith(answerText(
      R"({"Effect":"Allow","Resource":"arn:aws:execute-api:eu-central-1:111122223333:abc123/api/GET/pets/7"})"));
  EXPECT_EQ(api.get().status, 200);
  // Spellings of the same path.
  EXPECT_EQ(api.get({{"Authorization", "t1"}}, "/pets/%37/").status, 200);
  const auto response = api.get({{"Authorization", "t1"}}, "/pets/8");
  EXPECT_EQ(brief(response), R"(403 {"Message":"User is not authorized to access this resource"})");
  EXPECT_EQ(header(response, "x-amzn-ErrorType"), "AccessDeniedException");
  EXPECT_EQ(api.calls(), 1U);
}

TEST(TokenAuthorizer, DeniesInTheServicesWords) {
  Guarded api;
  api.world.invoker.answerWith(answerText(R"({"Effect":"Deny","Resource":"*"})"));
  EXPECT_EQ(brief(api.get()),
            R"(403 {"Message":"User is not authorized to access this resource with an explicit deny"})");
}

TEST(TokenAuthorizer, MaySendTheClientAway) {
  Guarded api;
  api.world.invoker.answerWith(R"({"errorMessage":"Unauthorized","errorType":"Exception"})", "Unhandled");
  EXPECT_EQ(brief(api.get()), R"(401 {"message":"Unauthorized"})");
  api.world.invoker.answerWith(answerText());
  EXPECT_EQ(api.get().status, 200);
}

TEST(TokenAuthorizer, FailsWithItsFunction) {
  Guarded api;
  api.world.invoker.answerWith(R"({"errorMessage":"Unauthorized: token"})", "Unhandled");
  auto response = api.get();
  EXPECT_EQ(brief(response), R"(500 {"message":null})");
  EXPECT_EQ(header(response, "x-amzn-ErrorType"), "AuthorizerFailureException");
  api.world.invoker.answer = [](const ports::Invocation&) {
    return Result<ports::InvokeOutcome>(Fault("AccessDeniedException", "no permission", 403));
  };
  response = api.get();
  EXPECT_EQ(brief(response), R"(500 {"message":null})");
  EXPECT_EQ(header(response, "x-amzn-ErrorType"), "AuthorizerConfigurationException");
}

TEST(TokenAuthorizer, FailsWithAnAnswerThatIsNone) {
  Guarded api;
  for (const char* answer :
       {"null", "[]", "{", R"("Allow")", "{}", R"({"principalId":"ada"})",
        R"({"principalId":"","policyDocument":{"Statement":{"Effect":"Allow","Resource":"*"}}})",
        R"({"principalId":{},"policyDocument":{"Statement":{"Effect":"Allow","Resource":"*"}}})",
        R"({"policyDocument":{"Statement":{"Effect":"Allow","Resource":"*"}}})",
        R"({"principalId":"ada","policyDocument":"{}"})", R"({"principalId":"ada","policyDocument":{}})"}) {
    api.world.invoker.answerWith(answer);
    const auto response = api.get();
    EXPECT_EQ(brief(response), R"(500 {"message":null})") << answer;
    EXPECT_EQ(header(response, "x-amzn-ErrorType"), "AuthorizerConfigurationException") << answer;
  }
  for (const char* context : {R"(,"context":[])", R"(,"context":{"a":{}})", R"(,"context":{"a":[1]})"}) {
    api.world.invoker.answerWith(answerText(kAllow, context));
    EXPECT_EQ(api.get().status, 500) << context;
  }
}

TEST(TokenAuthorizer, GivesAPolicyOfBoundedSize) {
  Guarded api;
  int asked = 0;
  const auto statusWith = [&](const std::string& resources) {
    api.world.invoker.answerWith(
        answerText(R"({"Effect":"Allow","Action":"execute-api:Invoke","Resource":[)" + resources + "]}"));
    return api.get({{"Authorization", std::to_string(++asked)}}).status;
  };
  const auto resource = [](std::size_t size) {
    const std::string begin = "arn:aws:execute-api:*:*:";
    return "\"" + begin + std::string(size - begin.size(), '*') + "\"";
  };
  const std::string any = R"("*")";
  EXPECT_EQ(statusWith(any + "," + resource(512)), 403);  // it is taken; the fixture's reader finds nothing in it
  EXPECT_EQ(statusWith(any + "," + resource(513)), 500);
  std::string many = any;
  for (int i = 0; i < 200; ++i) many += "," + resource(400);
  EXPECT_EQ(statusWith(many), 500);
}

TEST(TokenAuthorizer, IsNotAskedAboutALongPath) {
  Guarded api;
  const auto response = api.get({{"Authorization", "t1"}}, "/pets/" + std::string(1600, 'a'));
  EXPECT_EQ(brief(response), R"(414 {"message":"Request URI too long"})");
  EXPECT_EQ(api.calls(), 0U);
}

TEST(TokenAuthorizer, IsAskedOnAccountOfTheMethodsLimit) {
  AuthorizerDefinition authorizer = makeAuthorizer("TOKEN");
  Guarded api(authorizer);
  api.world.definition.methodSettings = {{"/*", "*", Throttle{1, 2}}};
  EXPECT_EQ(api.get({{"Authorization", "a"}}).status, 200);
  EXPECT_EQ(api.get({{"Authorization", "b"}}).status, 200);
  const auto response = api.get({{"Authorization", "c"}});
  EXPECT_EQ(brief(response), R"(429 {"message":"Too Many Requests"})");
  EXPECT_EQ(api.calls(), 2U);
}

TEST(TokenAuthorizer, TellsTemplatesWhoCalls) {
  MethodDefinition method = makeMock("GET");
  method.integration->responses[0].responseTemplates["application/json"] =
      "$context.authorizer.principalId $context.authorizer.plan $context.authorizer.n $context.authorizer.yes"
      "$!context.authorizer.none";
  method.integration->responses[0].responseParameters["method.response.header.X-Who"] =
      "context.authorizer.principalId";
  Guarded api(makeAuthorizer("TOKEN"), method);
  api.world.invoker.answerWith(answerText(kAllow, R"(,"context":{"plan":"gold","n":7,"yes":true,"no":null})"));
  const auto response = api.get();
  EXPECT_EQ(response.body, "ada gold 7 true");
  EXPECT_EQ(header(response, "X-Who"), "ada");
}

TEST(TokenAuthorizer, TellsProxyFunctionsWhoCalls) {
  Guarded api(makeAuthorizer("TOKEN"), testing::makeLambda("GET", "AWS_PROXY"));
  const std::string answer = answerText(kAllow, R"(,"context":{"n":7})");
  api.world.invoker.answer = [answer](const ports::Invocation& asked) {
    ports::InvokeOutcome outcome;
    outcome.payload = asked.functionArn.ends_with("guard") ? answer : R"({"statusCode":200})";
    return Result<ports::InvokeOutcome>(outcome);
  };
  EXPECT_EQ(api.get().status, 200);
  ASSERT_EQ(api.calls(), 2U);
  const auto event = base::parseJson(api.world.invoker.invocations[1].payload).value();
  EXPECT_EQ(base::writeJson(event.at("requestContext").at("authorizer")),
            R"({"n":"7","principalId":"ada","integrationLatency":0})");
}

TEST(RequestAuthorizer, GetsTheRequest) {
  AuthorizerDefinition authorizer = makeAuthorizer("REQUEST");
  authorizer.identitySource = "method.request.header.A, method.request.querystring.q,stageVariables.realm";
  Guarded api(authorizer);
  EXPECT_EQ(api.get({{"A", "1"}}, "/pets/7?q=2").status, 200);
  ASSERT_EQ(api.calls(), 1U);
  const auto event = base::parseJson(api.world.invoker.invocations[0].payload).value();
  EXPECT_EQ(event.at("type").as_string(), "REQUEST");
  EXPECT_EQ(event.at("methodArn").as_string(),
            "arn:aws:execute-api:eu-central-1:111122223333:abc123/api/GET/pets/7");
  EXPECT_EQ(event.at("resource").as_string(), "/pets/{proxy+}");
  EXPECT_EQ(event.at("headers").at("A").as_string(), "1");
  EXPECT_EQ(event.at("queryStringParameters").at("q").as_string(), "2");
  EXPECT_EQ(event.at("pathParameters").at("proxy").as_string(), "7");
  EXPECT_EQ(event.at("stageVariables").at("realm").as_string(), "pets");
  EXPECT_EQ(event.at("requestContext").at("apiId").as_string(), "abc123");
  EXPECT_FALSE(event.as_object().contains("body"));
}

TEST(RequestAuthorizer, NeedsAllSourcesAndKeepsByAllOfThem) {
  AuthorizerDefinition authorizer = makeAuthorizer("REQUEST");
  authorizer.identitySource = "method.request.header.A,method.request.header.B";
  Guarded api(authorizer);
  EXPECT_EQ(api.get({{"A", "1"}}).status, 401);
  EXPECT_EQ(api.get({{"A", "1"}, {"B", ""}}).status, 401);
  EXPECT_EQ(api.calls(), 0U);
  EXPECT_EQ(api.get({{"A", "x,"}, {"B", "y"}}).status, 200);
  EXPECT_EQ(api.get({{"A", "x,"}, {"B", "y"}}).status, 200);
  EXPECT_EQ(api.calls(), 1U);
  EXPECT_EQ(api.get({{"A", "x"}, {"B", ",y"}}).status, 200);
  EXPECT_EQ(api.calls(), 2U);
}

TEST(RequestAuthorizer, MayHaveNoSource) {
  AuthorizerDefinition authorizer = makeAuthorizer("REQUEST");
  authorizer.identitySource = "";
  authorizer.resultTtlInSeconds = 0;
  Guarded api(authorizer);
  EXPECT_EQ(api.get({}).status, 200);
  EXPECT_EQ(api.get({}).status, 200);
  EXPECT_EQ(api.calls(), 2U);
}

TEST(AuthorizerKeys, ComeOutOfTheAnswer) {
  MethodDefinition method = makeMock("GET");
  method.apiKeyRequired = true;
  Guarded api(makeAuthorizer("TOKEN"), method);
  api.world.definition.apiKeySource = "AUTHORIZER";
  UsagePlanDefinition plan;
  plan.account = "111122223333";
  plan.region = "eu-central-1";
  plan.id = "plan1";
  plan.stages.push_back({"abc123", "api", {}});
  plan.keyIds = {"key1"};
  api.world.stages.keys = std::make_shared<ApiKeys>(
      std::vector<ApiKeyDefinition>{{"111122223333", "eu-central-1", "key1", "0123456789-the-key", true}},
      std::vector{plan});
  EXPECT_EQ(brief(api.get({{"Authorization", "t0"}, {"x-api-key", "0123456789-the-key"}})),
            R"(403 {"message":"Forbidden"})");
  api.world.invoker.answerWith(answerText(kAllow, R"(,"usageIdentifierKey":"0123456789-the-key")"));
  EXPECT_EQ(api.get().status, 200);
}

TEST(SignedMethod, AsksWhoSigned) {
  testing::World world;
  MethodDefinition method = makeMock("POST");
  method.authorizationType = "AWS_IAM";
  method.integration->responses[0].responseTemplates["application/json"] =
      "$context.identity.userArn $context.identity.caller $context.identity.user $context.identity.accountId "
      "$context.identity.accessKey";
  world.add("/pets", method);
  ASSERT_EQ(world.deploy(), "");
  const auto response = world.post("/pets", "{}", {{"Authorization", "good"}});
  EXPECT_EQ(brief(response),
            "200 arn:aws:iam::111122223333:user/ada AIDAEXAMPLE AIDAEXAMPLE 111122223333 AKIDEXAMPLE");
  EXPECT_EQ(world.callers.bodies, std::vector<std::string>{"{}"});
  EXPECT_EQ(world.callers.arns,
            std::vector<std::string>{"arn:aws:execute-api:eu-central-1:111122223333:abc123/api/POST/pets"});
}

TEST(SignedMethod, IsNotReachedByOtherSpellingsOfASignedPath) {
  testing::World world;
  MethodDefinition method = makeMock("GET");
  method.authorizationType = "AWS_IAM";
  world.add("/pets/{proxy+}", method);
  ASSERT_EQ(world.deploy(), "");
  for (const char* path : {"/pets/../pets/7", "/pets/./7", "/pets/a//7", "/pets/%2E%2e/7", "/pets/a;b/..;c/7"}) {
    EXPECT_EQ(brief(world.get(path, {{"Authorization", "good"}})), R"(400 {"message":"Bad Request"})") << path;
  }
  EXPECT_EQ(world.callers.arns.size(), 0U);
  for (const char* path : {"/pets/7", "//pets/7/", "/pets/a%2F7", "/pets/7;b"}) {
    EXPECT_EQ(world.get(path, {{"Authorization", "good"}}).status, 200) << path;
  }
}

TEST(SignedMethod, RefusesLikeTheService) {
  testing::World world;
  MethodDefinition method = makeMock("GET");
  method.authorizationType = "AWS_IAM";
  world.add("/", method);
  ASSERT_EQ(world.deploy(), "");
  EXPECT_EQ(brief(world.get("/")), R"(403 {"message":"Missing Authentication Token"})");
  for (const char* code : {"InvalidSignatureException", "IncompleteSignatureException",
                           "UnrecognizedClientException", "ExpiredTokenException"}) {
    const auto response = world.get("/", {{"Authorization", code}});
    EXPECT_EQ(brief(response), R"(403 {"message":"refused: )" + std::string(code) + "\"}");
    EXPECT_EQ(header(response, "x-amzn-ErrorType"), code);
  }
  EXPECT_EQ(brief(world.get("/", {{"Authorization", "AccessDeniedException"}})),
            R"(403 {"Message":"refused: AccessDeniedException"})");
}

TEST(SignedMethod, TellsProxyFunctionsWhoCalls) {
  testing::World world;
  MethodDefinition method = testing::makeLambda("GET", "AWS_PROXY");
  method.authorizationType = "AWS_IAM";
  world.add("/", method);
  ASSERT_EQ(world.deploy(), "");
  world.invoker.answerWith(R"({"statusCode":200})");
  EXPECT_EQ(world.get("/", {{"Authorization", "good"}}).status, 200);
  const auto event = base::parseJson(world.invoker.invocations.at(0).payload).value();
  const auto& identity = event.at("requestContext").at("identity");
  EXPECT_EQ(identity.at("accessKey").as_string(), "AKIDEXAMPLE");
  EXPECT_EQ(identity.at("accountId").as_string(), "111122223333");
  EXPECT_EQ(identity.at("caller").as_string(), "AIDAEXAMPLE");
  EXPECT_EQ(identity.at("userArn").as_string(), "arn:aws:iam::111122223333:user/ada");
}

}  // namespace
}  // namespace hearth::gateway
