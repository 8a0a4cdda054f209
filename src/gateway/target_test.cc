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
