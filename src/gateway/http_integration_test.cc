// Integrations with HTTP endpoints, through the whole gateway.
#include "gateway/http_integration.h"

#include <gtest/gtest.h>

#include "gateway/gateway_fixture.h"

namespace hearth::gateway {
namespace {

using testing::brief;
using testing::header;
using testing::makeHttp;

// ANY /{proxy+} -> the same path there.
MethodDefinition makeProxy(std::string uri = "https://pets.example.org/v1/{proxy}") {
  MethodDefinition method = makeHttp("ANY", "HTTP_PROXY", std::move(uri));
  method.integration->requestParameters["integration.request.path.proxy"] = "method.request.path.proxy";
  return method;
}

Result<http::ClientResponse> response(int status, Pairs headers, std::string body) {
  http::ClientResponse made;
  made.status = status;
  for (auto& [name, value] : headers) made.headers.add(name, value);
  made.body = std::move(body);
  return made;
}

struct Proxy {
  explicit Proxy(MethodDefinition method = makeProxy()) { world.add("/{proxy+}", std::move(method)); }
  http::Response send(std::string verb, std::string path, Pairs headers = {}, std::string body = {}) {
    if (world.gateway == nullptr) {
      EXPECT_EQ(world.deploy(), "");
    }
    return world.send(testing::makeRequest(std::move(verb), "/api" + path, std::move(headers), std::move(body)));
  }
  const http::OutboundRequest& sent() { return world.endpoint.requests.back(); }
  std::string sentHeader(std::string_view name) { return sent().headers.joined(name); }
  testing::World world;
};

TEST(HttpProxy, PassesTheRequestOn) {
  Proxy api;
  EXPECT_EQ(
      brief(api.send("PUT", "/a%2Fb/c?x=1&x=2&y=%26", {{"Content-Type", "text/plain"}, {"X-Mine", "m"}}, "hello")),
      "200 there");
  EXPECT_EQ(api.sent().method, "PUT");
  EXPECT_EQ(api.sent().url, "https://pets.example.org/v1/a%2Fb/c?x=1&x=2&y=%26");
  EXPECT_EQ(api.sent().body, "hello");
  EXPECT_TRUE(api.sent().verifyPeer);
  EXPECT_EQ(api.sent().timeout, std::chrono::milliseconds(29'000));
  EXPECT_EQ(api.sentHeader("X-Mine"), "m");
  EXPECT_EQ(api.sentHeader("Content-Type"), "text/plain");
  EXPECT_EQ(api.sentHeader("Accept"), "application/json");
  EXPECT_EQ(api.sentHeader("User-Agent"), "AmazonAPIGateway_abc123");
  EXPECT_EQ(api.sentHeader("X-Amzn-Apigateway-Api-Id"), "abc123");
  EXPECT_EQ(api.sentHeader("X-Forwarded-For"), "192.0.2.7");
  EXPECT_TRUE(api.sentHeader("X-Amzn-Trace-Id").starts_with("Root=1-"));
}

TEST(HttpProxy, KeepsWhatBelongsToTheConnectionBack) {
  Proxy api;
  api.send("GET", "/a",
           {{"Connection", "close, X-Hop"},
            {"X-Hop", "1"},
            {"Keep-Alive", "1"},
            {"Proxy-Authorization", "secret"},
            {"TE", "gzip"},
            {"Via", "1.1 x"},
            {"Accept-Encoding", "br"},
            {"X-Amzn-Apigateway-Api-Id", "forged"}});
  for (const char* name : {"Connection", "X-Hop", "Keep-Alive", "Proxy-Authorization", "TE", "Via",
                           "Accept-Encoding", "Host", "Content-Length"}) {
    EXPECT_FALSE(api.sent().headers.contains(name)) << name;
  }
  EXPECT_EQ(api.sentHeader("X-Amzn-Apigateway-Api-Id"), "abc123");
}

TEST(HttpProxy, AddsWhatIsMapped) {
  MethodDefinition method = makeProxy();
  method.integration->requestParameters["integration.request.header.X-Who"] = "context.accountId";
  method.integration->requestParameters["integration.request.header.X-Mine"] = "'ours'";
  method.integration->requestParameters["integration.request.querystring.z"] = "stageVariables.color";
  Proxy api(method);
  api.world.definition.variables = {{"color", "dark red"}};
  api.send("GET", "/a?x=1", {{"X-Mine", "theirs"}});
  EXPECT_EQ(api.sent().url, "https://pets.example.org/v1/a?x=1&z=dark%20red");
  EXPECT_EQ(api.sentHeader("X-Who"), "111122223333");
  EXPECT_EQ(api.sentHeader("X-Mine"), "ours");
}

TEST(HttpProxy, GivesTheResponseBack) {
  Proxy api;
  api.world.endpoint.answer = [] {
    return response(418,
                    {{"Content-Type", "text/x"},
                     {"Set-Cookie", "a"},
                     {"Set-Cookie", "b"},
                     {"Server", "nginx"},
                     {"Date", "today"},
                     {"Content-Length", "3"},
                     {"Connection", "close"},
                     {"Transfer-Encoding", "chunked"},
                     {"Keep-Alive", "1"},
                     {"x-amzn-RequestId", "theirs"}},
                    "tea");
  };
  const auto got = api.send("GET", "/a");
  EXPECT_EQ(brief(got), "418 tea");
  EXPECT_EQ(header(got, "Content-Type"), "text/x");
  EXPECT_EQ(got.headers.joined("Set-Cookie"), "a, b");
  EXPECT_EQ(header(got, "x-amzn-Remapped-Server"), "nginx");
  EXPECT_EQ(header(got, "x-amzn-Remapped-Date"), "today");
  EXPECT_EQ(header(got, "x-amzn-Remapped-Content-Length"), "3");
  EXPECT_EQ(header(got, "x-amzn-Remapped-x-amzn-RequestId"), "theirs");
  EXPECT_EQ(header(got, "x-amzn-RequestId"), "01020304-0506-4708-890a-0b0c0d0e0f10");
  for (const char* name : {"Server", "Date", "Keep-Alive", "Transfer-Encoding", "X-Amzn-Trace-Id"}) {
    EXPECT_EQ(header(got, name), "(none)") << name;
  }
}

TEST(HttpProxy, FollowsTheBinaryMediaTypes) {
  Proxy api;
  const std::string bytes = "\x89PNG\xff";
  api.world.endpoint.answer = [&] { return response(200, {{"Content-Type", "image/png"}}, bytes); };
  EXPECT_NE(api.send("GET", "/a").body, bytes);
  api.world.definition.binaryMediaTypes = {"*/*"};
  ASSERT_EQ(api.world.deploy(), "");
  EXPECT_EQ(api.send("GET", "/a", {{"Accept", "image/png"}}).body, bytes);
  api.send("POST", "/a", {{"Content-Type", "image/png"}}, bytes);
  EXPECT_EQ(api.sent().body, bytes);
  // What is compressed goes on as it is, with its header.
  api.world.definition.binaryMediaTypes = {};
  ASSERT_EQ(api.world.deploy(), "");
  api.world.endpoint.answer = [&] {
    return response(200, {{"Content-Type", "text/html"}, {"Content-Encoding", "br"}}, bytes);
  };
  const auto got = api.send("GET", "/a");
  EXPECT_EQ(got.body, bytes);
  EXPECT_EQ(header(got, "Content-Encoding"), "br");
}

TEST(HttpProxy, LeavesItsPathForNobody) {
  Proxy api;
  for (const char* path :
       {"/..", "/../secret", "/a/../../secret", "/a/%2e%2E/b", "/a%2F..%2Fb", "/a/./b", "/a/..%5Cb"}) {
    EXPECT_EQ(brief(api.send("GET", path)), R"(400 {"message":"Bad Request"})") << path;
  }
  EXPECT_TRUE(api.world.endpoint.requests.empty());
  EXPECT_EQ(api.send("GET", "/a/...b/..c/d..").status, 200);
}

TEST(HttpProxy, FailsWhereItIsNotMapped) {
  MethodDefinition method = makeProxy();
  method.integration->requestParameters.clear();
  Proxy api(method);
  EXPECT_EQ(brief(api.send("GET", "/a")), R"(500 {"message":"Internal server error"})");
  EXPECT_TRUE(api.world.endpoint.requests.empty());
  MethodDefinition forbidden = makeProxy();
  forbidden.integration->requestParameters["integration.request.header.Content-Length"] = "'0'";
  Proxy other(forbidden);
  EXPECT_EQ(other.send("GET", "/a").status, 500);
}

MethodDefinition makeCustom() {
  MethodDefinition method = makeHttp("POST", "HTTP", "http://pets.example.org:8080/v1/{id}?kind=cat");
  method.integration->requestParameters["integration.request.path.id"] = "method.request.querystring.id";
  method.integration->requestParameters["integration.request.header.X-Key"] = "'k'";
  method.integration->requestTemplates["application/json"] = R"({"name":$input.json('$.n')})";
  method.integration->responses[0].responseTemplates["application/json"] = R"($input.path('$.name')!)";
  method.integration->responses[0].responseParameters["method.response.header.X-Tag"] =
      "integration.response.header.ETag";
  auto& notFound = method.integration->responses.emplace_back();
  notFound.statusCode = "404";
  notFound.selectionPattern = "4\\d\\d";
  notFound.responseTemplates["application/json"] = "gone";
  return method;
}

TEST(HttpCustom, MapsBothWays) {
  testing::World world;
  world.add("/pets", makeCustom());
  ASSERT_EQ(world.deploy(), "");
  world.endpoint.answer = [] {
    return response(200, {{"Content-Type", "application/json"}, {"ETag", "7"}, {"Set-Cookie", "a"}},
                    R"({"name":"Tom"})");
  };
  const auto got = world.post("/pets?id=a%2Fb&more=1", R"({"n":"Tom"})",
                              {{"Content-Type", "application/json"}, {"Cookie", "secret"}});
  EXPECT_EQ(brief(got), "200 Tom!");
  EXPECT_EQ(header(got, "X-Tag"), "7");
  EXPECT_EQ(header(got, "Set-Cookie"), "(none)");
  const http::OutboundRequest& sent = world.endpoint.requests.at(0);
  EXPECT_EQ(sent.url, "http://pets.example.org:8080/v1/a/b?kind=cat");
  EXPECT_EQ(sent.body, R"({"name":"Tom"})");
  EXPECT_EQ(sent.headers.joined("X-Key"), "k");
  EXPECT_EQ(sent.headers.joined("Content-Type"), "application/json");
  EXPECT_FALSE(sent.headers.contains("Cookie"));
}

TEST(HttpCustom, SelectsByTheStatus) {
  testing::World world;
  world.add("/pets", makeCustom());
  ASSERT_EQ(world.deploy(), "");
  world.endpoint.answer = [] { return response(404, {}, "{}"); };
  EXPECT_EQ(brief(world.post("/pets?id=1", "{}")), "404 gone");
}

TEST(HttpCustom, NeedsAValueForItsPath) {
  testing::World world;
  world.add("/pets", makeCustom());
  ASSERT_EQ(world.deploy(), "");
  EXPECT_EQ(world.post("/pets", "{}").status, 500);
  EXPECT_TRUE(world.endpoint.requests.empty());
}

TEST(HttpCustom, TakesTheOverridesOfItsTemplate) {
  testing::World world;
  MethodDefinition method = makeCustom();
  method.integration->requestTemplates["application/json"] =
      "#set($context.requestOverride.header.x-key = \"over\")#set($context.requestOverride.path.id = \"9\")"
      "#set($context.requestOverride.querystring.q = \"a b\"){}";
  world.add("/pets", method);
  ASSERT_EQ(world.deploy(), "");
  world.post("/pets?id=1", "{}", {{"Content-Type", "application/json"}});
  const http::OutboundRequest& sent = world.endpoint.requests.at(0);
  EXPECT_EQ(sent.url, "http://pets.example.org:8080/v1/9?kind=cat&q=a%20b");
  EXPECT_EQ(sent.headers.joined("X-Key"), "over");
}

TEST(HttpFailure, IsToldLikeTheService) {
  Proxy api;
  const std::vector<std::pair<const char*, std::string>> all = {
      {"ConnectionFailed", R"(504 {"message":"Network error communicating with endpoint"})"},
      {"TlsFailed", R"(504 {"message":"Network error communicating with endpoint"})"},
      {"InvalidResponse", R"(504 {"message":"Network error communicating with endpoint"})"},
      {"RequestTimeout", R"(504 {"message":"Endpoint request timed out"})"},
      {"Busy", R"(503 {"message":"Service Unavailable"})"},
      {"UnknownHost", R"(500 {"message":"Internal server error"})"},
      {"NotReachable", R"(500 {"message":"Internal server error"})"},
      {"InvalidUrl", R"(500 {"message":"Internal server error"})"},
      {"ResponseTooLarge", R"(500 {"message":"Internal server error"})"}};
  for (const auto& [code, expected] : all) {
    api.world.endpoint.answer = [code = code] {
      return Result<http::ClientResponse>(Fault(code, "10.0.0.1 says no", 500));
    };
    const auto got = api.send("GET", "/a");
    EXPECT_EQ(brief(got), expected) << code;
  }
}

// Why an endpoint was not reached is for the log: an address inside is not for strangers.
TEST(HttpFailure, TellsNoReasons) {
  Proxy api;
  api.world.definition.gatewayResponses = {
      {"DEFAULT_5XX", "", {}, {{"text/plain", "[$context.error.validationErrorString$context.error.message]"}}}};
  api.world.endpoint.answer = [] {
    return Result<http::ClientResponse>(Fault("ConnectionFailed", "10.0.0.1: refused", 503));
  };
  EXPECT_EQ(brief(api.send("GET", "/a")), "504 [Network error communicating with endpoint]");
}

}  // namespace
}  // namespace hearth::gateway
