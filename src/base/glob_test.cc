#include "base/glob.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

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
  EXPECT_TRUE(
      globMatches("arn:aws:execute-api:*:1:api/*/POST/v1/tests", "arn:aws:execute-api:eu:1:api/s/POST/v1/tests"));
  EXPECT_FALSE(globMatches("arn:aws:execute-api:*:1:api/*/GET/*", "arn:aws:execute-api:eu:1:api/s/POST/v1"));
}

TEST(Glob, ManyStarsDoNotExplode) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "a*";
  EXPECT_FALSE(globMatches(pattern + "b", std::string(5000, 'a')));
}

TEST(Glob, LongStretchesWithQuestionMarks) {
  std::string piece;
  for (int i = 0; i < 300; ++i) piece += i % 7 == 3 ? '?' : static_cast<char>('a' + i % 5);
  std::string found(piece);
  for (char& c : found)
    if (c == '?') c = 'z';
  for (const std::size_t size : {1U, 63U, 64U, 65U, 128U, 129U, 300U}) {
    const std::string stretch = size == 1 ? "?" : piece.substr(0, size);
    const std::string text = std::string(5000, 'x') + found.substr(0, size) + std::string(5000, 'y');
    EXPECT_TRUE(globMatches("*" + stretch + "*", text)) << size;
    EXPECT_EQ(globMatches("*" + stretch + "x*", text), size == 1) << size;
    EXPECT_TRUE(globMatches("*x" + stretch + "y*", text)) << size;
    EXPECT_FALSE(globMatches("*" + stretch + "q*", text)) << size;
  }
  const std::string hostile = "*" + std::string(3500, 'a') + "?b*";
  EXPECT_FALSE(globMatches(hostile, std::string(7000, 'a')));
  EXPECT_TRUE(globMatches(hostile, std::string(7000, 'a') + "\xff" "b"));
}

// What it should be: tried at every place, without a thought of speed.
bool matchesSlowly(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    return matchesSlowly(pattern.substr(1), text) || (!text.empty() && matchesSlowly(pattern, text.substr(1)));
  }
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         matchesSlowly(pattern.substr(1), text.substr(1));
}

TEST(Glob, AllSmallPatternsAndTexts) {
  const std::string letters = "ab*?";
  std::vector<std::string> patterns = {""};
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (patterns[i].size() == 5) continue;
    for (const char c : letters) patterns.push_back(patterns[i] + c);
  }
  for (const std::string& pattern : patterns) {
    for (const char* text : {"", "a", "b", "ab", "ba", "aab", "aba", "abab", "bbab", "aaaa"}) {
      ASSERT_EQ(globMatches(pattern, text), matchesSlowly(pattern, text)) << pattern << " " << text;
    }
  }
}

// Policies put texts of callers into patterns: what does not match must not take long to say so.
TEST(Glob, ALongTextThatNearlyMatches) {
  const std::string pattern = "*" + std::string(1 << 20, 'a') + "b*";
  EXPECT_FALSE(globMatches(pattern, std::string(2 << 20, 'a')));
  EXPECT_TRUE(globMatches(pattern, std::string(2 << 20, 'a') + "b"));
}

}  // namespace
}  // namespace hearth::base
