#include "gateway/method_trial.h"

#include <gtest/gtest.h>

#include "gateway/gateway_fixture.h"

namespace hearth::gateway {
namespace {

// What tryMethod() says of the method at `path`.
struct Trial {
  explicit Trial(std::string path, MethodDefinition method) {
    world.add("/", testing::makeMock("GET"));
    EXPECT_EQ(world.deploy(), "");
    trial.stage = testing::makeStageDefinition();
    trial.verb = method.httpMethod;
    trial.stage.resources.push_back({"res", std::move(path), {std::move(method)}});
    trial.caller = {"AKID", "111122223333", "AIDA", "arn:aws:iam::111122223333:user/ada"};
  }
  Result<MethodVerdict> run() {
    std::optional<Result<MethodVerdict>> verdict;
    const auto work = [](Gateway& gateway, MethodTrial given, auto& into) -> Task<void> {
      into.emplace(co_await gateway.tryMethod(std::move(given)));
    };
    boost::asio::co_spawn(world.loop, work(*world.gateway, trial, verdict), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    world.loop.restart();
    while (!verdict && world.loop.run_one() > 0) {
    }
    return std::move(verdict.value());
  }
  testing::World world;
  MethodTrial trial;
};

TEST(MethodTrial, GoesTheWayOfARequestAndTellsOfIt) {
  Trial one("/pets/{id}", testing::makeLambda("GET", "AWS_PROXY"));
  one.trial.pathWithQuery = "/pets/7?kind=cat";
  one.trial.headers = {{"X-A", "1"}};
  one.world.invoker.answerWith(R"({"statusCode":201,"headers":{"X-B":"2"},"body":"meow"})");
  const auto verdict = one.run();
  ASSERT_TRUE(verdict.ok()) << verdict.fault().message;
  EXPECT_EQ(verdict->status, 201);
  EXPECT_EQ(verdict->body, "meow");
  const ports::Invocation& asked = one.world.invoker.invocations.at(0);
  EXPECT_EQ(asked.caller.sourceArn,
            "arn:aws:execute-api:eu-central-1:111122223333:abc123/test-invoke-stage/GET/pets/{id}");
  const auto event = base::parseJson(asked.payload).value();
  EXPECT_EQ(base::writeJson(event.at("pathParameters")), R"({"id":"7"})");
  EXPECT_EQ(base::findString(event.at("requestContext").at("identity"), "sourceIp"), "test-invoke-source-ip");
  EXPECT_EQ(base::findString(event.at("requestContext").at("identity"), "userArn"),
            "arn:aws:iam::111122223333:user/ada");
  for (const char* line :
       {"Execution log for request ", "Tue Apr 07 12:34:56 UTC 2026 : Starting execution for request: ",
        " : HTTP Method: GET, Resource Path: /pets/7\n", " : Method request path: {id=7}\n",
        " : Method request query string: {kind=cat}\n", " : Method request headers: {X-A=1}\n",
        " : Method response body after transformations: meow\n", " : Successfully completed execution\n",
        " : Method completed with status: 201\n"}) {
    EXPECT_NE(verdict->log.find(line), std::string::npos) << line << verdict->log;
  }
}

TEST(MethodTrial, TellsWhyItFailed) {
  Trial one("/pets", testing::makeLambda("GET", "AWS_PROXY"));
  one.world.invoker.answerWith("no answer of a proxy");
  const auto verdict = one.run();
  ASSERT_TRUE(verdict.ok());
  EXPECT_EQ(verdict->status, 502);
  EXPECT_NE(verdict->log.find(" : Execution failed: "), std::string::npos) << verdict->log;
  EXPECT_NE(verdict->log.find(" : Method completed with status: 502\n"), std::string::npos);
}

TEST(MethodTrial, ValidatesAndAsksForNeitherKeyNorSignature) {
  MethodDefinition method = testing::makeMock("POST");
  method.apiKeyRequired = true;
  method.validateRequestParameters = true;
  method.requestParameters["method.request.querystring.kind"] = true;
  Trial one("/pets", method);
  EXPECT_EQ(one.run().value().status, 400);
  one.trial.pathWithQuery = "pets?kind=cat";
  EXPECT_EQ(one.run().value().status, 200);
}

TEST(MethodTrial, IsOfItsResourceAlone) {
  Trial one("/pets", testing::makeMock("GET"));
  one.trial.pathWithQuery = "/dogs";
  EXPECT_EQ(one.run().fault().code, "BadRequestException");
  one.trial.pathWithQuery.clear();
  EXPECT_EQ(one.run().value().status, 200);
}

TEST(MethodTrial, LogsTheBeginningOfLongBodies) {
  Trial one("/pets", testing::makeMock("POST"));
  one.trial.body = std::string(5000, 'x');
  const std::string log = one.run().value().log;
  EXPECT_NE(log.find(": " + std::string(1024, 'x') + " [TRUNCATED]\n"), std::string::npos);
  EXPECT_EQ(log.find(std::string(1025, 'x')), std::string::npos);
}

}  // namespace
}  // namespace hearth::gateway
