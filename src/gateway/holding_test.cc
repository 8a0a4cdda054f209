// What the bodies of requests and answers take of the memory that all may have.
#include "gateway/holding.h"

#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>

#include "gateway/gateway_fixture.h"

namespace hearth::gateway {
namespace {

constexpr std::size_t kMegabyte = 1 << 20;

struct HeldWorld : testing::World {
  explicit HeldWorld(std::size_t bytes) { settings.bodyBytesInMemory = bytes; }
  void addFunction(const char* type = "AWS_PROXY", TextMap templates = {}, TextMap responseTemplates = {}) {
    auto method = testing::makeLambda("POST", type);
    method.integration->requestTemplates = std::move(templates);
    method.integration->responses.front().responseTemplates = std::move(responseTemplates);
    add("/f", method);
    ASSERT_EQ(deploy(), "");
  }
  void answerWithBody(std::size_t bytes) {
    invoker.answerWith(R"({"statusCode":200,"body":")" + std::string(bytes, 'x') + "\"}");
  }
};

TEST(Holding, AnswersAreHeldUntilTheyAreSent) {
  HeldWorld world(5 * kMegabyte);
  world.addFunction();
  world.answerWithBody(2 * kMegabyte);
  std::optional<http::Response> slow = world.post("/f", "");
  http::Response second = world.post("/f", "");
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(testing::brief(world.post("/f", "")), R"(503 {"message":"Service Unavailable"})");
  slow.reset();
  EXPECT_EQ(world.post("/f", "").status, 200);
}

TEST(Holding, AHeldBodyIsSentWhole) {
  base::ByteBudget budget(kMegabyte);
  http::Response response;
  response.body = std::string(kSmallBody, 'a') + "end";
  ASSERT_TRUE(holdUntilSent(Holding(budget), response));
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(response.stream->size(), kSmallBody + 3);
  EXPECT_EQ(budget.left(), kMegabyte - kSmallBody - 3);
  boost::asio::io_context loop;
  std::string sent;
  const auto readBody = [&]() -> Task<void> {
    Fault tooLarge("TooLarge", "");
    sent = (co_await base::readAll(*response.stream, kMegabyte, std::move(tooLarge))).value();
  };
  boost::asio::co_spawn(loop, readBody(), boost::asio::detached);
  loop.run();
  EXPECT_EQ(sent, std::string(kSmallBody, 'a') + "end");
  response.stream.reset();
  EXPECT_EQ(budget.left(), kMegabyte);
}

TEST(Holding, SmallAnswersAreNotCounted) {
  base::ByteBudget budget(1);
  http::Response response;
  response.body = std::string(kSmallBody, 'a');
  EXPECT_TRUE(holdUntilSent(Holding(budget), response));
  EXPECT_EQ(response.body.size(), kSmallBody);
}

TEST(Holding, AnEventTakesThePlaceOfItsBody) {
  HeldWorld world(2 * kMegabyte);
  world.addFunction();
  world.answerWithBody(1);
  EXPECT_EQ(world.post("/f", std::string(kMegabyte + kMegabyte / 2, 'x')).status, 200);
  EXPECT_EQ(world.post("/f", std::string(kMegabyte + kMegabyte / 2, '"')).status, 503)
      << "its event is twice as long";
  EXPECT_EQ(world.invoker.invocations.size(), 1U);
}

TEST(Holding, APayloadTakesThePlaceOfWhatItWasMadeOf) {
  HeldWorld world(2 * kMegabyte);
  world.addFunction("AWS", {{"application/json", "$input.json('$')"}}, {{"application/json", "done"}});
  const std::string body = "[\"" + std::string(kMegabyte + kMegabyte / 2, 'x') + "\"]";
  EXPECT_EQ(testing::brief(world.post("/f", body)), "200 done");
}

TEST(Holding, WhatTheTemplateOfTheAnswerSeesIsHeld) {
  HeldWorld world(2 * kMegabyte);
  const std::string uses = "#set($context.responseOverride.header.A = $input.path('$.a'))";
  world.addFunction("AWS", {{"application/json", uses + "{}"}}, {{"application/json", "done"}});
  const auto body = [](std::size_t size) { return R"({"a":"b","c":")" + std::string(size, 'x') + "\"}"; };
  const http::Response answer = world.post("/f", body(kMegabyte / 2));
  EXPECT_EQ(testing::brief(answer), "200 done");
  EXPECT_EQ(testing::header(answer, "A"), "b");
  EXPECT_EQ(world.post("/f", body(kMegabyte + kMegabyte / 2)).status, 503);
}

}  // namespace
}  // namespace hearth::gateway
