#include "cli/terminal_text.h"

#include <gtest/gtest.h>

namespace hearth::cli {
namespace {

TEST(TerminalText, NothingOfItIsAnOrder) {
  EXPECT_EQ(forTerminal("Zażółć 日本 €"), "Zażółć 日本 €");
  EXPECT_EQ(forTerminal("a\x1b[31mb\r\n\tc\x7f"), "a?[31mb???c?");
  EXPECT_EQ(forTerminal("a\xc2\x9b"
                        "31m\xc2\x9d"),
            "a?31m?");                                             // C1: CSI and OSC in one character
  EXPECT_EQ(forTerminal("a\xe2\x80\xae b\xe2\x81\xa6"), "a? b?");  // U+202E, U+2066
  EXPECT_EQ(forTerminal("\xff\xc3"), "??");
}

TEST(TerminalText, LinesOfOneMessageAreIndented) {
  EXPECT_EQ(linesForTerminal("a\tb\n2026-01-01T00:00:00Z forged\x1b", "  "),
            "a\tb\n  2026-01-01T00:00:00Z forged?");
}

}  // namespace
}  // namespace hearth::cli
