#include "gateway/parameter_mapping.h"

#include <gtest/gtest.h>

#include "gateway/gateway_fixture.h"

namespace hearth::gateway {
namespace {

using Side = ParameterSource::Side;

std::string join(const Result<std::vector<std::string>>& values) {
  if (!values.ok()) return std::to_string(values.fault().status) + " " + values.fault().message;
  std::string text;
  for (const std::string& value : *values) text += "<" + value + ">";
  return text;
}

std::string map(std::string_view expression, std::string body = "", Side side = Side::kRequest) {
  StageDefinition stage = testing::makeStageDefinition();
  stage.variables = {{"color", "red"}};
  stage.resources.push_back({"r1", "/v1/{id}", {testing::makeMock("POST")}});
  Exchange exchange = testing::makeTestExchange(
      stage,
      testing::makeRequest("POST", "/api/v1/77?q=1&q=2&e=",
                           {{"X-A", "1"}, {"x-a", "2"}, {"Host", "abc123.execute-api.eu-central-1.localhost"}}));
  exchange.body = body;
  const auto source = ParameterSource::parse(expression, side);
  if (!source.ok()) return source.fault().code;
  http::Headers headers;
  headers.add("X-Back", "b1");
  headers.add("x-back", "b2");
  return join(source->values(exchange, {&headers, body}));
}

TEST(ParameterMapping, ReadsTheRequest) {
  EXPECT_EQ(map("method.request.path.id"), "<77>");
  EXPECT_EQ(map("method.request.querystring.q"), "<2>");
  EXPECT_EQ(map("method.request.multivaluequerystring.q"), "<1><2>");
  EXPECT_EQ(map("method.request.querystring.e"), "<>");
  EXPECT_EQ(map("method.request.header.X-A"), "<2>");
  EXPECT_EQ(map("method.request.multivalueheader.X-A"), "<1><2>");
  EXPECT_EQ(map("method.request.header.None"), "");
}

TEST(ParameterMapping, ReadsTheBody) {
  EXPECT_EQ(map("method.request.body", " text "), "<text>");
  EXPECT_EQ(map("method.request.body", ""), "<{}>");
  EXPECT_EQ(map("method.request.body.a.b", R"({"a":{"b":"x"}})"), "<x>");
  EXPECT_EQ(map("method.request.body.a", R"({"a":{"b":1.5}})"), R"(<{"b":1.5}>)");
  EXPECT_EQ(map("method.request.body.a[*]", R"({"a":[1,2]})"), "<[1,2]>");
  EXPECT_EQ(map("method.request.body.a", R"({"a":null})"), "");
  EXPECT_EQ(map("method.request.body.a", "plain text"), "");
  EXPECT_EQ(map("method.request.body.a", "{broken"), "400 Invalid JSON in request body");
  EXPECT_EQ(map("integration.response.body.a", "{broken", Side::kResponse), "500 Internal server error");
}

TEST(ParameterMapping, ReadsTheResult) {
  EXPECT_EQ(map("integration.response.header.X-Back", "", Side::kResponse), "<b2>");
  EXPECT_EQ(map("integration.response.multivalueheader.X-Back", "", Side::kResponse), "<b1><b2>");
  EXPECT_EQ(map("integration.response.body.id", R"({"id":7})", Side::kResponse), "<7>");
  EXPECT_EQ(map("integration.response.body", "[1]", Side::kResponse), "<[1]>");
}

TEST(ParameterMapping, ReadsContextStageAndLiterals) {
  EXPECT_EQ(map("'*'"), "<*>");
  EXPECT_EQ(map("''"), "<>");
  EXPECT_EQ(map("context.stage"), "<api>");
  EXPECT_EQ(map("context.identity.sourceIp"), "<192.0.2.7>");
  EXPECT_EQ(map("context.identity.caller"), "");
  EXPECT_EQ(map("stageVariables.color"), "<red>");
  EXPECT_EQ(map("stageVariables.none"), "");
}

TEST(ParameterMapping, RefusesWhatIsNoExpression) {
  for (const char* expression : {"", "x", "'", "method.request.", "method.request.header.", "context.",
                                 "method.request.body.[", "integration.response.header.X"}) {
    EXPECT_EQ(map(expression), "BadRequestException") << expression;
  }
  EXPECT_EQ(map("integration.response.querystring.x", "", Side::kResponse), "BadRequestException");
  EXPECT_EQ(map("method.request.header.x", "", Side::kResponse), "BadRequestException");
  EXPECT_FALSE(parseRequestMappings({{"integration.request.cookie.x", "'a'"}}).ok());
  EXPECT_FALSE(parseResponseMappings({{"method.response.querystring.x", "'a'"}}).ok());
  const auto mappings = parseRequestMappings({{"integration.request.path.p", "'a'"}});
  ASSERT_TRUE(mappings.ok());
  EXPECT_EQ((*mappings)[0].place, ParameterPlace::kPath);
  EXPECT_EQ((*mappings)[0].name, "p");
}

}  // namespace
}  // namespace hearth::gateway
