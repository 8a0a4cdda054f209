#include "homework/client/trainer/located_json.h"

#include <gtest/gtest.h>

namespace hearth::homework::client {
namespace {

LocatedJson good(std::string_view text) {
  auto parsed = parseLocatedJson(text);
  const auto* mistake = std::get_if<JsonMistake>(&parsed);
  EXPECT_EQ(mistake, nullptr) << (mistake == nullptr ? "" : mistake->what);
  return mistake == nullptr ? std::get<LocatedJson>(parsed) : LocatedJson{};
}

JsonMistake bad(std::string_view text) {
  auto parsed = parseLocatedJson(text);
  const auto* mistake = std::get_if<JsonMistake>(&parsed);
  EXPECT_NE(mistake, nullptr) << text;
  return mistake == nullptr ? JsonMistake{} : *mistake;
}

TEST(LocatedJson, KnowsWhereEverythingStands) {
  const LocatedJson document =
      good("\xEF\xBB\xBF{\n  \"a\": [1, -2.5e+3],\n  \"ż\": {\"b\": true}, \"c\": null\n}\n");
  ASSERT_TRUE(document.isObject());
  EXPECT_EQ(document.members[0].place.line, 2u);
  EXPECT_EQ(document.members[0].place.column, 3u);
  ASSERT_TRUE(document.find("a")->isArray());
  EXPECT_EQ(document.find("a")->items[1].text, "-2.5e+3");
  EXPECT_EQ(document.find("a")->items[1].place.column, 12u);
  EXPECT_EQ(document.find("ż")->find("b")->place.line, 3u);
  EXPECT_EQ(document.find("ż")->place.column, 8u);  // characters, not bytes
  EXPECT_EQ(document.find("nothing"), nullptr);
}

TEST(LocatedJson, ReadsEscapes) { EXPECT_EQ(good(R"("a\n\t\"\\\/\u017c\ud83d\ude00")").text, "a\n\t\"\\/ż😀"); }

TEST(LocatedJson, NamesTheFirstMistake) {
  EXPECT_EQ(bad("{\n\"a\": 1\n\"b\": 2}").place.line, 3u);
  EXPECT_EQ(bad("[1,\n 2,\n]").place.line, 3u);
  EXPECT_EQ(bad("{\"a\": 1, \"a\": 2}").what, "the member \"a\" is there twice");
  EXPECT_EQ(bad("[1] x").what, "there is something behind the end of the document");
  EXPECT_EQ(bad("[\"a\nb\"]").what, "a line ends inside a string; write \\n for a line break");
  EXPECT_EQ(bad("[1, \"\xFF\"]").what, "the file is not UTF-8");
  EXPECT_EQ(bad("\n\n\"\xFF\"").place.line, 3u);
}

TEST(LocatedJson, RefusesWhatJsonIsNot) {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[",
                           "\"",
                           "nul",
                           "01",
                           "1.",
                           "-",
                           "1e",
                           "+1",
                           "{a:1}",
                           "{\"a\"}",
                           "[1 2]",
                           "'a'",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\ud800\"",
                           "\"\\ud800\\u0041\"",
                           "\"\\udc00\"",
                           "\"\x01\"",
                           "//",
                           "[,]"}) {
    bad(text);
  }
}

TEST(LocatedJson, EndsAtADepth) {
  good(std::string(32, '[') + std::string(32, ']'));
  bad(std::string(40, '[') + std::string(40, ']'));
  bad(std::string(1'000'000, '['));
}

}  // namespace
}  // namespace hearth::homework::client
