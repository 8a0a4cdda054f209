#include "services/logs/filter_pattern.h"

#include <gtest/gtest.h>

namespace hearth::services::logs {
namespace {

bool matches(std::string_view pattern, std::string_view message) {
  auto parsed = FilterPattern::parse(pattern);
  EXPECT_TRUE(parsed.ok()) << pattern;
  return parsed.ok() && parsed->matches(message);
}

TEST(FilterPattern, EmptyMatchesEverything) {
  EXPECT_TRUE(matches("", "anything"));
  EXPECT_TRUE(matches("   ", ""));
}

TEST(FilterPattern, AllTermsAreWanted) {
  EXPECT_TRUE(matches("ERROR disk", "disk: ERROR 5"));
  EXPECT_FALSE(matches("ERROR disk", "ERROR 5"));
  EXPECT_FALSE(matches("error", "ERROR"));
}

TEST(FilterPattern, OptionalTermsAndExclusions) {
  EXPECT_TRUE(matches("?ERROR ?WARN", "WARN low"));
  EXPECT_FALSE(matches("?ERROR ?WARN", "INFO"));
  EXPECT_FALSE(matches("ERROR -ignored", "ERROR ignored"));
  EXPECT_TRUE(matches("ERROR -ignored", "ERROR real"));
}

TEST(FilterPattern, QuotesKeepWhiteSpace) {
  EXPECT_TRUE(matches("\"Task timed out\"", "id Task timed out after 3 s"));
  EXPECT_FALSE(matches("\"Task timed out\"", "Task has timed out"));
}

TEST(FilterPattern, OtherLanguagesAreRefusedByName) {
  for (const char* text : {"{ $.a = 1 }", "[ip, user]", "%4..%", "\"open", "-"}) {
    auto parsed = FilterPattern::parse(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.fault().code, "InvalidParameterException");
  }
}

}  // namespace
}  // namespace hearth::services::logs
