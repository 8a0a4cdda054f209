#include "services/ssm/parameter_name.h"

#include <gtest/gtest.h>

namespace hearth::services::ssm {
namespace {

std::string codeOf(const std::string& name) {
  const auto checked = checkNewName({"111122223333", "eu-central-1", name});
  return checked.ok() ? "" : checked.fault().code;
}

std::string levels(int count) {
  std::string name;
  for (int i = 0; i < count; ++i) name += "/l";
  return name;
}

TEST(ParameterName, ArnHasOneSlash) {
  EXPECT_EQ((ParameterName{"1", "r", "/a/b"}.arn()), "arn:aws:ssm:r:1:parameter/a/b");
  EXPECT_EQ((ParameterName{"1", "r", "a"}.arn()), "arn:aws:ssm:r:1:parameter/a");
}

TEST(ParameterName, NamesOfNewOnes) {
  for (const char* good : {"a", "A.b-c_9", "/a", "/a/b.c/d-e_f", "/a/ssm", "/a/aws"})
    EXPECT_EQ(codeOf(good), "") << good;
  for (const char* bad :
       {"a b", "a/b", "/a/", "//a", "/a//b", "/", "a:1", "ssm", "SSMx", "/ssm/x", "aws", "/AwsX", "\xc3\xa4"})
    EXPECT_EQ(codeOf(bad), "ValidationException") << bad;
  EXPECT_EQ(codeOf("/aws/service/x"), "AccessDeniedException");
  EXPECT_EQ(codeOf(levels(15)), "");
  EXPECT_EQ(codeOf(levels(16)), "HierarchyLevelLimitExceededException");
  const std::size_t front = std::string("arn:aws:ssm:eu-central-1:111122223333:parameter/").size();
  EXPECT_EQ(codeOf(std::string(1011 - front, 'a')), "");
  EXPECT_EQ(codeOf(std::string(1012 - front, 'a')), "ValidationException");
}

TEST(ParameterName, SelectorsAreReadAsTheyAreWritten) {
  const auto read = [](const char* text) { return parseSelector(text, "111122223333", "eu-central-1"); };
  const auto plain = read("/a/b");
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->name, "/a/b");
  EXPECT_EQ(plain->suffix(), "");
  EXPECT_EQ(read("a:12")->version, 12);
  EXPECT_EQ(read("/a:prod-1")->label, "prod-1");
  EXPECT_EQ(read("/a:prod-1")->suffix(), ":prod-1");
  const auto arn = read("arn:aws:ssm:eu-central-1:111122223333:parameter/a/b:3");
  ASSERT_TRUE(arn.ok());
  EXPECT_EQ(arn->name, "/a/b");
  EXPECT_TRUE(arn->isArn);
  EXPECT_EQ(arn->version, 3);
  for (const char* bad :
       {"", "a:", "a:0", "a:1:2", "a:9x", "a:ssm-x", "a b", "arn:aws:ssm:eu-west-1:111122223333:parameter/a",
        "arn:aws:ssm:eu-central-1:111122223333:document/a", "a:99999999999999999999"})
    EXPECT_FALSE(read(bad).ok()) << bad;
}

TEST(ParameterName, Paths) {
  EXPECT_TRUE(isInPath("/a/b", "/a", false));
  EXPECT_TRUE(isInPath("/a/b", "/a/", false));
  EXPECT_FALSE(isInPath("/a/b/c", "/a", false));
  EXPECT_TRUE(isInPath("/a/b/c", "/a", true));
  EXPECT_FALSE(isInPath("/ab", "/a", true));
  EXPECT_FALSE(isInPath("/a", "/a", true));
  EXPECT_TRUE(isInPath("/a", "/", false));
  EXPECT_TRUE(isInPath("a", "/", false));
  EXPECT_FALSE(isInPath("/a/b", "/", false));
  for (const char* good : {"/", "/a", "/a/b/"}) EXPECT_TRUE(checkPath(good).ok()) << good;
  for (const char* bad : {"", "a", "//", "/a//", "/a b"}) EXPECT_FALSE(checkPath(bad).ok()) << bad;
}

}  // namespace
}  // namespace hearth::services::ssm
