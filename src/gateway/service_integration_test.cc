// Integrations with S3, through the whole gateway.
#include "gateway/service_integration.h"

#include <gtest/gtest.h>

#include "gateway/gateway_fixture.h"

namespace hearth::gateway {
namespace {

using testing::brief;
using testing::header;

constexpr char kRole[] = "arn:aws:iam::111122223333:role/pages";

MethodDefinition makeS3(std::string verb, std::string path) {
  MethodDefinition method;
  method.httpMethod = verb;
  method.integration.emplace();
  method.integration->type = "AWS";
  method.integration->httpMethod = verb;
  method.integration->uri = "arn:aws:apigateway:eu-central-1:s3:path/" + path;
  method.integration->credentials = kRole;
  method.integration->responses.emplace_back().statusCode = "200";
  return method;
}

// GET /{proxy+} -> pages/{key}.
MethodDefinition makePages() {
  MethodDefinition method = makeS3("GET", "pages/{key}");
  method.integration->requestParameters["integration.request.path.key"] = "method.request.path.proxy";
  return method;
}

Result<http::Response> page(std::string_view type, std::string body, int status = 200) {
  return http::Response::text(status, type, std::move(body));
}

// Reads what the gateway left as a stream.
std::string bodyOf(testing::World& world, http::Response& response) {
  if (!response.stream) return response.body;
  std::string bytes;
  auto read = [&]() -> Task<void> {
    auto all = co_await base::readAll(*response.stream, 64 << 20, Fault("EntityTooLarge", ""));
    bytes = all.ok() ? *all : all.fault().code;
  };
  boost::asio::co_spawn(world.loop, read, [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  world.loop.restart();
  world.loop.run();
  return bytes;
}

TEST(ServiceRequest, IsMadeInTheNameOfTheRole) {
  testing::World world;
  world.add("/", makeS3("GET", "pages/index.html"));
  ASSERT_EQ(world.deploy(), "");
  world.get("/", {{"Cookie", "secret"}, {"If-None-Match", "\"1\""}});
  ASSERT_EQ(world.service.calls.size(), 1U);
  const auto& call = world.service.calls[0];
  EXPECT_EQ(call.service, "s3");
  EXPECT_EQ(call.region, "eu-central-1");
  EXPECT_EQ(call.roleArn, kRole);
  EXPECT_EQ(call.method, "GET");
  EXPECT_EQ(call.target, "/pages/index.html");
  // Nothing goes along but what is mapped.
  EXPECT_FALSE(call.headers.contains("Cookie"));
  EXPECT_FALSE(call.headers.contains("If-None-Match"));
}

TEST(ServiceRequest, PathsKeepTheClientsEscapes) {
  testing::World world;
  world.add("/{proxy+}", makePages());
  ASSERT_EQ(world.deploy(), "");
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"/style.css", "/pages/style.css"},
      {"/a/b/c.js", "/pages/a/b/c.js"},
      {"/a%20b%2Fc", "/pages/a%20b%2Fc"},
      {"/..%2f..%2fother/x", "/pages/..%2f..%2fother/x"},
      {"/../other/x", "/pages/../other/x"},
      {"/a?versionId=7&x", "/pages/a"},
      {"/%3Facl", "/pages/%3Facl"},
      {"/%23", "/pages/%23"},
      {"/100%", "/pages/100%"},
      {"/\xc3\xa4", "/pages/%C3%A4"},
  };
  for (const auto& [asked, called] : rows) {
    world.get(asked);
    EXPECT_EQ(world.service.calls.back().target, called) << asked;
  }
}

TEST(ServiceRequest, OtherValuesAreEscapedForPathAndQuery) {
  testing::World world;
  auto method = makeS3("GET", "{bucket}/{key}");
  auto& parameters = method.integration->requestParameters;
  parameters["integration.request.path.bucket"] = "stageVariables.bucket";
  parameters["integration.request.path.key"] = "method.request.querystring.file";
  parameters["integration.request.querystring.versionId"] = "method.request.header.X-Version";
  parameters["integration.request.querystring.x"] = "method.request.multivaluequerystring.x";
  world.definition.variables["bucket"] = "pages";
  world.add("/get", std::move(method));
  ASSERT_EQ(world.deploy(), "");
  world.get("/get?file=a%2Fb%3Fc%20d%25&x=1&x=2", {{"X-Version", "a&b=c"}});
  EXPECT_EQ(world.service.calls.back().target, "/pages/a/b%3Fc%20d%25?versionId=a%26b%3Dc&x=1&x=2");
}

TEST(ServiceRequest, WithoutAKeyThereIsNoRequest) {
  testing::World world;
  auto method = makeS3("GET", "pages/{key}");
  method.integration->requestParameters["integration.request.path.key"] = "method.request.querystring.file";
  world.add("/get", std::move(method));
  ASSERT_EQ(world.deploy(), "");
  EXPECT_EQ(brief(world.get("/get")), "500 {\"message\":\"Internal server error\"}");
  EXPECT_EQ(brief(world.get("/get?file=")), "500 {\"message\":\"Internal server error\"}");
  EXPECT_TRUE(world.service.calls.empty());
}

TEST(ServiceRequest, MapsHeadersAndTakesTheBodyAlong) {
  testing::World world;
  auto method = makePages();
  method.httpMethod = "ANY";
  method.integration->httpMethod = "ANY";
  auto& parameters = method.integration->requestParameters;
  parameters["integration.request.header.Range"] = "method.request.header.Range";
  parameters["integration.request.header.x-amz-acl"] = "'private'";
  world.add("/{proxy+}", std::move(method));
  ASSERT_EQ(world.deploy(), "");
  world.send(testing::makeRequest("PUT", "/api/new.txt", {{"Content-Type", "text/plain"}, {"Range", "bytes=0-1"}},
                                  "text \xff"));
  const auto& call = world.service.calls.back();
  EXPECT_EQ(call.method, "PUT");
  EXPECT_EQ(call.headers.find("Range"), "bytes=0-1");
  EXPECT_EQ(call.headers.find("x-amz-acl"), "private");
  EXPECT_EQ(call.headers.find("Content-Type"), "text/plain");
  // Text is UTF-8, unless the API says that it is binary.
  EXPECT_EQ(call.body, "text \xef\xbf\xbd");
  EXPECT_EQ(call.headers.find("Content-Length"), "8");
  world.definition.binaryMediaTypes = {"*/*"};
  ASSERT_EQ(world.deploy(), "");
  world.send(testing::makeRequest("PUT", "/api/new.txt", {{"Content-Type", "text/plain"}}, "text \xff"));
  EXPECT_EQ(world.service.calls.back().body, "text \xff");
}

TEST(ServiceRequest, RefusesAtDeploymentWhatCannotWork) {
  const auto deploy = [](const std::function<void(MethodDefinition&)>& change) {
    testing::World world;
    auto method = makePages();
    change(method);
    world.add("/{proxy+}", std::move(method));
    return world.deploy();
  };
  EXPECT_EQ(deploy([](auto& method) { method.integration->credentials.clear(); }),
            "Role ARN must be specified for AWS integrations");
  EXPECT_EQ(deploy([](auto& method) { method.integration->requestParameters.clear(); }),
            "Invalid mapping expression parameter specified: integration.request.path.key");
}

TEST(ServiceRequest, MayNotSayTheHostOfTheService) {
  testing::World world;
  auto method = makePages();
  method.integration->requestParameters["integration.request.header.Host"] = "method.request.header.X-Host";
  world.add("/{proxy+}", std::move(method));
  ASSERT_EQ(world.deploy(), "");
  EXPECT_EQ(world.get("/x", {{"X-Host", "other.s3.amazonaws.com"}}).status, 500);
  EXPECT_TRUE(world.service.calls.empty());
}

TEST(ServiceResponse, SelectsByStatusAndMapsHeaders) {
  testing::World world;
  auto method = makePages();
  auto& responses = method.integration->responses;
  responses[0].responseParameters = {
      {"method.response.header.Content-Type", "integration.response.header.Content-Type"},
      {"method.response.header.ETag", "integration.response.header.ETag"},
      {"method.response.header.Cache-Control", "'public, max-age=60'"},
      {"method.response.header.Content-Security-Policy",
       "'default-src 'self'; img-src 'self' data:; style-src \"x\"'"}};
  responses.push_back(
      {"304", "304", {{"method.response.header.ETag", "integration.response.header.ETag"}}, {}, ""});
  responses.push_back({"404", "4\\d{2}", {}, {}, ""});
  responses.push_back({"502", "5\\d{2}", {}, {{"application/json", "{\"sorry\": 1}"}}, ""});
  world.definition.binaryMediaTypes = {"*/*"};
  world.add("/{proxy+}", std::move(method));
  ASSERT_EQ(world.deploy(), "");

  world.service.answer = [] {
    auto response = page("text/html; charset=utf-8", "<p>\xff");
    response->headers.add("ETag", "\"7\"");
    response->headers.add("x-amz-request-id", "R");
    return response;
  };
  auto found = world.get("/x");
  EXPECT_EQ(brief(found), "200 <p>\xff");
  EXPECT_EQ(header(found, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(header(found, "ETag"), "\"7\"");
  EXPECT_EQ(header(found, "Cache-Control"), "public, max-age=60");
  EXPECT_EQ(header(found, "Content-Security-Policy"), "default-src 'self'; img-src 'self' data:; style-src \"x\"");
  EXPECT_EQ(header(found, "x-amz-request-id"), "(none)");
  EXPECT_NE(header(found, "x-amzn-RequestId"), "(none)");

  world.service.answer = [] {
    http::Response response;
    response.status = 304;
    response.headers.add("ETag", "\"7\"");
    return Result<http::Response>(std::move(response));
  };
  const auto unchanged = world.get("/x");
  EXPECT_EQ(brief(unchanged), "304 ");
  EXPECT_EQ(header(unchanged, "ETag"), "\"7\"");

  world.service.answer = [] { return page("application/xml", "<Error/>", 403); };
  const auto refused = world.get("/x");
  EXPECT_EQ(brief(refused), "404 <Error/>");
  EXPECT_EQ(header(refused, "Content-Type"), "application/json");  // nothing was mapped

  world.service.answer = [] { return page("application/xml", "<Error/>", 503); };
  EXPECT_EQ(brief(world.get("/x")), "502 <Error/>");  // binary here, which templates do not touch
}

TEST(ServiceResponse, TemplatesWorkOnText) {
  testing::World world;
  auto method = makePages();
  method.integration->responses[0].responseTemplates["application/json"] =
      "{\"page\": \"$util.escapeJavaScript($input.body)\"}";
  world.add("/{proxy+}", std::move(method));
  ASSERT_EQ(world.deploy(), "");
  EXPECT_EQ(brief(world.get("/x")), "200 {\"page\": \"<p>\"}");
}

// AWS's table of response conversions, row by row; "-" is a request that fails.
TEST(ServiceResponse, ConvertsAsTheTableSays) {
  struct Row {
    std::vector<std::string> binaryMediaTypes;
    std::string accept, contentType, contentHandling, body, given;
  };
  const std::string bytes = "\xff\xfe";
  const std::string utf8 = "\xef\xbf\xbd\xef\xbf\xbd";
  const std::string base64 = "//4=";
  const std::vector<Row> rows = {
      {{}, "text/html", "text/html", "", "text", "text"},
      {{}, "image/png", "image/png", "", bytes, utf8},
      {{}, "image/png", "image/png", "CONVERT_TO_TEXT", bytes, utf8},
      {{}, "text/html", "image/png", "CONVERT_TO_BINARY", base64, bytes},
      {{}, "text/html", "text/html", "CONVERT_TO_BINARY", "no base64!", "-"},
      {{"image/png"}, "text/html", "text/html", "", "text", "text"},
      {{"image/png"}, "text/html", "text/html", "CONVERT_TO_BINARY", base64, bytes},
      {{"image/png"}, "text/html", "text/html", "CONVERT_TO_TEXT", "text", "text"},
      {{"image/png"}, "image/png", "text/plain", "", base64, bytes},
      {{"image/png"}, "image/png", "text/plain", "CONVERT_TO_BINARY", base64, bytes},
      {{"image/png"}, "image/png", "text/plain", "CONVERT_TO_TEXT", "text", "text"},
      {{"image/png"}, "text/html", "image/png", "", bytes, base64},
      {{"image/png"}, "text/html", "image/png", "CONVERT_TO_BINARY", bytes, bytes},
      {{"image/png"}, "text/html", "image/png", "CONVERT_TO_TEXT", bytes, base64},
      {{"image/png"}, "image/png", "image/png", "", bytes, bytes},
      {{"image/png"}, "image/png", "image/png", "CONVERT_TO_BINARY", bytes, bytes},
      {{"image/png"}, "image/png", "image/png", "CONVERT_TO_TEXT", bytes, base64},
      {{"*/*"}, "text/html,*/*", "image/png", "", bytes, bytes},
      {{"*/*"}, "", "text/html", "", "text", "text"},
      // Only the first of the types that a client accepts counts.
      {{"image/png"}, "text/html, image/png", "image/png", "", bytes, base64},
      {{"image/png"}, "image/png, text/html", "image/png", "", bytes, bytes},
  };
  for (const bool streamed : {false, true}) {
    for (const Row& row : rows) {
      testing::World world;
      auto method = makePages();
      method.integration->responses[0].contentHandling = row.contentHandling;
      world.definition.binaryMediaTypes = row.binaryMediaTypes;
      world.add("/{proxy+}", std::move(method));
      ASSERT_EQ(world.deploy(), "");
      world.service.answer = [&] {
        auto response = page(row.contentType, row.body);
        if (streamed) response->stream = std::make_unique<base::StringStream>(std::exchange(response->body, {}));
        return response;
      };
      Pairs headers;
      if (!row.accept.empty()) headers.emplace_back("Accept", row.accept);
      auto response = world.get("/x", headers);
      const std::string given = response.status == 500 ? "-" : bodyOf(world, response);
      EXPECT_EQ(given, row.given) << row.accept << " " << row.contentType << " " << row.contentHandling << streamed;
    }
  }
}

TEST(ServiceResponse, AStreamGoesOnUnread) {
  testing::World world;
  world.definition.binaryMediaTypes = {"*/*"};
  world.add("/{proxy+}", makePages());
  ASSERT_EQ(world.deploy(), "");
  world.service.answer = [] {
    auto response = page("image/png", "");
    response->stream = std::make_unique<base::StringStream>("bytes");
    return response;
  };
  auto response = world.get("/x");
  ASSERT_NE(response.stream, nullptr);
  EXPECT_EQ(bodyOf(world, response), "bytes");
}

TEST(ServiceResponse, IsAtMostAsLargeAsAPayload) {
  testing::World world;
  world.settings.bodyBytes = 8;
  world.definition.binaryMediaTypes = {"image/*"};
  world.add("/{proxy+}", makePages());
  ASSERT_EQ(world.deploy(), "");
  for (const std::string type : {"image/png", "text/html"}) {
    for (const std::size_t size : {8U, 9U}) {
      world.service.answer = [&] {
        auto response = page(type, "");
        response->stream = std::make_unique<base::StringStream>(std::string(size, 'x'));
        return response;
      };
      EXPECT_EQ(world.get("/x", {{"Accept", type}}).status, size == 8 ? 200 : 500) << type;
    }
  }
}

TEST(ServiceResponse, ARoleThatCannotBeTakenIsTheApisFault) {
  testing::World world;
  world.add("/{proxy+}", makePages());
  ASSERT_EQ(world.deploy(), "");
  world.service.answer = [] { return Result<http::Response>(Fault("AccessDenied", "no trust", 403)); };
  const auto response = world.get("/x");
  EXPECT_EQ(brief(response), "500 {\"message\":\"Internal server error\"}");
}

TEST(ServiceResponse, IsWaitedForOnlySoLong) {
  testing::World world;
  auto method = makePages();
  method.integration->timeoutInMillis = 50;
  world.add("/{proxy+}", std::move(method));
  ASSERT_EQ(world.deploy(), "");
  world.service.neverAnswers = true;
  EXPECT_EQ(brief(world.get("/x")), "504 {\"message\":\"Endpoint request timed out\"}");
}

}  // namespace
}  // namespace hearth::gateway
