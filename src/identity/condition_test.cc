#include "identity/condition.h"

#include <gtest/gtest.h>

#include "identity/testing_keys.h"

namespace hearth::identity {
namespace {

using Verdict = Conditions::Verdict;

Conditions parsed(std::string_view block) {
  auto document = base::parseJson(block);
  EXPECT_TRUE(document.ok()) << block;
  auto conditions = Conditions::parse(*document, Variables::kYes);
  EXPECT_TRUE(conditions.ok()) << block;
  return conditions.ok() ? *std::move(conditions) : Conditions();
}

bool holds(std::string_view block, std::map<std::string, std::vector<std::string>> values) {
  TestingKeys keys;
  keys.values = std::move(values);
  return parsed(block).evaluate(keys) == Verdict::kHold;
}

// One operator, one key "k" with one wanted value; `value` is the request's.
bool compare(const std::string& op, const std::string& wanted, const std::string& value) {
  return holds("{\"" + op + "\":{\"k\":\"" + wanted + "\"}}", {{"k", {value}}});
}

bool absent(const std::string& op, const std::string& wanted) {
  return holds("{\"" + op + "\":{\"k\":\"" + wanted + "\"}}", {});
}

TEST(Conditions, Strings) {
  EXPECT_TRUE(compare("StringEquals", "a", "a"));
  EXPECT_FALSE(compare("StringEquals", "a", "A"));
  EXPECT_FALSE(compare("StringEquals", "a*", "ab"));
  EXPECT_TRUE(compare("StringNotEquals", "a", "b"));
  EXPECT_FALSE(compare("StringNotEquals", "a", "a"));
  EXPECT_TRUE(compare("StringEqualsIgnoreCase", "aB", "Ab"));
  EXPECT_FALSE(compare("StringNotEqualsIgnoreCase", "aB", "Ab"));
  EXPECT_TRUE(compare("StringLike", "a*", "ab"));
  EXPECT_FALSE(compare("StringNotLike", "a*", "ab"));
  EXPECT_TRUE(compare("StringNotLike", "a*", "b"));
}

TEST(Conditions, Numbers) {
  EXPECT_TRUE(compare("NumericEquals", "10", "10.0"));
  EXPECT_TRUE(compare("NumericNotEquals", "10", "11"));
  EXPECT_TRUE(compare("NumericLessThan", "10", "9"));
  EXPECT_FALSE(compare("NumericLessThan", "10", "10"));
  EXPECT_TRUE(compare("NumericLessThanEquals", "10", "10"));
  EXPECT_TRUE(compare("NumericGreaterThan", "10", "10.5"));
  EXPECT_TRUE(compare("NumericGreaterThanEquals", "10", "10"));
  EXPECT_FALSE(compare("NumericGreaterThanEquals", "10", "9"));
  EXPECT_FALSE(compare("NumericLessThan", "10", "few"));
  EXPECT_TRUE(holds(R"({"NumericLessThanEquals":{"s3:max-keys":10}})", {{"s3:max-keys", {"5"}}}));
}

TEST(Conditions, Dates) {
  const std::string at = "2026-03-01T12:00:00Z";
  EXPECT_TRUE(compare("DateEquals", at, "2026-03-01T13:00:00+01:00"));
  EXPECT_TRUE(compare("DateNotEquals", at, "2026-03-01T12:00:01Z"));
  EXPECT_TRUE(compare("DateLessThan", at, "2026-03-01T11:59:59Z"));
  EXPECT_FALSE(compare("DateLessThan", at, at));
  EXPECT_TRUE(compare("DateLessThanEquals", at, at));
  EXPECT_TRUE(compare("DateGreaterThan", at, "2026-03-02"));
  EXPECT_TRUE(compare("DateGreaterThanEquals", at, at));
  EXPECT_TRUE(compare("DateGreaterThan", "1000", "1001"));
  EXPECT_FALSE(compare("DateGreaterThan", "soon", at));
}

TEST(Conditions, Booleans) {
  EXPECT_TRUE(compare("Bool", "true", "true"));
  EXPECT_FALSE(compare("Bool", "true", "false"));
  EXPECT_TRUE(holds(R"({"Bool":{"aws:SecureTransport":false}})", {{"aws:securetransport", {"false"}}}));
  EXPECT_FALSE(absent("Bool", "false"));
  EXPECT_TRUE(absent("BoolIfExists", "true"));
}

TEST(Conditions, Addresses) {
  EXPECT_TRUE(compare("IpAddress", "203.0.113.0/24", "203.0.113.77"));
  EXPECT_FALSE(compare("IpAddress", "203.0.113.0/24", "203.0.114.1"));
  EXPECT_TRUE(compare("IpAddress", "203.0.113.5", "203.0.113.5"));
  EXPECT_TRUE(compare("IpAddress", "203.0.113.128/25", "203.0.113.200"));
  EXPECT_FALSE(compare("IpAddress", "203.0.113.128/25", "203.0.113.100"));
  EXPECT_TRUE(compare("IpAddress", "0.0.0.0/0", "9.9.9.9"));
  EXPECT_TRUE(compare("IpAddress", "2001:db8::/33", "2001:db8:1::1"));
  EXPECT_FALSE(compare("IpAddress", "2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_FALSE(compare("IpAddress", "::/0", "9.9.9.9"));
  EXPECT_TRUE(compare("IpAddress", "9.9.9.9", "::ffff:9.9.9.9"));
  EXPECT_FALSE(compare("IpAddress", "9.9.9.9", "x"));
  EXPECT_TRUE(compare("NotIpAddress", "203.0.113.0/24", "9.9.9.9"));
  EXPECT_TRUE(absent("NotIpAddress", "203.0.113.0/24"));
  EXPECT_FALSE(absent("IpAddress", "203.0.113.0/24"));
}

TEST(Conditions, Arns) {
  EXPECT_TRUE(compare("ArnEquals", "arn:aws:iam::*:role/a*", "arn:aws:iam::1:role/abc"));
  EXPECT_TRUE(compare("ArnLike", "arn:aws:iam::1:role/a", "arn:aws:iam::1:role/a"));
  EXPECT_FALSE(compare("ArnLike", "arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b"));
  EXPECT_TRUE(compare("ArnNotLike", "arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b"));
  EXPECT_FALSE(compare("ArnNotEquals", "arn:aws:iam::1:role/*", "arn:aws:iam::1:role/b"));
}

TEST(Conditions, Null) {
  EXPECT_TRUE(absent("Null", "true"));
  EXPECT_FALSE(absent("Null", "false"));
  EXPECT_TRUE(compare("Null", "false", "x"));
  EXPECT_FALSE(compare("Null", "true", "x"));
}

TEST(Conditions, WhatIsAbsentFailsUnlessItIsNegatedOrMayBe) {
  for (const char* op : {"StringEquals", "StringLike", "NumericEquals", "DateLessThan", "ArnLike", "BinaryEquals",
                         "ForAnyValue:StringEquals", "ForAnyValue:StringNotEquals"})
    EXPECT_FALSE(absent(op, "1")) << op;
  for (const char* op : {"StringNotEquals", "StringNotLike", "NumericNotEquals", "DateNotEquals", "ArnNotLike",
                         "StringEqualsIfExists", "NumericLessThanIfExists", "ForAllValues:StringEquals"})
    EXPECT_TRUE(absent(op, "1")) << op;
}

TEST(Conditions, SeveralWantedValuesAreAlternatives) {
  EXPECT_TRUE(holds(R"({"StringEquals":{"k":["a","b"]}})", {{"k", {"b"}}}));
  EXPECT_FALSE(holds(R"({"StringNotEquals":{"k":["a","b"]}})", {{"k", {"b"}}}));
  EXPECT_TRUE(holds(R"({"StringNotEquals":{"k":["a","b"]}})", {{"k", {"c"}}}));
  EXPECT_FALSE(holds(R"({"StringEquals":{"k":[]}})", {{"k", {"c"}}}));
  EXPECT_FALSE(holds(R"({"StringNotEquals":{"k":[]}})", {{"k", {"c"}}}));
}

TEST(Conditions, SeveralKeysAndOperatorsMustAllHold) {
  const char* block = R"({"StringEquals":{"k":"a","l":"b"},"Bool":{"m":"true"}})";
  EXPECT_TRUE(holds(block, {{"k", {"a"}}, {"l", {"b"}}, {"m", {"true"}}}));
  EXPECT_FALSE(holds(block, {{"k", {"a"}}, {"l", {"x"}}, {"m", {"true"}}}));
  EXPECT_FALSE(holds(block, {{"k", {"a"}}, {"l", {"b"}}}));
}

TEST(Conditions, KeysWithSeveralValues) {
  const std::vector<std::string> both = {"a", "b"};
  EXPECT_TRUE(holds(R"({"ForAnyValue:StringEquals":{"k":["a"]}})", {{"k", both}}));
  EXPECT_FALSE(holds(R"({"ForAllValues:StringEquals":{"k":["a"]}})", {{"k", both}}));
  EXPECT_TRUE(holds(R"({"ForAllValues:StringLike":{"k":["a*","b"]}})", {{"k", both}}));
  EXPECT_TRUE(holds(R"({"ForAnyValue:StringNotEquals":{"k":["a"]}})", {{"k", both}}));
  EXPECT_FALSE(holds(R"({"ForAllValues:StringNotEquals":{"k":["a"]}})", {{"k", both}}));
  EXPECT_TRUE(holds(R"({"ForAllValues:StringNotEquals":{"k":["c"]}})", {{"k", both}}));
}

TEST(Conditions, KeysAreComparedWithoutCaseAndTextsHaveVariables) {
  EXPECT_TRUE(holds(R"({"StringEquals":{"AWS:UserName":"ann"}})", {{"aws:username", {"ann"}}}));
  EXPECT_TRUE(holds(R"({"StringLike":{"s3:prefix":"${aws:username}/*"}})",
                    {{"aws:username", {"ann"}}, {"s3:prefix", {"ann/x"}}}));
  EXPECT_FALSE(holds(R"({"StringLike":{"s3:prefix":"${aws:username}/*"}})", {{"s3:prefix", {"/x"}}}));
}

TEST(Conditions, AKeyThatIsNotKnownDecidesNothing) {
  TestingKeys keys;
  keys.unknown = {"aws:resourcetag/a"};
  keys.values["k"] = {"a"};
  EXPECT_EQ(parsed(R"({"StringEquals":{"aws:ResourceTag/a":"1","k":"a"}})").evaluate(keys), Verdict::kUndecided);
  EXPECT_EQ(parsed(R"({"StringEquals":{"aws:ResourceTag/a":"1","k":"b"}})").evaluate(keys), Verdict::kFail);
  EXPECT_EQ(parsed("{}").evaluate(keys), Verdict::kHold);
  EXPECT_EQ(parsed(R"({"anything":{}})").evaluate(keys), Verdict::kHold);
}

TEST(Conditions, WhatIsNoConditionIsRefused) {
  for (const char* block : {"[]", "1", R"({"StringEquals":"x"})", R"({"StringMatches":{"k":"x"}})",
                            R"({"ForSomeValues:StringEquals":{"k":"x"}})", R"({"StringEquals":{"k":{}}})",
                            R"({"StringEquals":{"k":[{}]}})", R"({"stringequals":{"k":"x"}})"}) {
    auto document = base::parseJson(block);
    ASSERT_TRUE(document.ok());
    EXPECT_FALSE(Conditions::parse(*document, Variables::kYes).ok()) << block;
  }
}

// "${aws:ResourceTag/team}" is not known here: a comparison with it says nothing.
TEST(Conditions, AVariableThatIsNotKnownDecidesNothing) {
  TestingKeys keys;
  keys.values["aws:principaltag/team"] = {"a"};
  keys.unknown = {"aws:resourcetag/team"};
  for (const char* op : {"StringEquals", "StringNotEquals", "StringLike", "StringNotLike"})
    for (const char* wanted : {"${aws:ResourceTag/team}", "${aws:ResourceTag/team, 'a'}"})
      EXPECT_EQ(
          parsed("{\"" + std::string(op) + R"(":{"aws:PrincipalTag/team":")" + wanted + "\"}}").evaluate(keys),
          Verdict::kUndecided)
          << op << " " << wanted;
}

TEST(Conditions, ADateThatCannotBeReadDecidesNothing) {
  TestingKeys keys;
  keys.values["k"] = {"2026-03-01T12:00:00Z"};
  EXPECT_EQ(parsed(R"({"DateNotEquals":{"k":"01T"}})").evaluate(keys), Verdict::kUndecided);
  EXPECT_EQ(parsed(R"({"DateLessThan":{"k":["2026-03-02","01T"]}})").evaluate(keys), Verdict::kUndecided);
  EXPECT_EQ(parsed(R"({"DateLessThan":{"k":"2026-03-02T00:00:00Z"}})").evaluate(keys), Verdict::kHold);
}

TEST(Conditions, ValuesThatAnOperatorCannotReadAreRefused) {
  auto isRefused = [](const std::string& op, const std::string& value) {
    auto block = base::parseJson("{\"" + op + "\":{\"k\":[\"" + value + "\"]}}");
    return !Conditions::parse(*block, Variables::kYes).ok();
  };
  for (const char* nonsense : {"", "9.9.9.9/33", "9.9.9.9/", "9.9.9.9/x", "9.9.9", "::/129", "x"})
    EXPECT_TRUE(isRefused("IpAddress", nonsense)) << nonsense;
  EXPECT_TRUE(isRefused("NotIpAddress", "203.0.113.x"));
  EXPECT_FALSE(isRefused("NotIpAddress", "2001:db8::/32"));
  EXPECT_TRUE(isRefused("NumericLessThan", "ten"));
  EXPECT_FALSE(isRefused("NumericLessThan", "10"));
  EXPECT_TRUE(isRefused("Bool", "yes"));
  EXPECT_FALSE(isRefused("Bool", "True"));
  EXPECT_TRUE(isRefused("Null", "0"));
}

}  // namespace
}  // namespace hearth::identity
