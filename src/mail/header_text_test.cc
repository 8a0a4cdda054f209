#include "mail/header_text.h"

#include <gtest/gtest.h>

#include <random>

#include "base/bytes.h"

namespace hearth::mail {
namespace {

TEST(DecodeHeaderText, EncodedWords) {
  EXPECT_EQ(decodeHeaderText("plain"), "plain");
  EXPECT_EQ(decodeHeaderText("=?utf-8?B?xYHDs2TFug==?="), "Łódź");
  EXPECT_EQ(decodeHeaderText("=?UTF-8?q?Twoja_ocena:_5=2E?= ok"), "Twoja ocena: 5. ok");
  EXPECT_EQ(decodeHeaderText("=?iso-8859-2?Q?Pozna=F1?="), "Poznań");
  EXPECT_EQ(decodeHeaderText("=?windows-1250?Q?=8Cwit?="), "Świt");
  EXPECT_EQ(decodeHeaderText("=?utf-8*pl?Q?a?="), "a");
  // RFC 2047, section 8: blanks between encoded words vanish, others stay.
  EXPECT_EQ(decodeHeaderText("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?="), "ab");
  EXPECT_EQ(decodeHeaderText("=?ISO-8859-1?Q?a?=\r\n  =?utf-8?Q?b?= c"), "ab c");
  EXPECT_EQ(decodeHeaderText("a =?ISO-8859-1?Q?b?="), "a b");
  // A character that is split between two words.
  EXPECT_EQ(decodeHeaderText("=?utf-8?B?xQ==?= =?utf-8?B?gQ==?="), "Ł");
  EXPECT_EQ(decodeHeaderText("folded\r\n subject"), "folded subject");
}

TEST(DecodeHeaderText, WhatIsBrokenStaysReadable) {
  for (const auto* text :
       {"=?", "=?utf-8", "=?utf-8?B", "=?utf-8?B?", "=?utf-8?B?xx",
        "=?utf-8?X?aa?=", "=?utf-8?B?!!?=", "=?utf-8?Q?=4?=", "=?utf-8?Q?=ZZ?=", "=?utf-7?Q?a?=",
        "=?iso-2022-cn-ext?B?YQ==?=", "=?UTF-8//TRANSLIT?Q?a?=", "=??Q?a?=", "=?utf-8?Q?a b?="}) {
    EXPECT_EQ(decodeHeaderText(text), text);
  }
  EXPECT_EQ(decodeHeaderText("a\xff"
                             "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(decodeHeaderText("=?utf-8?Q?=FF?="), "\xEF\xBF\xBD");
  EXPECT_EQ(decodeHeaderText("=?utf-8?Q?a=0D=0A=1B[2J?="), "a   [2J");
  EXPECT_EQ(decodeHeaderText(std::string("a\0b", 3)), "a b");
}

TEST(DecodeHeaderText, AlwaysGivesUtf8WithoutControls) {
  std::mt19937 random(7);
  constexpr std::string_view kPieces[] = {"=?",         "utf-8", "?",          "B",    "Q",    "=",
                                          " ",          "\r\n ", "xQ==",       "\xC5", "\x81", "_",
                                          "=?utf-8?Q?", "?=",    "iso-8859-2", "\x1b", "a"};
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (int i = static_cast<int>(random() % 12); i >= 0; --i) text += kPieces[random() % std::size(kPieces)];
    const auto decoded = decodeHeaderText(text);
    ASSERT_TRUE(base::isUtf8(decoded));
    for (const char c : decoded) ASSERT_GE(static_cast<unsigned char>(c), ' ');
  }
}

TEST(DecodeHeaderText, TakesTimeInProportion) {
  std::string text;
  for (int i = 0; i < 50000; ++i) text += "=?utf-8?q?";
  EXPECT_EQ(decodeHeaderText(text), text);
}

TEST(EncodeHeaderText, ComesBackAsItWas) {
  std::string longText;
  for (int i = 0; i < 40; ++i) longText += "Zażółć gęślą jaźń ";
  for (const std::string& text : {std::string("Your score"), std::string("Łódź"), longText, std::string(),
                                  std::string("looks =?utf-8?Q?encoded?="), std::string("\xF0\x9F\x93\xAC mail"),
                                  std::string(300, 'x'), std::string("a ") + std::string(200, 'y') + " b c d"}) {
    const auto encoded = encodeHeaderText(text, 9);
    EXPECT_EQ(decodeHeaderText(encoded), text);
    for (const char c : encoded) EXPECT_LE(c, '~');
  }
}

TEST(EncodeHeaderText, KeepsLinesShort) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += i % 2 == 0 ? "słowo " : "word ";
  for (const auto& encoded : {encodeHeaderText(text, 9),
                              encodeHeaderText("word " + std::string(60, 'a') + " b " + std::string(70, 'c'), 9)}) {
    std::size_t column = 9;
    for (std::size_t i = 0; i < encoded.size(); ++i) {
      column = encoded[i] == '\n' ? 0 : column + 1;
      EXPECT_LE(column, 78u);
      if (encoded[i] == '\n') {
        EXPECT_EQ(encoded[i + 1], ' ');
      }
    }
  }
}

TEST(FormatMailbox, QuotesAndEncodesNames) {
  EXPECT_EQ(formatMailbox("", "a@b", 0), "a@b");
  EXPECT_EQ(formatMailbox("Ann \"A\" Smith, Jr.", "a@b", 0), R"("Ann \"A\" Smith, Jr." <a@b>)");
  EXPECT_EQ(formatMailbox("Michał", "a@b", 0), "=?UTF-8?B?TWljaGHFgg==?= <a@b>");
}

}  // namespace
}  // namespace hearth::mail
