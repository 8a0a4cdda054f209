// What the bodies of requests, and what is made of them, take of the memory that all may have.
#include "gateway/holding.h"

#include <gtest/gtest.h>
#include <malloc.h>

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

// In bytes of this process.
std::size_t allocated() {
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

TEST(Holding, WhatABodyWasParsedToIsNotKeptForTheApisOwnResponses) {
  if (allocated() == 0) GTEST_SKIP() << "a sanitizer's allocator does not tell";
  HeldWorld world(4 * kMegabyte);
  GatewayResponseDefinition response;
  response.responseType = "DEFAULT_5XX";
  response.statusCode = "500";
  world.definition.gatewayResponses.push_back(response);
  world.addFunction("AWS", {{"application/json", "$input.path('$[0]')"}}, {{"application/json", "done"}});
  std::string body = "[0";
  while (body.size() < kMegabyte) body += ",0";
  const std::size_t before = allocated();
  std::size_t during = 0;
  world.invoker.answer = [&](const ports::Invocation&) {
    during = allocated();
    return Result<ports::InvokeOutcome>(ports::InvokeOutcome{});
  };
  EXPECT_EQ(testing::brief(world.post("/f", body + "]")), "200 done");
  EXPECT_LT(during, before + 6 * kMegabyte) << "the list alone takes twelve";
}

}  // namespace
}  // namespace hearth::gateway
