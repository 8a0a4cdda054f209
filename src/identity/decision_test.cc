#include "identity/decision.h"

#include <gtest/gtest.h>

#include "identity/testing_keys.h"

namespace hearth::identity {
namespace {

using By = Decision::By;
using Outcome = Decision::Outcome;

constexpr const char* kAccount = "111122223333";
const std::string kAllow = R"({"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}})";
const std::string kDeny = R"({"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}})";
const std::string kOther = R"({"Statement":{"Effect":"Allow","Action":"logs:*","Resource":"*"}})";

Policy parsed(const std::string& text, PolicyForm form) {
  auto policy = Policy::parse(text, form);
  EXPECT_TRUE(policy.ok()) << text;
  return *std::move(policy);
}

std::string shared(const std::string& effect, const std::string& principal) {
  return R"({"Statement":{"Effect":")" + effect + R"(","Action":"s3:GetObject","Resource":"*","Principal":)" +
         principal + "}}";
}

class DecisionTest : public ::testing::Test {
 protected:
  Actor actor_{kAccount, "arn:aws:sts::111122223333:assumed-role/worker/one",
               "arn:aws:iam::111122223333:role/worker", ""};
  IdentityPolicies identity_{.arn = actor_.identityArn};
  std::optional<Policy> resource_;
  ResourceSide side_{.account = kAccount};
  TestingKeys keys_;

  void grant(const std::string& text) { identity_.grants.push_back(parsed(text, PolicyForm::kIdentity)); }
  void bound(const std::string& text) { identity_.boundary = parsed(text, PolicyForm::kIdentity); }
  void share(const std::string& text) {
    resource_ = parsed(text, side_.trust ? PolicyForm::kTrust : PolicyForm::kResource);
    side_.policy = &*resource_;
  }
  void asUser() {
    actor_.arn = actor_.identityArn = "arn:aws:iam::111122223333:user/ann";
    identity_.arn = actor_.arn;
  }
  PolicyRequest request() const { return {actor_, "s3:GetObject", "s3:getobject", "arn:aws:s3:::b/k", keys_}; }
  Decision decided() const { return decide(request(), &identity_, side_); }
  Decision decidedForRoot() {
    actor_.arn = actor_.identityArn = "arn:aws:iam::111122223333:root";
    return decide(request(), nullptr, side_);
  }
  void expect(Outcome outcome, By by) const {
    EXPECT_EQ(decided().outcome, outcome);
    EXPECT_EQ(decided().by, by);
  }
};

TEST_F(DecisionTest, NothingIsAllowedByItself) { expect(Outcome::kNotAllowed, By::kIdentity); }

TEST_F(DecisionTest, AnIdentityPolicyAllows) {
  grant(kOther);
  EXPECT_FALSE(decided().allowed());
  grant(kAllow);
  EXPECT_TRUE(decided().allowed());
}

TEST_F(DecisionTest, AnyDenialWins) {
  grant(kAllow);
  grant(kDeny);
  expect(Outcome::kDenied, By::kIdentity);
}

TEST_F(DecisionTest, ABoundaryLimitsAndGrantsNothing) {
  bound(kAllow);
  expect(Outcome::kNotAllowed, By::kIdentity);
  grant(kAllow);
  EXPECT_TRUE(decided().allowed());
  bound(kOther);
  expect(Outcome::kNotAllowed, By::kBoundary);
  bound(kDeny);
  expect(Outcome::kDenied, By::kBoundary);
}

TEST_F(DecisionTest, AResourceMayLetInWhomItNames) {
  share(shared("Allow", R"({"AWS":"arn:aws:iam::111122223333:role/worker"})"));
  EXPECT_TRUE(decided().allowed());
  bound(kOther);
  expect(Outcome::kNotAllowed, By::kIdentity);
  share(shared("Allow", R"({"AWS":"arn:aws:sts::111122223333:assumed-role/worker/one"})"));
  EXPECT_TRUE(decided().allowed());
  grant(kDeny);
  expect(Outcome::kDenied, By::kIdentity);
}

TEST_F(DecisionTest, AUserWhomAResourceNamesIsNotBound) {
  asUser();
  bound(kOther);
  share(shared("Allow", R"({"AWS":"arn:aws:iam::111122223333:user/ann"})"));
  EXPECT_TRUE(decided().allowed());
}

TEST_F(DecisionTest, AnAccountHandsOnWhatItIsGiven) {
  share(shared("Allow", R"({"AWS":"111122223333"})"));
  expect(Outcome::kNotAllowed, By::kIdentity);
  grant(kAllow);
  EXPECT_TRUE(decided().allowed());
}

