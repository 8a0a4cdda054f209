#include "services/secretsmanager/random_password.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

namespace hearth::services::secretsmanager {
namespace {

bool hasAny(const std::string& text, int (*test)(int)) {
  return std::any_of(text.begin(), text.end(), [&](unsigned char c) { return test(c) != 0; });
}

TEST(RandomPassword, HasEveryKindThatIsWanted) {
  base::SystemRandom random;
  for (int i = 0; i < 200; ++i) {
    const auto password = makePassword({.length = 4}, random);
    ASSERT_TRUE(password.ok());
    ASSERT_EQ(password->size(), 4U);
    EXPECT_TRUE(hasAny(*password, std::islower) && hasAny(*password, std::isupper) &&
                hasAny(*password, std::isdigit) && hasAny(*password, std::ispunct))
        << *password;
  }
}

TEST(RandomPassword, LeavesOutWhatIsExcluded) {
  base::SystemRandom random;
  const auto password = makePassword({.length = 2000, .excluded = "abc\"\\", .numbers = false}, random);
  ASSERT_TRUE(password.ok());
  EXPECT_EQ(password->find_first_of("abc\"\\0123456789 "), std::string::npos);
  const auto letters =
      makePassword({.length = 300, .numbers = false, .punctuation = false, .upperCase = false}, random);
  ASSERT_TRUE(letters.ok());
  EXPECT_TRUE(std::all_of(letters->begin(), letters->end(), [](unsigned char c) { return std::islower(c) != 0; }));
}

TEST(RandomPassword, WhatNoPasswordCanBe) {
  base::SystemRandom random;
  EXPECT_EQ(makePassword({.length = 3}, random).fault().code, "InvalidParameterException");
  EXPECT_TRUE(makePassword({.length = 3, .eachType = false}, random).ok());
  EXPECT_EQ(makePassword({.length = 0}, random).fault().code, "ValidationException");
  EXPECT_EQ(makePassword({.length = 4097}, random).fault().code, "ValidationException");
  EXPECT_EQ(makePassword({.excluded = "0123456789"}, random).fault().code, "InvalidParameterException");
  EXPECT_TRUE(makePassword({.excluded = "0123456789", .eachType = false}, random).ok());
  EXPECT_EQ(makePassword({.numbers = false, .punctuation = false, .upperCase = false, .lowerCase = false}, random)
                .fault()
                .code,
            "InvalidParameterException");
}

}  // namespace
}  // namespace hearth::services::secretsmanager
