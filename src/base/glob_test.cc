#include "base/glob.h"

#include <gtest/gtest.h>

#include <string>

namespace hearth::base {
namespace {

TEST(Glob, LiteralsAndWildcards) {
  EXPECT_TRUE(globMatches("", ""));
  EXPECT_FALSE(globMatches("", "a"));
  EXPECT_TRUE(globMatches("*", ""));
  EXPECT_TRUE(globMatches("a?c", "abc"));
  EXPECT_FALSE(globMatches("a?c", "ac"));
  EXPECT_TRUE(globMatches("a*c", "abbbc"));
  EXPECT_FALSE(globMatches("a*c", "abbbd"));
  EXPECT_TRUE(globMatches("*b*", "abc"));
  EXPECT_TRUE(globMatches("arn:aws:execute-api:*:1:api/*/POST/v1/tests", "arn:aws:execute-api:eu:1:api/s/POST/v1/tests"));
  EXPECT_FALSE(globMatches("arn:aws:execute-api:*:1:api/*/GET/*", "arn:aws:execute-api:eu:1:api/s/POST/v1"));
}

TEST(Glob, ManyStarsDoNotExplode) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "a*";
  EXPECT_FALSE(globMatches(pattern + "b", std::string(5000, 'a')));
}

}  // namespace
}  // namespace hearth::base
