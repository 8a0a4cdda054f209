#include "gateway/custom_integration.h"

#include <gtest/gtest.h>

#include "gateway/gateway_fixture.h"

namespace hearth::gateway {
namespace {

using testing::makeMock;

struct Case {
  TextMap templates;
  std::string passthrough = "WHEN_NO_MATCH";
  std::string contentType;  // empty: none
  std::string body = "raw";
  std::string contentHandling;
  std::vector<std::string> binaryMediaTypes;
};

std::string payload(const Case& given) {
  StageDefinition stage = testing::makeStageDefinition();
  stage.binaryMediaTypes = given.binaryMediaTypes;
  auto method = makeMock("POST");
  method.integration->requestTemplates = given.templates;
  method.integration->passthroughBehavior = given.passthrough;
  method.integration->contentHandling = given.contentHandling;
  stage.resources.push_back({"r1", "/", {method}});
  Pairs headers = {{"Host", "abc123.execute-api.eu-central-1.localhost"}};
  if (!given.contentType.empty()) headers.emplace_back("Content-Type", given.contentType);
  Exchange exchange = testing::makeTestExchange(stage, testing::makeRequest("POST", "/api/", headers));
  exchange.body = given.body;
  MappingScope scope(exchange);
  const auto made = makeIntegrationPayload(exchange, scope);
  return made.ok() ? *made : std::to_string(made.fault().status) + " " + made.fault().message;
}

// The tables of AWS's page on passthrough behaviors.
TEST(RequestMapping, FollowsThePassthroughTables) {
  struct Row {
    TextMap templates;
    std::string contentType;
    std::string whenNoMatch, whenNoTemplates, never;
  };
  const std::string refused = "415 Unsupported Media Type";
  const std::vector<Row> rows = {
      {{{"application/json", "J"}}, "", "J", "J", "J"},
      {{{"application/json", "J"}}, "application/json", "J", "J", "J"},
      {{{"application/json", "J"}}, "application/xml", "raw", refused, refused},
      {{{"application/xml", "X"}}, "", "raw", refused, refused},
      {{{"application/xml", "X"}}, "application/json", "raw", refused, refused},
      {{{"application/xml", "X"}}, "application/xml", "X", "X", "X"},
      {{}, "", "raw", "raw", refused},
      {{}, "application/json", "raw", "raw", refused},
      {{}, "application/xml", "raw", "raw", refused},
  };
  for (const Row& row : rows) {
    Case given{row.templates, "WHEN_NO_MATCH", row.contentType, "raw", "", {}};
    EXPECT_EQ(payload(given), row.whenNoMatch) << row.contentType;
    given.passthrough = "WHEN_NO_TEMPLATES";
    EXPECT_EQ(payload(given), row.whenNoTemplates) << row.contentType;
    given.passthrough = "NEVER";
    EXPECT_EQ(payload(given), row.never) << row.contentType;
  }
}

TEST(RequestMapping, ChoosesByMediaTypeAndDefault) {
  const TextMap templates = {{"application/json", "J"}, {"$default", "D"}};
  EXPECT_EQ(payload({templates, "NEVER", "Application/JSON;charset=UTF-8", "raw", "", {}}), "J");
  EXPECT_EQ(payload({templates, "NEVER", "text/plain", "raw", "", {}}), "D");
  EXPECT_EQ(payload({templates, "NEVER", "", "raw", "", {}}), "J");
}

TEST(RequestMapping, PassesThroughAnEmptyTemplate) {
  EXPECT_EQ(payload({{{"application/json", ""}}, "NEVER", "", "raw", "", {}}), "raw");
}

// What `curl -d` sends is a form: neither template nor model apply.
TEST(RequestMapping, PassesThroughForms) {
  EXPECT_EQ(payload({{{"application/json", "J"}},
                     "WHEN_NO_MATCH",
                     "application/x-www-form-urlencoded",
                     R"({"studentId":"s1"})",
                     "",
                     {}}),
            R"({"studentId":"s1"})");
}

TEST(RequestMapping, ConvertsContent) {
  const TextMap echo = {{"$default", "[$input.body]"}};
  EXPECT_EQ(payload({echo, "NEVER", "image/png", "abc", "CONVERT_TO_TEXT", {"image/png"}}), "[YWJj]");
  EXPECT_EQ(payload({echo, "NEVER", "text/plain", "abc", "CONVERT_TO_TEXT", {"image/png"}}), "[abc]");
  EXPECT_EQ(payload({{}, "WHEN_NO_MATCH", "text/plain", "YWJj", "CONVERT_TO_BINARY", {"image/png"}}), "abc");
  EXPECT_EQ(payload({{}, "WHEN_NO_MATCH", "image/png", "abc", "CONVERT_TO_BINARY", {"image/png"}}), "abc");
  EXPECT_EQ(payload({{}, "WHEN_NO_MATCH", "text/plain", "***", "CONVERT_TO_BINARY", {}}),
            "500 the body to convert is no base64");
}

TEST(RequestMapping, FailsWithItsTemplate) {
  EXPECT_EQ(payload({{{"application/json", "#if("}}, "NEVER", "", "raw", "", {}}),
            "500 Invalid mapping template at line 1, column 5: unexpected end");
  EXPECT_EQ(payload({{{"application/json", "$input.body.substring(9)"}}, "NEVER", "", "raw", "", {}}),
            "500 substring(): index out of range (line 1, column 1)");
}

TEST(FunctionPayload, MustBeJson) {
  EXPECT_EQ(requireJson(R"({"a":1})").value(), R"({"a":1})");
  EXPECT_EQ(requireJson(" ").value(), "{}");
  const auto refused = requireJson("token=abc");
  EXPECT_EQ(refused.fault().status, 400);
  EXPECT_EQ(refused.fault().message.substr(0, 75),
            "Could not parse request body into json: Invalid JSON at line 1, column 1: s");
}

TEST(ErrorMessage, IsFound) {
  EXPECT_EQ(findErrorMessage(R"({"errorMessage":"boom","errorType":"E"})"), "boom");
  EXPECT_EQ(findErrorMessage(R"({"message":"fine"})"), "");
  EXPECT_EQ(findErrorMessage(R"("errorMessage")"), "");
  EXPECT_EQ(findErrorMessage(R"({"errorMessage":5})"), "");
  EXPECT_EQ(findErrorMessage(R"({"errorMessage")"), "");
}

TEST(MockStatus, IsReadLoosely) {
  EXPECT_EQ(findMockStatus(R"({"statusCode": 200})"), 200);
  EXPECT_EQ(findMockStatus("{statusCode:200}"), 200);
  EXPECT_EQ(findMockStatus("\n {'statusCode' : 404 , } "), 404);
  EXPECT_EQ(findMockStatus(R"({"a": {"statusCode": 1, "x": "}"}, "b": [1, {}], "statusCode": 500})"), 500);
  EXPECT_EQ(findMockStatus(R"({"statusCode": 200, "message": "it's"})"), 200);
  for (const char* payload :
       {"", "{}", "[]", "200", "{\"statusCode\": \"200\"}", "{statusCode: abc}", "{statusCode}", "{statusCode: 200",
        "{\"statusCode: 200}", "{a: {", "{a: [\"", "{\"a\\", "{:1}"}) {
    EXPECT_EQ(findMockStatus(payload), std::nullopt) << payload;
  }
}

struct Outcome {
  std::vector<IntegrationResponseDefinition> responses;
  std::string selector;
  std::string body = "{}";
  std::string accept;
};

std::string respond(const Outcome& given) {
  StageDefinition stage = testing::makeStageDefinition();
  auto method = makeMock("POST");
  method.integration->responses = given.responses;
  stage.resources.push_back({"r1", "/", {method}});
  Pairs headers = {{"Host", "abc123.execute-api.eu-central-1.localhost"}};
  if (!given.accept.empty()) headers.emplace_back("Accept", given.accept);
  Exchange exchange = testing::makeTestExchange(stage, testing::makeRequest("POST", "/api/", headers));
  MappingScope scope(exchange);
  IntegrationOutcome outcome{given.selector, {}, given.body};
  outcome.headers.add("Content-Type", "application/json");
  const auto response = makeMethodResponse(exchange, scope, outcome);
  if (!response.ok()) return std::to_string(response.fault().status) + " " + response.fault().message;
  std::string text = std::to_string(response->status);
  for (const auto& [name, value] : response->headers) text += "|" + name + ": " + value;
  return text + "|" + response->body;
}

IntegrationResponseDefinition makeResponse(std::string status, std::string pattern = "", TextMap templates = {},
                                           TextMap parameters = {}, std::string contentHandling = "") {
  return {std::move(status), std::move(pattern), std::move(parameters), std::move(templates),
          std::move(contentHandling)};
}

TEST(ResponseMapping, SelectsByTheWholeMessageInOrderOfStatus) {
  const std::vector<IntegrationResponseDefinition> responses = {makeResponse("502", ".+"),
                                                                makeResponse("504", "200"), makeResponse("200"),
                                                                makeResponse("405", ".*four hundred.*")};
  EXPECT_EQ(respond({responses, "", "{}", ""}).substr(0, 3), "200");
  EXPECT_EQ(respond({responses, "Error: four hundred!", "{}", ""}).substr(0, 3), "405");
  EXPECT_EQ(respond({responses, "Error: five hundred!", "{}", ""}).substr(0, 3), "502");
  EXPECT_EQ(respond({{makeResponse("200"), makeResponse("400", "bad")}, "not bad", "{}", ""}).substr(0, 3), "200")
      << "a part is not enough";
  EXPECT_EQ(respond({{makeResponse("200"), makeResponse("400", "a.b")}, "a\nb", "{}", ""}).substr(0, 3), "200")
      << "a dot is no line end";
  EXPECT_EQ(respond({{makeResponse("200"), makeResponse("400", "[\\s\\S]*b")}, "a\nb", "{}", ""}).substr(0, 3),
            "400");
  EXPECT_EQ(respond({{makeResponse("400", "bad")}, "good", "{}", ""}),
            "500 no match for output mapping and no default endpoint configured");
}

TEST(ResponseMapping, SelectsByTheBeginningOfLongMessages) {
  const std::vector<IntegrationResponseDefinition> responses = {
      makeResponse("200"), makeResponse("400", ".*\\[Bad\\].*"), makeResponse("404", "[\\s\\S]*gone")};
  const std::string filling(2'100'000, 'x');
  EXPECT_EQ(respond({responses, "[Bad] " + filling, "{}", ""}).substr(0, 3), "400");
  EXPECT_EQ(respond({responses, filling + " [Bad]", "{}", ""}).substr(0, 3), "200") << "too far behind";
  EXPECT_EQ(respond({responses, filling.substr(0, 8000) + " gone", "{}", ""}).substr(0, 3), "404");
  EXPECT_EQ(respond({responses, filling + " gone", "{}", ""}).substr(0, 3), "200") << "the end is not looked at";
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::string message = "[Bad]" + std::string(shift, 'x');
    while (message.size() < 20'000) message += "\xF0\x9F\x98\x80";
    EXPECT_EQ(respond({responses, message, "{}", ""}).substr(0, 3), "400") << "no half characters " << shift;
  }
}

// Patterns for which RE2 gives up its table of states and follows hundreds of instructions for each byte.
TEST(ResponseMapping, SelectionPatternsAreBounded) {
  std::string message;
  for (unsigned i = 0, random = 1; i < 2'100'000; ++i) {
    random = random * 1'664'525 + 1'013'904'223;
    message.push_back((random >> 24 & 1) != 0 ? 'a' : 'b');
  }
  std::vector<IntegrationResponseDefinition> responses = {makeResponse("200")};
  for (const char* status : {"400", "401", "402"}) responses.push_back(makeResponse(status, "(a|b)*a(a|b){400}c"));
  EXPECT_EQ(respond({responses, message, "{}", ""}).substr(0, 3), "200");
  for (int status = 403; status < 410; ++status) {
    responses.push_back(makeResponse(std::to_string(status), "(.|a)*a.{900}c"));
  }
  EXPECT_EQ(respond({responses, message, "{}", ""}), "500 the selection patterns take too long");
  EXPECT_EQ(respond({responses, "ab", "{}", ""}).substr(0, 3), "200");
}

TEST(ResponseMapping, PassesTheResultThrough) {
  EXPECT_EQ(respond({{makeResponse("200")}, "", R"({"code":200})", ""}),
            R"(200|Content-Type: application/json|{"code":200})");
  EXPECT_EQ(respond({{makeResponse("200", "", {{"application/json", ""}})}, "", R"({"code":200})", ""}),
            R"(200|Content-Type: application/json|{"code":200})");
}

TEST(ResponseMapping, ChoosesTheTemplateByAccept) {
  const TextMap templates = {{"application/json", "J"}, {"text/html", "H $input.path('$.a')"}};
  const auto response = makeResponse("200", "", templates);
  EXPECT_EQ(respond({{response}, "", R"({"a":1})", ""}), "200|Content-Type: application/json|J");
  EXPECT_EQ(respond({{response}, "", R"({"a":1})", "text/html"}), "200|Content-Type: text/html|H 1");
  EXPECT_EQ(respond({{response}, "", R"({"a":1})", "*/*"}), "200|Content-Type: application/json|J");
  const auto onlyHtml = makeResponse("200", "", {{"text/html", "H"}});
  EXPECT_EQ(respond({{onlyHtml}, "", "{}", "application/json"}), "200|Content-Type: text/html|H");
}

TEST(ResponseMapping, MapsHeaders) {
  const auto response = makeResponse("200", "", {},
                                     {{"method.response.header.Access-Control-Allow-Origin", "'*'"},
                                      {"method.response.header.X-Id", "integration.response.body.id"},
                                      {"method.response.header.X-None", "integration.response.body.none"},
                                      {"method.response.header.Content-Type", "'text/csv'"},
                                      {"method.response.header.Date", "'never'"},
                                      {"method.response.header.Host", "'h'"}});
  EXPECT_EQ(respond({{response}, "", R"({"id":7})", ""}),
            R"(200|Access-Control-Allow-Origin: *|Content-Type: text/csv|x-amzn-Remapped-Date: never|)"
            R"(x-amzn-Remapped-Host: h|X-Id: 7|{"id":7})");
}

TEST(ResponseMapping, LetsTemplatesOverride) {
  const auto response = makeResponse("200", "",
                                     {{"application/json",
                                       "#set($context.responseOverride.status = 404)"
                                       "#set($context.responseOverride.header.X-A = 'new')gone"}},
                                     {{"method.response.header.x-a", "'old'"}});
  EXPECT_EQ(respond({{response}, "", "{}", ""}), "404|Content-Type: application/json|X-A: new|gone");
}

TEST(ResponseMapping, ConvertsToBinary) {
  EXPECT_EQ(respond({{makeResponse("200", "", {}, {}, "CONVERT_TO_BINARY")}, "", "\"YWJj\"", ""}),
            "200|Content-Type: application/json|abc");
  EXPECT_EQ(respond({{makeResponse("200", "", {}, {}, "CONVERT_TO_BINARY")}, "", "{}", ""}),
            "500 the result to convert is no base64");
  EXPECT_EQ(respond({{makeResponse("200", "", {}, {}, "CONVERT_TO_TEXT")}, "", "\"a\"", ""}),
            "200|Content-Type: application/json|\"a\"");
}

}  // namespace
}  // namespace hearth::gateway
