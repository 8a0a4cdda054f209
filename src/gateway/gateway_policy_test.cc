// The API's own policy, alone and beside what a method asks for.
#include <gtest/gtest.h>

#include "gateway/gateway_fixture.h"

namespace hearth::gateway {
namespace {

using testing::brief;
using testing::header;
using testing::makeAuthorizer;
using testing::makeMock;

// The fake's policies have one statement.
std::string policy(std::string_view effect, std::string_view resource = "*") {
  return R"({"Statement":{"Effect":")" + std::string(effect) + R"(","Resource":")" + std::string(resource) + "\"}}";
}

constexpr char kPets[] = "arn:aws:execute-api:eu-central-1:111122223333:abc123/api/GET/pets";
constexpr char kStranger[] =
    "User: anonymous is not authorized to perform: execute-api:Invoke on resource: "
    "arn:aws:execute-api:eu-central-1:********3333:abc123/api/GET/pets";

TEST(ApiPolicy, AloneHasToLetStrangersIn) {
  const auto ask = [](const std::string& text) {
    testing::World world;
    world.definition.policy = text;
    world.add("/pets", makeMock("GET"));
    EXPECT_EQ(world.deploy(), "");
    return world.get("/pets");
  };
  EXPECT_EQ(ask("").status, 200);
  EXPECT_EQ(ask(policy("Allow", kPets)).status, 200);
  const auto silent = ask(policy("Allow", "other"));
  EXPECT_EQ(brief(silent), "403 {\"Message\":\"" + std::string(kStranger) + "\"}");
  EXPECT_EQ(header(silent, "x-amzn-ErrorType"), "AccessDeniedException");
  EXPECT_EQ(brief(ask(policy("Deny", kPets))),
            "403 {\"Message\":\"" + std::string(kStranger) + " with an explicit deny\"}");
}

TEST(ApiPolicy, AnswersAsTheApiSays) {
  testing::World world;
  world.definition.policy = policy("Deny");
  GatewayResponseDefinition response;
  response.responseType = "ACCESS_DENIED";
  response.statusCode = "404";
  response.responseTemplates["application/json"] = "{\"no\":$context.error.messageString}";
  world.definition.gatewayResponses.push_back(response);
  world.add("/pets", makeMock("GET"));
  ASSERT_EQ(world.deploy(), "");
  EXPECT_EQ(brief(world.get("/pets")), "404 {\"no\":\"" + std::string(kStranger) + " with an explicit deny\"}");
}

TEST(ApiPolicy, DoesNotSpeakOfRoutesThatAreNot) {
  testing::World world;
  world.definition.policy = policy("Deny");
  world.add("/pets", makeMock("GET"));
  ASSERT_EQ(world.deploy(), "");
  EXPECT_EQ(brief(world.get("/none")), R"(403 {"message":"Missing Authentication Token"})");
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html, table A
TEST(ApiPolicy, AndAnAuthorizersPolicyMakeOneJudgement) {
  struct Row {
    const char* ofAuthorizer;
    const char* ofApi;
    int status;
  };
  const std::string allow = policy("Allow", kPets), deny = policy("Deny", kPets),
                    neither = policy("Allow", "other");
  for (const Row& row : {Row{"allow", "allow", 200}, Row{"allow", "neither", 200}, Row{"allow", "deny", 403},
                         Row{"neither", "allow", 200}, Row{"neither", "neither", 403}, Row{"neither", "deny", 403},
                         Row{"deny", "allow", 403}, Row{"deny", "neither", 403}, Row{"deny", "deny", 403}}) {
    const auto textOf = [&](std::string_view name) {
      return name == "allow" ? allow : name == "deny" ? deny : neither;
    };
    testing::World world;
    world.definition.policy = textOf(row.ofApi);
    world.definition.authorizers.push_back(makeAuthorizer("TOKEN"));
    auto method = makeMock("GET");
    method.authorizationType = "CUSTOM";
    method.authorizerId = "auth1";
    world.add("/pets", std::move(method));
    world.invoker.answerWith(R"({"principalId":"ada","policyDocument":)" + textOf(row.ofAuthorizer) + "}");
    ASSERT_EQ(world.deploy(), "");
    EXPECT_EQ(world.get("/pets", {{"Authorization", "t"}}).status, row.status)
        << row.ofAuthorizer << " and " << row.ofApi;
    // Whom the API itself denies is not asked about.
    EXPECT_EQ(world.invoker.invocations.size(), row.ofApi == std::string_view("deny") ? 0U : 1U);
  }
}

TEST(ApiPolicy, IsHandedToWhoKnowsSignatures) {
  testing::World world;
  world.definition.policy = policy("Deny");
  auto method = makeMock("GET");
  method.authorizationType = "AWS_IAM";
  world.add("/pets", std::move(method));
  ASSERT_EQ(world.deploy(), "");
  EXPECT_EQ(world.get("/pets", {{"Authorization", "good"}}).status, 200);
  ASSERT_EQ(world.callers.policies.size(), 1U);
  EXPECT_EQ(world.callers.policies[0], world.stages.stages["abc123/api"]->policy.get());
}

TEST(FunctionCaller, ARoleThatMayCallIsTheCaller) {
  constexpr char kRole[] = "arn:aws:iam::111122223333:role/caller";
  testing::World world;
  auto method = testing::makeLambda("GET", "AWS_PROXY");
  method.integration->credentials = kRole;
  world.add("/pets", std::move(method));
  world.invoker.answerWith(R"({"statusCode":200,"body":"x"})");
  ASSERT_EQ(world.deploy(), "");
  EXPECT_EQ(brief(world.get("/pets")), "200 x");
  EXPECT_EQ(world.roleActs, std::vector<std::string>{std::string(kRole) +
                                                     " arn:aws:lambda:eu-central-1:111122223333:function:score"});
  EXPECT_EQ(world.invoker.invocations[0].caller.servicePrincipal, "");
  EXPECT_EQ(world.invoker.invocations[0].caller.roleArn, kRole);
  world.roleAnswer = Fault("AccessDenied", "not yours", 403);
  EXPECT_EQ(brief(world.get("/pets")), R"(500 {"message":"Internal server error"})");
  EXPECT_EQ(world.invoker.invocations.size(), 1U);
}

TEST(FunctionCaller, AnAuthorizersRoleIsAsked) {
  AuthorizerDefinition authorizer = makeAuthorizer("TOKEN");
  authorizer.credentials = "arn:aws:iam::111122223333:role/caller";
  testing::World world;
  world.definition.authorizers.push_back(authorizer);
  auto method = makeMock("GET");
  method.authorizationType = "CUSTOM";
  method.authorizerId = "auth1";
  world.add("/pets", std::move(method));
  world.invoker.answerWith(R"({"principalId":"ada","policyDocument":)" + policy("Allow") + "}");
  world.roleAnswer = Fault("NoSuchEntity", "gone", 404);
  ASSERT_EQ(world.deploy(), "");
  EXPECT_EQ(header(world.get("/pets", {{"Authorization", "t"}}), "x-amzn-ErrorType"),
            "AuthorizerConfigurationException");
  EXPECT_TRUE(world.invoker.invocations.empty());
  world.roleAnswer = {};
  EXPECT_EQ(world.get("/pets", {{"Authorization", "t"}}).status, 200);
  EXPECT_EQ(world.invoker.invocations[0].caller.servicePrincipal, "");
  EXPECT_EQ(world.invoker.invocations[0].caller.roleArn, "arn:aws:iam::111122223333:role/caller");
}

}  // namespace
}  // namespace hearth::gateway
