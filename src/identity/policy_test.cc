#include "identity/policy.h"

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "identity/testing_keys.h"

namespace hearth::identity {
namespace {

const Actor kAnn{"111122223333", "arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:user/ann", ""};
const Actor kRoot{"111122223333", "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root", ""};
const Actor kSession{"111122223333", "arn:aws:sts::111122223333:assumed-role/worker/one",
                     "arn:aws:iam::111122223333:role/app/worker", ""};
const Actor kEve{"444455556666", "arn:aws:iam::444455556666:user/eve", "arn:aws:iam::444455556666:user/eve", ""};
const Actor kLambda{"", "", "", "lambda.amazonaws.com"};

Policy parsed(const std::string& statements, PolicyForm form, std::string_view version = "2012-10-17") {
  const std::string text = R"({"Version":")" + std::string(version) + R"(","Statement":)" + statements + "}";
  auto policy = Policy::parse(text, form);
  EXPECT_TRUE(policy.ok()) << text << (policy.ok() ? "" : policy.fault().message);
  return policy.ok() ? *std::move(policy) : Policy();
}

Ruling rule(const Policy& policy, const Actor& actor, std::string_view action, std::string_view resource,
            const ConditionKeys& keys = TestingKeys()) {
  const std::string lower = base::toLower(action);
  return policy.rule({actor, action, lower, resource, keys});
}

// Whether an identity's policy with this statement allows the action.
bool allows(const std::string& statement, std::string_view action, std::string_view resource) {
  const Ruling ruling = rule(parsed(statement, PolicyForm::kIdentity), kAnn, action, resource);
  return !ruling.denied && ruling.grant == Grant::kActor;
}

// What a resource's policy for this principal grants.
Grant grants(const std::string& principal, const Actor& actor) {
  return rule(parsed(R"({"Effect":"Allow","Action":"*","Resource":"*",)" + principal + "}", PolicyForm::kResource),
              actor, "s3:GetObject", "arn:aws:s3:::b/k")
      .grant;
}

TEST(Policy, Actions) {
  const char* kGet = R"({"Effect":"Allow","Action":["s3:Get*","logs:PutLogEvent?"],"Resource":"*"})";
  EXPECT_TRUE(allows(kGet, "s3:GetObject", "x"));
  EXPECT_TRUE(allows(kGet, "S3:getobject", "x"));
  EXPECT_TRUE(allows(kGet, "logs:PutLogEvents", "x"));
  EXPECT_FALSE(allows(kGet, "s3:PutObject", "x"));
  EXPECT_FALSE(allows(kGet, "logs:PutLogEvent", "x"));
  const char* kNot = R"({"Effect":"Allow","NotAction":["iam:*","sts:*"],"Resource":"*"})";
  EXPECT_TRUE(allows(kNot, "s3:GetObject", "x"));
  EXPECT_FALSE(allows(kNot, "IAM:CreateUser", "x"));
}

TEST(Policy, Resources) {
  const char* kKeys = R"({"Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::b/in/*","arn:aws:s3:::c"]})";
  EXPECT_TRUE(allows(kKeys, "s3:GetObject", "arn:aws:s3:::b/in/x/y"));
  EXPECT_TRUE(allows(kKeys, "s3:ListBucket", "arn:aws:s3:::c"));
  EXPECT_FALSE(allows(kKeys, "s3:GetObject", "arn:aws:s3:::b/out/x"));
  EXPECT_FALSE(allows(kKeys, "s3:GetObject", "arn:aws:s3:::c/x"));
  EXPECT_FALSE(allows(kKeys, "s3:GetObject", "arn:aws:s3:::B/in/x"));
  const char* kNot = R"({"Effect":"Allow","Action":"s3:*","NotResource":"arn:aws:s3:::b/keys/*"})";
  EXPECT_TRUE(allows(kNot, "s3:GetObject", "arn:aws:s3:::b/x"));
  EXPECT_FALSE(allows(kNot, "s3:GetObject", "arn:aws:s3:::b/keys/x"));
}

TEST(Policy, VariablesOfTheNewVersionAlone) {
  TestingKeys keys;
  keys.values["aws:username"] = {"ann"};
  const std::string statement = R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}/*"})";
  const auto asks = [&](std::string_view version, std::string_view resource) {
    return rule(parsed(statement, PolicyForm::kIdentity, version), kAnn, "s3:GetObject", resource, keys).grant;
  };
  EXPECT_EQ(asks("2012-10-17", "arn:aws:s3:::b/ann/x"), Grant::kActor);
  EXPECT_EQ(asks("2012-10-17", "arn:aws:s3:::b/eve/x"), Grant::kNone);
  EXPECT_EQ(asks("2008-10-17", "arn:aws:s3:::b/ann/x"), Grant::kNone);
  EXPECT_EQ(asks("2008-10-17", "arn:aws:s3:::b/${aws:username}/x"), Grant::kActor);
}

TEST(Policy, DenialsWin) {
  const auto policy = parsed(R"([{"Effect":"Allow","Action":"*","Resource":"*"},
                                 {"Effect":"Deny","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::b/*"}])",
                             PolicyForm::kIdentity);
  EXPECT_TRUE(rule(policy, kAnn, "s3:DeleteObject", "arn:aws:s3:::b/k").denied);
  EXPECT_FALSE(rule(policy, kAnn, "s3:DeleteObject", "arn:aws:s3:::c/k").denied);
  EXPECT_FALSE(rule(policy, kAnn, "s3:GetObject", "arn:aws:s3:::b/k").denied);
}

TEST(Policy, ConditionsThatAreUndecidedOpenNothingAndDeny) {
  TestingKeys keys;
  keys.unknown = {"aws:resourcetag/team"};
  const std::string condition = R"("Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}})";
  const auto allowed =
      parsed(R"({"Effect":"Allow","Action":"*","Resource":"*",)" + condition, PolicyForm::kIdentity);
  EXPECT_EQ(rule(allowed, kAnn, "s3:GetObject", "x", keys).grant, Grant::kNone);
  const auto denied = parsed(R"({"Effect":"Deny","Action":"*","Resource":"*",)" + condition, PolicyForm::kIdentity);
  EXPECT_TRUE(rule(denied, kAnn, "s3:GetObject", "x", keys).denied);
}

TEST(Policy, PrincipalsAreMoreOrLessDirect) {
  EXPECT_EQ(grants(R"("Principal":"*")", kAnn), Grant::kIdentity);
  EXPECT_EQ(grants(R"("Principal":{"AWS":"*"})", kEve), Grant::kIdentity);
  EXPECT_EQ(grants(R"("Principal":{"AWS":"111122223333"})", kAnn), Grant::kAccount);
  EXPECT_EQ(grants(R"("Principal":{"AWS":["arn:aws:iam::111122223333:root"]})", kSession), Grant::kAccount);
  EXPECT_EQ(grants(R"("Principal":{"AWS":"arn:aws:iam::111122223333:root"})", kRoot), Grant::kActor);
  EXPECT_EQ(grants(R"("Principal":{"AWS":"arn:aws:iam::111122223333:root"})", kEve), Grant::kNone);
  EXPECT_EQ(grants(R"("Principal":{"AWS":"arn:aws:iam::111122223333:user/ann"})", kAnn), Grant::kActor);
  EXPECT_EQ(grants(R"("Principal":{"AWS":"arn:aws:iam::111122223333:user/ann"})", kRoot), Grant::kNone);
  EXPECT_EQ(grants(R"("Principal":{"AWS":"arn:aws:iam::111122223333:role/app/worker"})", kSession),
            Grant::kIdentity);
  EXPECT_EQ(grants(R"("Principal":{"AWS":"arn:aws:iam::111122223333:role/worker"})", kSession), Grant::kNone);
  EXPECT_EQ(grants(R"("Principal":{"AWS":"arn:aws:sts::111122223333:assumed-role/worker/one"})", kSession),
            Grant::kActor);
  EXPECT_EQ(grants(R"("Principal":{"AWS":"arn:aws:sts::111122223333:assumed-role/worker/two"})", kSession),
            Grant::kNone);
  EXPECT_EQ(grants(R"("Principal":{"AWS":"arn:aws:iam::111122223333:user/*"})", kAnn), Grant::kNone);
  EXPECT_EQ(grants(R"("Principal":{"Service":"lambda.amazonaws.com"})", kLambda), Grant::kActor);
  EXPECT_EQ(grants(R"("Principal":{"Service":"lambda.amazonaws.com"})", kAnn), Grant::kNone);
  EXPECT_EQ(grants(R"("Principal":{"CanonicalUser":"abc","Federated":"x"})", kAnn), Grant::kNone);
}

TEST(Policy, ARoleWhosePathIsNotKnownGoesByItsName) {
  Actor session = kSession;
  session.identityArn = session.arn;
  EXPECT_EQ(grants(R"("Principal":{"AWS":"arn:aws:iam::111122223333:role/app/worker"})", session),
            Grant::kIdentity);
  EXPECT_EQ(grants(R"("Principal":{"AWS":"arn:aws:iam::111122223333:role/app/worker2"})", session), Grant::kNone);
  EXPECT_EQ(grants(R"("Principal":{"AWS":"arn:aws:iam::444455556666:role/app/worker"})", session), Grant::kNone);
}

TEST(Policy, TheStrongestGrantCounts) {
  const auto policy = parsed(R"([{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"},
      {"Effect":"Allow","Action":"*","Resource":"*","Principal":{"AWS":"arn:aws:iam::111122223333:user/ann"}},
      {"Effect":"Allow","Action":"*","Resource":"*","Principal":{"AWS":"111122223333"}}])",
                             PolicyForm::kResource);
  EXPECT_EQ(rule(policy, kAnn, "s3:GetObject", "x").grant, Grant::kActor);
  EXPECT_EQ(rule(policy, kEve, "s3:GetObject", "x").grant, Grant::kIdentity);
}

TEST(Policy, NotPrincipalSparesThoseAloneWhoAreNamedWhole) {
  const auto spares = [](const std::string& names, const Actor& actor) {
    return !rule(parsed(R"({"Effect":"Deny","Action":"*","Resource":"*","NotPrincipal":{"AWS":[)" + names + "]}}",
                        PolicyForm::kResource),
                 actor, "s3:GetObject", "x")
                .denied;
  };
  const std::string root = R"("arn:aws:iam::111122223333:root")";
  EXPECT_TRUE(spares(root + R"(,"arn:aws:iam::111122223333:user/ann")", kAnn));
  EXPECT_FALSE(spares(R"("arn:aws:iam::111122223333:user/ann")", kAnn));
  EXPECT_FALSE(spares(root, kAnn));
  EXPECT_TRUE(spares(root, kRoot));
  EXPECT_FALSE(spares(root + R"(,"arn:aws:iam::111122223333:user/ann")", kEve));
  const std::string session = R"("arn:aws:sts::111122223333:assumed-role/worker/one")";
  const std::string role = R"("arn:aws:iam::111122223333:role/app/worker")";
  EXPECT_TRUE(spares(root + "," + role + "," + session, kSession));
  EXPECT_FALSE(spares(root + "," + session, kSession));
}

TEST(Policy, WhatIsPublic) {
  const auto isPublic = [](const std::string& rest) {
    return parsed(R"({"Action":"s3:GetObject","Resource":"*",)" + rest + "}", PolicyForm::kResource).isPublic();
  };
  EXPECT_TRUE(isPublic(R"("Effect":"Allow","Principal":"*")"));
  EXPECT_TRUE(isPublic(R"("Effect":"Allow","Principal":{"AWS":["111122223333","*"]})"));
  EXPECT_TRUE(isPublic(R"("Effect":"Allow","NotPrincipal":{"AWS":"111122223333"})"));
  EXPECT_FALSE(isPublic(R"("Effect":"Deny","Principal":"*")"));
  EXPECT_FALSE(isPublic(R"("Effect":"Allow","Principal":{"AWS":"111122223333"})"));
  EXPECT_FALSE(isPublic(
      R"("Effect":"Allow","Principal":"*","Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}})"));
  EXPECT_FALSE(
      isPublic(R"("Effect":"Allow","Principal":"*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}})"));
  EXPECT_TRUE(isPublic(R"("Effect":"Allow","Principal":"*","Condition":{"StringLike":{"aws:SourceArn":"*"}})"));
  EXPECT_TRUE(
      isPublic(R"("Effect":"Allow","Principal":"*","Condition":{"StringNotEquals":{"aws:SourceAccount":"1"}})"));
  EXPECT_TRUE(isPublic(R"("Effect":"Allow","Principal":"*","Condition":{"Bool":{"aws:SecureTransport":"true"}})"));
}

TEST(Policy, WhatIsNoPolicyIsRefused) {
  const auto refused = [](const std::string& text, PolicyForm form) {
    auto policy = Policy::parse(text, form);
    return !policy.ok() && policy.fault().code == "MalformedPolicyDocument";
  };
  for (const char* text :
       {"", "[]", "{}", "{", R"({"Statement":1})", R"({"Statement":[1]})",
        R"({"Statement":{"Effect":"Allow","Resource":"*"}})", R"({"Statement":{"Effect":"Allow","Action":"*"}})",
        R"({"Statement":{"Effect":"allow","Action":"*","Resource":"*"}})",
        R"({"Statement":{"Action":"*","Resource":"*"}})",
        R"({"Statement":{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}})",
        R"({"Statement":{"Effect":"Allow","Action":"*","Resource":{}}})",
        R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":[]}})",
        R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}})"})
    EXPECT_TRUE(refused(text, PolicyForm::kIdentity)) << text;
  for (const char* text :
       {R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})",
        R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":"ann"}})",
        R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":{}}})",
        R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":{"User":"ann"}}})",
        R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*","NotPrincipal":"*"}})"})
    EXPECT_TRUE(refused(text, PolicyForm::kResource)) << text;
}

// What is not known in a resource opens nothing, and shuts what it might speak about.
TEST(Policy, AResourceWithAnUnknownVariable) {
  TestingKeys keys;
  keys.unknown = {"aws:resourcetag/team"};
  const Actor actor{"111122223333", "arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:user/ann", ""};
  auto rule = [&](const std::string& effect, const std::string& member, const std::string& resource) {
    auto policy = Policy::parse(R"({"Version":"2012-10-17","Statement":{"Action":"*","Effect":")" + effect +
                                    "\",\"" + member + R"(":"arn:aws:s3:::${aws:ResourceTag/team}/*"}})",
                                PolicyForm::kIdentity);
    return policy->rule({actor, "s3:GetObject", "s3:getobject", resource, keys});
  };
  EXPECT_EQ(rule("Allow", "Resource", "arn:aws:s3:::b/k").grant, Grant::kNone);
  EXPECT_EQ(rule("Allow", "NotResource", "arn:aws:s3:::b/k").grant, Grant::kNone);
  EXPECT_EQ(rule("Allow", "NotResource", "arn:aws:logs:b/k").grant, Grant::kActor);
  EXPECT_TRUE(rule("Deny", "Resource", "arn:aws:s3:::b/k").denied);
  EXPECT_TRUE(rule("Deny", "NotResource", "arn:aws:s3:::b/k").denied);
  EXPECT_FALSE(rule("Deny", "Resource", "arn:aws:logs:b/k").denied);
}

// Of a pair of members a JSON value keeps one without a word, and a list of nothing behind Not would be everything.
TEST(Policy, WhatCouldBeReadInTwoWaysIsRefused) {
  for (const char* text : {
           R"({"Statement": {"Effect": "Deny", "Effect": "Allow", "Action": "*", "Resource": "*"}})",
           R"({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"},
               "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})",
           R"({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition":
               {"StringEquals": {"aws:username": "a"}, "StringEquals": {"s3:prefix": "b"}}}})",
           R"({"Statement": {"Effect": "Allow", "Action": "*", "NotResource": [null]}})",
           R"({"Statement": {"Effect": "Allow", "NotAction": [], "Resource": "*"}})",
       }) {
    EXPECT_FALSE(Policy::parse(text, PolicyForm::kIdentity).ok()) << text;
  }
}

}  // namespace
}  // namespace hearth::identity
