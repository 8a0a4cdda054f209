#include "identity/trust_policy.h"

#include <gtest/gtest.h>

namespace hearth::identity {
namespace {

constexpr std::string_view kMine = "111122223333";

Policy parsed(std::string_view text) {
  auto policy = Policy::parse(text, PolicyForm::kTrust);
  EXPECT_TRUE(policy.ok()) << text;
  return policy.ok() ? *std::move(policy) : Policy();
}

TEST(TrustPolicy, NamesAService) {
  auto policy = parsed(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":
      ["lambda.amazonaws.com","scheduler.amazonaws.com"]},"Action":"sts:AssumeRole"}})");
  EXPECT_TRUE(trustsService(policy, "lambda.amazonaws.com", kMine));
  EXPECT_TRUE(trustsService(policy, "Scheduler.amazonaws.com", kMine));
  EXPECT_FALSE(trustsService(policy, "events.amazonaws.com", kMine));
}

TEST(TrustPolicy, AServiceIsLetInByItsNameAlone) {
  for (const char* principal : {R"("*")", R"({"AWS":"*"})", R"({"AWS":"arn:aws:iam::111122223333:root"})",
                                R"({"Federated":"lambda.amazonaws.com"})"})
    EXPECT_FALSE(trustsService(parsed(std::string(R"({"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
        "Principal":)") + principal + "}]}"),
                               "lambda.amazonaws.com", kMine))
        << principal;
}

TEST(TrustPolicy, ActionsHaveWildcards) {
  auto allows = [](const std::string& action) {
    return trustsService(parsed(R"({"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},
        "Action":")" + action + "\"}]}"),
                         "lambda.amazonaws.com", kMine);
  };
  for (const char* yes : {"*", "sts:*", "STS:assumerole", "sts:Assume*", "sts:AssumeRole*", "sts:?ssume*e"})
    EXPECT_TRUE(allows(yes)) << yes;
  for (const char* no : {"sts:AssumeRoleWithSAML", "sts:Assume", "sts:AssumeRole?", "s3:*", ""})
    EXPECT_FALSE(allows(no)) << no;
}

TEST(TrustPolicy, DenyWinsAndConditionsDoNotOpenDoors) {
  auto denied = parsed(R"({"Statement":[
      {"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"},
      {"Effect":"Deny","Principal":{"Service":"lambda.amazonaws.com"},"Action":"*"}]})");
  EXPECT_FALSE(trustsService(denied, "lambda.amazonaws.com", kMine));
  auto conditional = parsed(R"({"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},
      "Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceArn":"arn:aws:lambda:*"}}}]})");
  EXPECT_FALSE(trustsService(conditional, "lambda.amazonaws.com", kMine));
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
  constexpr std::string_view kService = "scheduler.amazonaws.com";
  auto exact = policy("Allow", R"({"StringEquals":{"aws:SourceAccount":["1","111122223333"]}})");
  EXPECT_TRUE(trustsService(exact, kService, kMine));
  EXPECT_FALSE(trustsService(exact, kService, "444455556666"));
  auto like = policy("Allow", R"({"StringLike":{"AWS:sourceaccount":"1111*"}})");
  EXPECT_TRUE(trustsService(like, kService, kMine));
  EXPECT_FALSE(trustsService(like, kService, "444455556666"));
  auto both = policy("Allow", R"({"StringEquals":{"aws:SourceAccount":"111122223333","aws:Other":"x"}})");
  EXPECT_FALSE(trustsService(both, kService, kMine));
  auto refused = policy("Deny", R"({"StringEquals":{"aws:SourceAccount":"111122223333"}})");
  EXPECT_FALSE(trustsService(refused, kService, kMine));
}

TEST(TrustPolicy, MalformedOnesAreRefused) {
  for (const char* text :
       {"", "[]", "{}", R"({"Statement":[{}]})", R"({"Statement":[{"Effect":"Maybe"}]})",
        R"({"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole"}]})",
        R"({"Statement":[{"Effect":"Allow","Action":{},"Principal":"*"}]})",
        R"({"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*","Resource":"*"}]})"}) {
    auto policy = Policy::parse(text, PolicyForm::kTrust);
    ASSERT_FALSE(policy.ok()) << text;
    EXPECT_EQ(policy.fault().code, "MalformedPolicyDocument");
  }
}

}  // namespace
}  // namespace hearth::identity
