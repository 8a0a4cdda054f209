#include "identity/trust_policy.h"

#include <gtest/gtest.h>

namespace hearth::identity {
namespace {

TrustPolicy parsed(std::string_view text) {
  auto policy = TrustPolicy::parse(text);
  EXPECT_TRUE(policy.ok()) << text;
  return policy.ok() ? *policy : TrustPolicy();
}

TEST(TrustPolicy, NamesAService) {
  auto policy = parsed(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":
      ["lambda.amazonaws.com","scheduler.amazonaws.com"]},"Action":"sts:AssumeRole"}})");
  EXPECT_TRUE(policy.allowsService("lambda.amazonaws.com", "111122223333"));
  EXPECT_TRUE(policy.allowsService("scheduler.amazonaws.com", "111122223333"));
  EXPECT_FALSE(policy.allowsService("events.amazonaws.com", "111122223333"));
  EXPECT_FALSE(policy.allowsPrincipal("arn:aws:iam::111122223333:user/eve", "111122223333"));
}

TEST(TrustPolicy, RootStandsForItsAccount) {
  auto policy = parsed(R"({"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},
      "Action":"sts:AssumeRole"}]})");
  EXPECT_TRUE(policy.allowsPrincipal("arn:aws:iam::111122223333:user/ann", "111122223333"));
  EXPECT_FALSE(policy.allowsPrincipal("arn:aws:iam::444455556666:user/eve", "444455556666"));
  EXPECT_FALSE(policy.allowsService("lambda.amazonaws.com", "111122223333"));
}

TEST(TrustPolicy, ARoleStandsForItsSessions) {
  auto policy = parsed(R"({"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
      "Principal":{"AWS":"arn:aws:iam::111122223333:role/app/worker"}}]})");
  EXPECT_TRUE(policy.allowsPrincipal("arn:aws:sts::111122223333:assumed-role/worker/one", "111122223333"));
  EXPECT_FALSE(policy.allowsPrincipal("arn:aws:sts::111122223333:assumed-role/worker2/one", "111122223333"));
  EXPECT_FALSE(policy.allowsPrincipal("arn:aws:sts::444455556666:assumed-role/worker/one", "444455556666"));
  EXPECT_FALSE(policy.allowsPrincipal("arn:aws:iam::111122223333:user/worker", "111122223333"));
}

TEST(TrustPolicy, ActionsHaveWildcards) {
  auto allows = [](const std::string& action) {
    return parsed(R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":")" + action + "\"}]}")
        .allowsPrincipal("arn:aws:iam::1:user/ann", "1");
  };
  for (const char* yes : {"*", "sts:*", "STS:assumerole", "sts:Assume*", "sts:AssumeRole*", "sts:?ssume*e"})
    EXPECT_TRUE(allows(yes)) << yes;
  for (const char* no : {"sts:AssumeRoleWithSAML", "sts:Assume", "sts:AssumeRole?", "s3:*", ""})
    EXPECT_FALSE(allows(no)) << no;
}

TEST(TrustPolicy, DenyWinsAndConditionsDoNotOpenDoors) {
  auto denied = parsed(R"({"Statement":[
      {"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"},
      {"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::1:user/eve"},"Action":"sts:AssumeRole"}]})");
  EXPECT_TRUE(denied.allowsPrincipal("arn:aws:iam::1:user/ann", "1"));
  EXPECT_FALSE(denied.allowsPrincipal("arn:aws:iam::1:user/eve", "1"));
  auto conditional = parsed(R"({"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},
      "Action":"sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]})");
  EXPECT_FALSE(conditional.allowsService("lambda.amazonaws.com", "111122223333"));
  auto other = parsed(R"({"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},
      "Action":"sts:TagSession"}]})");
  EXPECT_FALSE(other.allowsService("lambda.amazonaws.com", "111122223333"));
}

TEST(TrustPolicy, TheSourceAccountIsDecided) {
  auto policy = [](const std::string& effect, const std::string& condition) {
    return parsed(
        R"({"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:*"},
        {"Effect":")" +
        effect + R"(","Principal":{"Service":"scheduler.amazonaws.com"},
        "Action":"sts:AssumeRole","Condition":)" +
        condition + "}]}");
  };
  auto exact = policy("Allow", R"({"StringEquals":{"aws:SourceAccount":["1","111122223333"]}})");
  EXPECT_TRUE(exact.allowsService("scheduler.amazonaws.com", "111122223333"));
  EXPECT_FALSE(exact.allowsService("scheduler.amazonaws.com", "444455556666"));
  auto like = policy("Allow", R"({"StringLike":{"AWS:sourceaccount":"1111*"}})");
  EXPECT_TRUE(like.allowsService("scheduler.amazonaws.com", "111122223333"));
  EXPECT_FALSE(like.allowsService("scheduler.amazonaws.com", "444455556666"));
  auto both = policy("Allow", R"({"StringEquals":{"aws:SourceAccount":"111122223333","aws:Other":"x"}})");
  EXPECT_FALSE(both.allowsService("scheduler.amazonaws.com", "111122223333"));
  auto denied = policy("Deny", R"({"StringEquals":{"aws:SourceAccount":"111122223333"}})");
  EXPECT_FALSE(denied.allowsService("scheduler.amazonaws.com", "111122223333"));
}

TEST(TrustPolicy, MalformedOnesAreRefused) {
  for (const char* text :
       {"", "[]", "{}", R"({"Statement":[{}]})", R"({"Statement":[{"Effect":"Maybe"}]})",
        R"({"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole"}]})",
        R"({"Statement":[{"Effect":"Allow","Action":7,"Principal":"*"}]})",
        R"({"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*","Resource":"*"}]})"}) {
    auto policy = TrustPolicy::parse(text);
    ASSERT_FALSE(policy.ok()) << text;
    EXPECT_EQ(policy.fault().code, "MalformedPolicyDocument");
  }
}

}  // namespace
}  // namespace hearth::identity
