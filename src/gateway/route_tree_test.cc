#include "gateway/route_tree.h"

#include <gtest/gtest.h>

namespace hearth::gateway {
namespace {

const std::vector<std::pair<std::string, std::string>> kRoutes = {
    {"/", "GET"},               // 0
    {"/v1/tests", "POST"},      // 1
    {"/v1/tests", "GET"},       // 2
    {"/v1/{id}", "GET"},        // 3
    {"/v1/{id}/part", "GET"},   // 4
    {"/v1/{proxy+}", "ANY"},    // 5
    {"/v1/tests/part", "PUT"},  // 6
    {"/a/{x}/c", "GET"},        // 7
    {"/a/b/d", "GET"},          // 8
};

// "3 id=x", or "none".
std::string find(std::string_view path, std::string_view verb = "GET") {
  RouteTree tree;
  for (std::size_t i = 0; i < kRoutes.size(); ++i) {
    EXPECT_TRUE(tree.add(kRoutes[i].first, kRoutes[i].second, i).ok());
  }
  RouteMatch match;
  if (!tree.find(path, verb, match)) return "none";
  std::string text = std::to_string(match.method);
  for (const auto& [name, value] : match.parameters) text.append(" ").append(name).append("=").append(value);
  return text;
}

TEST(RouteTree, PrefersLiteralsToParametersToProxies) {
  EXPECT_EQ(find("/"), "0");
  EXPECT_EQ(find(""), "0");
  EXPECT_EQ(find("/v1/tests"), "2");
  EXPECT_EQ(find("/v1/tests", "POST"), "1");
  EXPECT_EQ(find("/v1/other"), "3 id=other");
  EXPECT_EQ(find("/v1/other/part"), "4 id=other");
  EXPECT_EQ(find("/v1/other/more/parts"), "5 proxy=other/more/parts");
}

TEST(RouteTree, FallsBackWhenTheMoreExactResourceLacksTheMethod) {
  EXPECT_EQ(find("/v1/tests", "DELETE"), "5 proxy=tests");
  EXPECT_EQ(find("/v1/other", "PATCH"), "5 proxy=other");
  EXPECT_EQ(find("/v1/tests/part", "GET"), "4 id=tests");
  EXPECT_EQ(find("/v1/tests/part", "PUT"), "6");
}

TEST(RouteTree, TracksBackOutOfALiteral) {
  EXPECT_EQ(find("/a/b/c"), "7 x=b");
  EXPECT_EQ(find("/a/b/d"), "8");
}

TEST(RouteTree, AnyCoversTheSevenMethodsOnly) {
  for (const char* verb : {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}) {
    EXPECT_EQ(find("/v1/x/y/z", verb), "5 proxy=x/y/z");
  }
  EXPECT_EQ(find("/v1/x/y/z", "TRACE"), "none");
}

TEST(RouteTree, ReadsSlashesLikeAws) {
  EXPECT_EQ(find("//v1/tests"), "2");
  EXPECT_EQ(find("/v1/tests/"), "2");
  EXPECT_EQ(find("/v1/a//b"), "5 proxy=a//b");
  EXPECT_EQ(find("/v1//tests"), "5 proxy=/tests");
}

TEST(RouteTree, DoesNotDecode) { EXPECT_EQ(find("/v1/a%2Fb"), "3 id=a%2Fb"); }

TEST(RouteTree, FindsNothingElse) {
  EXPECT_EQ(find("/v2"), "none");
  EXPECT_EQ(find("/v1"), "none");
  EXPECT_EQ(find("/a/b"), "none");
  EXPECT_EQ(find("/", "POST"), "none");
}

TEST(RouteTree, RefusesWhatIsNoPath) {
  RouteTree tree;
  for (const char* path : {"", "a", "/a//b", "/{}", "/{+}", "/{x", "/{proxy+}/more"}) {
    const auto added = tree.add(path, "GET", 0);
    ASSERT_FALSE(added.ok()) << path;
    EXPECT_EQ(added.fault().message, "Invalid resource path: " + std::string(path));
  }
  ASSERT_TRUE(tree.add("/{x}", "GET", 0).ok());
  EXPECT_FALSE(tree.add("/{y}/z", "GET", 0).ok()) << "siblings share one name";
  EXPECT_EQ(tree.add("/{x}", "GET", 0).fault().code, "ConflictException");
}

}  // namespace
}  // namespace hearth::gateway
