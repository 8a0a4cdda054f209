#include "homework/client/common/text.h"

#include <gtest/gtest.h>

namespace hearth::homework::client {
namespace {

using Lines = std::vector<std::string>;

TEST(Cleaned, KeepsTextAndNewlines) {
  EXPECT_EQ(cleaned("ls * do?\n<b> $(x)\tzażółć"), "ls * do?\n<b> $(x)    zażółć");
}

TEST(Cleaned, DropsControlsEscapesAndBidi) {
  EXPECT_EQ(cleaned("a\x1b[31mred\x07\x7f\r\n"), "a[31mred\n");
  EXPECT_EQ(cleaned("x\xC2\x9B"
                    "2Jy"),
            "x2Jy");                                                     // C1: CSI as one character
  EXPECT_EQ(cleaned("user\xE2\x80\xAEnimda\xE2\x81\xA6"), "usernimda");  // RLO, LRI
  EXPECT_EQ(cleaned("\xEF\xBB\xBFhead"), "head");
  EXPECT_EQ(cleaned(std::string_view("a\0b", 3)), "ab");
}

TEST(Cleaned, ReplacesMalformedUtf8) {
  EXPECT_EQ(cleaned("a\xFF"
                    "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(cleaned("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");  // overlong slash
  EXPECT_EQ(cleaned("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD");  // cut short
}

TEST(Cleaned, AsciiKeepsTheInformation) {
  EXPECT_EQ(cleaned("a \xE2\x80\x93 \xC5\xBC\xE2\x80\xA6", Charset::kAscii), "a - <U+017C>...");
}

TEST(CleanedLine, IsOneLine) { EXPECT_EQ(cleanedLine(" a\n\n b\x1b  c "), "a b c"); }

TEST(Printable, LeavesNothingThatATerminalObeys) {
  const std::string hostile = "a\x1b]0;title\x07\x1b[2J\x1b[1m\xC2\x9B\x33m\rb\x7f\tc\nd\xE2\x80\xAE\xFF";
  EXPECT_EQ(printable(hostile), "a]0;title[2J[1m3mb\tc\nd\xEF\xBF\xBD");
  EXPECT_EQ(printable(std::string_view("\0x", 2)), "x");
}

TEST(Printable, KeepsThePaintOfTheStyleAndNoOther) {
  const std::string painted = paintedText(Ink::kBold, "Test") + paintedText(Ink::kWarning, "late");
  EXPECT_EQ(printable(painted, Paint::kKept), painted);
  EXPECT_EQ(printable(painted), "[1mTest[0m[33mlate[0m");
  EXPECT_EQ(printable("\x1b[31mred\x1b[0m\x1b[1", Paint::kKept), "[31mred\x1b[0m[1");
}

TEST(Printable, IsWhatEveryByteGoesThrough) {
  for (int c = 0; c < 256; ++c) {
    const std::string one = printable(std::string(1, static_cast<char>(c)), Paint::kKept);
    const bool stays = c == '\t' || c == '\n' || (c >= 0x20 && c < 0x7f);
    EXPECT_EQ(one, stays ? std::string(1, static_cast<char>(c)) : c >= 0x80 ? "\xEF\xBF\xBD" : "") << c;
  }
}

TEST(Columns, CountsWhatTheTerminalShows) {
  EXPECT_EQ(columns("abc"), 3u);
  EXPECT_EQ(columns("e\xCC\x81"), 1u);     // e + combining acute
  EXPECT_EQ(columns("\xE6\xBC\xA2"), 2u);  // a Han character
}

TEST(Fitted, PadsAndCuts) {
  EXPECT_EQ(fitted("ab", 4), "ab  ");
  EXPECT_EQ(fitted("abcdef", 4), "abc~");
  EXPECT_EQ(fitted("\xE6\xBC\xA2\xE6\xBC\xA2", 3), "\xE6\xBC\xA2~");
}

TEST(Wrapped, BreaksBetweenWords) {
  EXPECT_EQ(wrapped("the first process that starts", 14), (Lines{"the first", "process that", "starts"}));
  EXPECT_EQ(wrapped("aa bb", 4, "> "), (Lines{"> aa", "> bb"}));
  EXPECT_EQ(wrapped("Run  it  now", 8), (Lines{"Run  it", "now"}));
  EXPECT_EQ(wrapped("  in the\n ", 8), (Lines{"  in the"}));
  EXPECT_EQ(wrapped("a/very/long/word x", 6), (Lines{"a/very/long/word", "x"}));
}

TEST(Wrapped, KeepsCodeAndParagraphs) {
  EXPECT_EQ(wrapped("See:\n\n    int  main(void) { return 0; }\nend", 12),
            (Lines{"See:", "", "    int  main(void) { return 0; }", "end"}));
  EXPECT_TRUE(wrapped("\n\n", 12).empty());
}

TEST(Utf8, AcceptsOnlyTheShortestForm) {
  EXPECT_TRUE(isUtf8("za\xC5\xBC \xF0\x9F\x98\x80"));
  EXPECT_FALSE(isUtf8("\xED\xA0\x80"));      // a surrogate
  EXPECT_FALSE(isUtf8("\xF4\x90\x80\x80"));  // beyond U+10FFFF
  EXPECT_FALSE(isUtf8("\xE0\x80\xAF"));
}

TEST(Trimmed, TakesBlanksOff) {
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed(" \n"), "");
}

}  // namespace
}  // namespace hearth::homework::client
