#include "homework/texts/texts.h"

#include <gtest/gtest.h>

namespace hearth::homework {
namespace {

TEST(Texts, LanguagesByTheirNames) {
  for (const char* polish : {"pl", "PL", "pl-PL", "pl_PL.UTF-8", "pl.UTF-8"}) {
    EXPECT_EQ(parseLang(polish), Lang::kPl) << polish;
  }
  for (const char* other : {"", "p", "en", "en_GB", "plt", "C", "de"})
    EXPECT_EQ(parseLang(other), Lang::kEn) << other;
}

TEST(Texts, ArgumentsAreFilledInVerbatim) {
  EXPECT_EQ(text(Lang::kEn, Text::kSharedPoints, {{"n", 5}, {"max", "{n}"}}), "5 of {n} points");
}

TEST(Texts, AnArgumentThatIsNotGivenIsSeen) {
  EXPECT_EQ(text(Lang::kEn, Text::kSharedPoints, {{"n", 5}}), "5 of {max} points");
}

TEST(Texts, PluralForms) {
  const auto english = [](std::int64_t n) { return text(Lang::kEn, Text::kSharedMinutes, {{"n", n}}); };
  EXPECT_EQ(english(0), "0 minutes");
  EXPECT_EQ(english(1), "1 minute");
  EXPECT_EQ(english(2), "2 minutes");
  const auto polish = [](std::int64_t n) { return text(Lang::kPl, Text::kSharedMinutes, {{"n", n}}); };
  EXPECT_EQ(polish(1), "1 minuta");
  for (const int few : {2, 3, 4, 22, 34, 102}) EXPECT_EQ(polish(few), std::to_string(few) + " minuty");
  for (const int many : {0, 5, 11, 12, 13, 14, 21, 25, 112})
    EXPECT_EQ(polish(many), std::to_string(many) + " minut");
}

}  // namespace
}  // namespace hearth::homework
