#include "cli/columns.h"

#include <gtest/gtest.h>

namespace hearth::cli {
namespace {

TEST(Columns, WideCharactersTakeTwoAndCombiningOnesNone) {
  EXPECT_EQ(columnsOf(""), 0u);
  EXPECT_EQ(columnsOf("Zażółć"), 6u);
  EXPECT_EQ(columnsOf("日本"), 4u);
  EXPECT_EQ(columnsOf("a\xcc\x81"), 1u);  // U+0301
  EXPECT_EQ(columnsOf("🙂"), 2u);
}

TEST(Columns, WhatIsTooWideIsCut) {
  EXPECT_EQ(cutTo("short", 5), "short");
  EXPECT_EQ(cutTo("longer", 5), "long~");
  EXPECT_EQ(cutTo("日本語", 5), "日本~");
  EXPECT_EQ(cutTo("日本語", 4), "日~");
  EXPECT_EQ(cutTo("日本語", 1), "~");
  EXPECT_EQ(cutTo("日本語", 0), "");
  EXPECT_EQ(fittedTo("日本語", 4), "日~ ");
  EXPECT_EQ(fittedTo("ż", 3), "ż  ");
}

TEST(Columns, LinesGoOnBelowTheirBeginning) {
  EXPECT_EQ(wrappedTo("one two three", 7, 0), "one two\nthree");
  EXPECT_EQ(wrappedTo("one two\nthree four five", 10, 0), "one two\nthree four\nfive");
  EXPECT_EQ(wrappedTo("  one two three", 9, 0), "  one two\n  three");
  EXPECT_EQ(wrappedTo("  -a  one two three", 13, 6), "  -a  one two\n      three");
  EXPECT_EQ(wrappedTo("      one two three", 13, 6), "      one two\n      three");
  EXPECT_EQ(wrappedTo("  --long-name one two", 14, 6), "  --long-name\n  one two");
  EXPECT_EQ(wrappedTo("unbreakable is", 5, 0), "unbreakable\nis");
  EXPECT_EQ(wrappedTo("日本 語", 5, 0), "日本\n語");
}

}  // namespace
}  // namespace hearth::cli