TEST_F(DecisionTest, AResourceMayShutOutAnybody) {
  grant(kAllow);
  share(shared("Deny", R"("*")"));
  expect(Outcome::kDenied, By::kResource);
  EXPECT_EQ(decidedForRoot().outcome, Outcome::kDenied);
}

TEST_F(DecisionTest, RootNeedsNoPolicy) {
  EXPECT_TRUE(decidedForRoot().allowed());
  side_.account = "444455556666";
  EXPECT_EQ(decidedForRoot().by, By::kResource);
  share(shared("Allow", R"({"AWS":"111122223333"})"));
  EXPECT_TRUE(decidedForRoot().allowed());
}

TEST_F(DecisionTest, RootIsNotShutOutOfWhatItMayAlways) {
  share(shared("Deny", R"("*")"));
  side_.ownerMayAlways = true;
  EXPECT_FALSE(decided().allowed());
  EXPECT_TRUE(decidedForRoot().allowed());
  side_.account = "444455556666";
  EXPECT_FALSE(decidedForRoot().allowed());
}

TEST_F(DecisionTest, BetweenAccountsBothMustAllow) {
  side_.account = "444455556666";
  grant(kAllow);
  expect(Outcome::kNotAllowed, By::kResource);
  share(shared("Allow", R"({"AWS":"arn:aws:iam::111122223333:role/worker"})"));
  EXPECT_TRUE(decided().allowed());
  identity_.grants.clear();
  expect(Outcome::kNotAllowed, By::kIdentity);
  grant(kAllow);
  side_.ownAccountOnly = true;
  expect(Outcome::kNotAllowed, By::kResource);
}

TEST_F(DecisionTest, WithoutTrustNoPolicyOpensARole) {
  side_.trust = true;
  grant(kAllow);
  expect(Outcome::kNotAllowed, By::kResource);
  share(R"({"Statement":{"Effect":"Allow","Action":"*","Principal":{"AWS":"111122223333"}}})");
  EXPECT_TRUE(decided().allowed());
  identity_.grants.clear();
  EXPECT_FALSE(decided().allowed());
  share(
      R"({"Statement":{"Effect":"Allow","Action":"*","Principal":{"AWS":"arn:aws:iam::111122223333:role/worker"}}})");
  EXPECT_TRUE(decided().allowed());
}

TEST_F(DecisionTest, WhatCannotBeReadDenies) {
  grant(kAllow);
  side_.unreadable = true;
  expect(Outcome::kDenied, By::kResource);
  side_.unreadable = false;
  identity_.unreadable = true;
  expect(Outcome::kDenied, By::kIdentity);
}

TEST_F(DecisionTest, TheSessionsOfARoleThatIsGoneMayNothing) {
  identity_.arn = "";
  share(shared("Allow", R"("*")"));
  expect(Outcome::kNotAllowed, By::kIdentity);
}

TEST_F(DecisionTest, Words) {
  const std::string who = "User: arn:aws:sts::111122223333:assumed-role/worker/one is not authorized to perform: ";
  const auto words = [&](DenialStyle style) { return denial(request(), decided(), side_, style); };
  EXPECT_EQ(words(DenialStyle::kRest).message,
            who +
                "s3:GetObject on resource: arn:aws:s3:::b/k because no identity-based policy allows the "
                "s3:GetObject action");
  EXPECT_EQ(words(DenialStyle::kRest).code, "AccessDeniedException");
  EXPECT_EQ(words(DenialStyle::kRest).status, 403);
  EXPECT_EQ(words(DenialStyle::kJson).status, 400);
  EXPECT_EQ(words(DenialStyle::kQuery).code, "AccessDenied");
  EXPECT_EQ(words(DenialStyle::kS3).message,
            who +
                "s3:GetObject on resource: \"arn:aws:s3:::b/k\" because no identity-based policy allows the "
                "s3:GetObject action");
  EXPECT_EQ(
      words(DenialStyle::kSes).message,
      "User `arn:aws:sts::111122223333:assumed-role/worker/one' is not authorized to perform `s3:GetObject' on "
      "resource `arn:aws:s3:::b/k'");
  grant(kAllow);
  bound(kOther);
  EXPECT_TRUE(words(DenialStyle::kQuery)
                  .message.ends_with("because no permissions boundary allows the s3:GetObject action"));
  grant(kDeny);
  EXPECT_TRUE(words(DenialStyle::kQuery).message.ends_with("with an explicit deny in an identity-based policy"));
  side_.account = "444455556666";
  EXPECT_EQ(words(DenialStyle::kS3).message, "Access Denied");
}

}  // namespace
}  // namespace hearth::identity
