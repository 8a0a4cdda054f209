#include "gateway/target.h"

#include <gtest/gtest.h>

#include "gateway/gateway_fixture.h"

namespace hearth::gateway {
namespace {

// "id region stage path", or "none".
std::string find(const std::string& host, const std::string& path) {
  const auto target = findTarget(testing::makeRequest("GET", path, {{"Host", host}}));
  if (!target) return "none";
  return target->apiId + "|" + target->region + "|" + target->stage + "|" + target->path;
}

TEST(Target, ReadsHostNames) {
  EXPECT_EQ(find("abc123.execute-api.eu-central-1.localhost:4566", "/api/v1/tests?x=1"),
            "abc123|eu-central-1|api|/v1/tests");
  EXPECT_EQ(find("ABC123.Execute-Api.eu-central-1.localhost.localstack.cloud:4566", "/api"),
            "abc123|eu-central-1|api|");
  EXPECT_EQ(find("abc123.execute-api.eu-central-1.amazonaws.com", "/api/"), "abc123|eu-central-1|api|/");
  EXPECT_EQ(find("abc123.execute-api.cn-north-1.amazonaws.com.cn", "/api/x"), "abc123|cn-north-1|api|/x");
  EXPECT_EQ(find("abc123.execute-api.localhost:4566", "/api/x"), "abc123||api|/x");
}

TEST(Target, ReadsPaths) {
  EXPECT_EQ(find("127.0.0.1:4566", "/_aws/execute-api/abc123/api/v1/tests"), "abc123||api|/v1/tests");
  EXPECT_EQ(find("localhost", "/_aws/execute-api/abc123/api"), "abc123||api|");
  EXPECT_EQ(find("localhost", "/_aws/execute-api/abc123"), "abc123|||");
}

TEST(Target, ReadsLocalStacksOlderPaths) {
  EXPECT_EQ(find("localhost:4566", "/restapis/abc123/api/_user_request_/v1/tests?x=1"), "abc123||api|/v1/tests");
  EXPECT_EQ(find("127.0.0.1:4566", "/restapis/ABC123/api/_user_request_"), "abc123||api|");
  EXPECT_EQ(find("localhost", "/restapis/abc123/api/_user_request_/"), "abc123||api|/");
  EXPECT_EQ(find("localhost", "/restapis/abc123/api/_user_request_//a%2Fb"), "abc123||api|//a%2Fb");
  EXPECT_EQ(find("localhost", "/restapis/abc123/stages/_user_request_x"), "none");
  EXPECT_EQ(find("localhost", "/restapis/abc123/_user_request_/v1"), "none");
  EXPECT_EQ(find("localhost", "/restapis/abc123/api/v1/_user_request_"), "none");
  EXPECT_EQ(find("localhost", "/restapis/a.b/api/_user_request_/v1"), "none");
  EXPECT_EQ(find("localhost", "/restapis"), "none");
}

TEST(Target, WhatIsSignedForAServiceIsTheServices) {
  const std::string path = "/restapis/abc123/stages/_user_request_";
  const auto signedFor = [&](const std::string& service) {
    const std::string signature =
        "AWS4-HMAC-SHA256 Credential=AKIA/20190408/eu-central-1/" + service + "/aws4_request, SignedHeaders=host";
    return findTarget(testing::makeRequest("GET", path, {{"Host", "localhost"}, {"Authorization", signature}}))
        .has_value();
  };
  EXPECT_FALSE(signedFor("apigateway"));
  EXPECT_FALSE(signedFor("s3"));
  EXPECT_TRUE(signedFor("execute-api"));
  const std::string credential = "?a=b&X-Amz-Credential=AKIA%2F20190408%2Feu-central-1%2F";
  EXPECT_EQ(find("localhost", path + credential + "s3%2Faws4_request&X-Amz-Date=1"), "none");
  EXPECT_EQ(find("localhost", path + credential + "execute-api%2Faws4_request&X-Amz-Date=1"), "abc123||stages|");
  EXPECT_TRUE(findTarget(testing::makeRequest("GET", path, {{"Host", "localhost"}, {"Authorization", "Bearer x"}}))
                  .has_value());
}

TEST(Target, KeepsThePathAsItIs) {
  EXPECT_EQ(find("abc123.execute-api.eu-central-1.localhost", "//api//a%2Fb/"), "abc123|eu-central-1|api|//a%2Fb/");
  EXPECT_EQ(find("abc123.execute-api.eu-central-1.localhost", "/"), "abc123|eu-central-1||");
}

TEST(Target, LeavesOtherRequestsAlone) {
  EXPECT_EQ(find("127.0.0.1:4566", "/"), "none");
  EXPECT_EQ(find("bucket.s3.eu-central-1.localhost", "/api"), "none");
  EXPECT_EQ(find("abc123.execute-api.eu-central-1.example.org", "/api"), "none");
  EXPECT_EQ(find("abc123.execute-api.eu-central-1.notlocalhost", "/api"), "none");
  EXPECT_EQ(find(".execute-api.eu-central-1.localhost", "/api"), "none");
  EXPECT_EQ(find("a/b.execute-api.eu-central-1.localhost", "/api"), "none");
  EXPECT_EQ(find("abc.execute-api.a.b.localhost", "/api"), "none");
  EXPECT_EQ(find("localhost", "/_aws/execute-api/../api"), "none");
  EXPECT_EQ(find("localhost", "/_aws/execute-api/"), "none");
  EXPECT_EQ(find("", "/api"), "none");
}

}  // namespace
}  // namespace hearth::gateway
