#include "identity/pattern.h"

#include <gtest/gtest.h>

#include "identity/testing_keys.h"

namespace hearth::identity {
namespace {

const TestingKeys kNone;

TestingKeys withName(std::string name) {
  TestingKeys keys;
  keys.values["aws:username"] = {std::move(name)};
  return keys;
}

bool matches(std::string_view pattern, std::string_view text, const ConditionKeys& keys = kNone) {
  return Pattern(pattern, Variables::kYes).matches(text, keys);
}

TEST(Pattern, Wildcards) {
  EXPECT_TRUE(matches("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/b/c"));
  EXPECT_TRUE(matches("arn:aws:s3:::b/a?c", "arn:aws:s3:::b/abc"));
  EXPECT_FALSE(matches("arn:aws:s3:::b/*", "arn:aws:s3:::b"));
  EXPECT_FALSE(matches("arn:aws:s3:::b", "arn:aws:s3:::B"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("", ""));
}

TEST(Pattern, VariablesStandForTheirValue) {
  EXPECT_TRUE(matches("home/${aws:username}/*", "home/ann/x", withName("ann")));
  EXPECT_TRUE(matches("home/${AWS:UserName}/*", "home/ann/x", withName("ann")));
  EXPECT_FALSE(matches("home/${aws:username}/*", "home/eve/x", withName("ann")));
  EXPECT_FALSE(matches("home/${aws:username}/*", "home/x/y"));
  EXPECT_TRUE(matches("${aws:username, 'guest'}", "guest"));
  EXPECT_TRUE(matches("${aws:username,'guest'}", "ann", withName("ann")));
  EXPECT_FALSE(matches("a${aws:username", "aann", withName("ann")));
}

TEST(Pattern, OfOldDocumentsHaveNoVariables) {
  const Pattern old("home/${aws:username}", Variables::kNo);
  EXPECT_FALSE(old.matches("home/ann", withName("ann")));
  EXPECT_TRUE(old.matches("home/${aws:username}", withName("ann")));
}

TEST(Pattern, WhatComesOutOfAVariableIsNoWildcard) {
  EXPECT_FALSE(matches("home/${aws:username}/x", "home/ann/x", withName("*")));
  EXPECT_TRUE(matches("home/${aws:username}/*", "home/*/x", withName("*")));
  EXPECT_FALSE(matches("home/${aws:username}", "home/a", withName("?")));
  EXPECT_FALSE(matches("home/${aws:username}", "home/\x01", withName("*")));
  EXPECT_FALSE(matches("${*}", "x"));
  EXPECT_TRUE(matches("${*}*", "*\x01\x02"));
  EXPECT_TRUE(matches("\x01${?}*", "\x01?x"));
  EXPECT_TRUE(matches("${aws:username}*${*}x?", "\xff*aa*x1", withName("\xff*")));
  EXPECT_TRUE(Pattern("arn:aws:s3:::b/${*}*", Variables::kYes).matchesArn("arn:aws:s3:::b/*\x01:y", kNone));
  EXPECT_TRUE(matches("${*}${?}${$}*", "*?$anything"));
}

TEST(Pattern, AKeyWithSeveralValuesHasNoText) {
  TestingKeys keys;
  keys.values["aws:tagkeys"] = {"a", "b"};
  EXPECT_FALSE(matches("${aws:TagKeys}", "a", keys));
  EXPECT_FALSE(matches("${aws:TagKeys, 'c'}", "c", keys));
}

TEST(Pattern, EqualityKnowsNoWildcards) {
  EXPECT_TRUE(Pattern("a*", Variables::kYes).equals("a*", kNone));
  EXPECT_FALSE(Pattern("a*", Variables::kYes).equals("ab", kNone));
  EXPECT_TRUE(Pattern("A-${aws:username}", Variables::kYes).equalsIgnoreCase("a-ANN", withName("ann")));
}

TEST(Pattern, ArnsArePartByPart) {
  auto arn = [](std::string_view pattern, std::string_view text) {
    return Pattern(pattern, Variables::kYes).matchesArn(text, kNone);
  };
  EXPECT_TRUE(arn("arn:aws:iam::111122223333:role/app/*", "arn:aws:iam::111122223333:role/app/x:y"));
  EXPECT_TRUE(arn("arn:aws:*:*:*:*", "arn:aws:lambda:eu-central-1:111122223333:function:f"));
  EXPECT_FALSE(arn("arn:aws:iam:::role/x", "arn:aws:iam::111122223333:role/x"));
  EXPECT_FALSE(arn("arn:aws:s3:::x:*", "arn:aws:s3:eu:1:x:y"));
}

}  // namespace
}  // namespace hearth::identity
