#include "server/localstack.h"

#include <gtest/gtest.h>

#include <array>

#include "base/json.h"
#include "server/admin.h"

namespace hearth::server {
namespace {

http::Request makeRequest(std::string method, std::string path, std::string listener = kPublicListener) {
  http::Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.origin.listener = std::move(listener);
  return request;
}

http::Response ask(std::string method, std::string path) {
  static constexpr api::Operation kListed{};
  static constexpr std::array kSome = {api::Route{.listed = nullptr}, api::Route{.listed = &kListed}};
  static constexpr std::array kNone = {api::Route{.listed = nullptr}};
  static constexpr api::Service kS3{.id = "s3", .routes = kSome};
  static constexpr api::Service kSqs{.id = "sqs", .routes = kNone};
  static constexpr api::Service kEvents{.id = "events", .routes = kSome};
  static constexpr std::array<const api::Service*, 3> kServices = {&kS3, &kSqs, &kEvents};
  return answerLocalStack(makeRequest(std::move(method), std::move(path)), kServices);
}

TEST(LocalStack, HasItsOwnPathsAlone) {
  EXPECT_TRUE(isLocalStackPath(makeRequest("GET", "/_localstack/health")));
  EXPECT_TRUE(isLocalStackPath(makeRequest("GET", "/_localstack/")));
  EXPECT_FALSE(isLocalStackPath(makeRequest("GET", "/_localstack")));
  EXPECT_FALSE(isLocalStackPath(makeRequest("GET", "/bucket/_localstack/health")));
  EXPECT_FALSE(isLocalStackPath(makeRequest("GET", "/_localstack/health", "environment:1")));
}

TEST(LocalStack, HealthNamesTheServicesThatAreHere) {
  for (const char* method : {"GET", "HEAD"}) {
    const http::Response response = ask(method, "/_localstack/health");
    EXPECT_EQ(response.status, 200);
    auto document = base::parseJson(response.body);
    ASSERT_TRUE(document.ok());
    const JsonObject& health = document->as_object();
    EXPECT_EQ(base::writeJson(health.at("services")), R"({"s3":"running","events":"running"})");
    EXPECT_EQ(health.at("edition").as_string(), "hearth");
    EXPECT_FALSE(health.at("version").as_string().empty());
    EXPECT_EQ(health.size(), 3u);
  }
}

TEST(LocalStack, NothingElseIsThere) {
  for (const char* method : {"POST", "PUT", "DELETE"}) {
    const http::Response response = ask(method, "/_localstack/health");
    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(response.headers.find("Allow"), "GET, HEAD");
  }
  for (const char* path : {"/_localstack/", "/_localstack/health/", "/_localstack/info", "/_localstack/diagnose"})
    EXPECT_EQ(ask("GET", path).status, 404);
}

}  // namespace
}  // namespace hearth::server
