#include "identity/authority.h"

#include <gtest/gtest.h>

#include <chrono>

#include "base/file.h"

namespace hearth::identity {
namespace {

const std::string kAccount = "111122223333";
const std::string kRole = "arn:aws:iam::111122223333:role/app/worker";
const std::string kSession = "arn:aws:sts::111122223333:assumed-role/worker/one";

std::string policy(const std::string& rest) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject",)" + rest + "}]}";
}

class Principals final : public ports::PolicySource {
 public:
  std::map<std::string, ports::PrincipalPolicies> byArn;
  std::uint64_t generation = 0;
  mutable int asked = 0;

  ports::PrincipalPolicies policiesOf(const std::string& arn) const override {
    ++asked;
    auto it = byArn.find(arn);
    return it == byArn.end() ? ports::PrincipalPolicies{} : it->second;
  }
  std::uint64_t policyGeneration() const override { return generation; }
  void put(const std::string& arn, const std::string& document, const std::string& identityArn) {
    byArn[arn] = {identityArn, {{"Team", "a"}}, {{ports::PolicyPart::kGrant, "p", "", identityArn, document}}};
    ++generation;
  }
};

class Buckets final : public ports::ResourcePolicySource {
 public:
  std::map<std::string, ports::ResourcePolicy> byArn;
  std::uint64_t generation = 0;
  mutable int asked = 0;

  std::string_view policyHolder(std::string_view, std::string_view resource) const override {
    return resource.substr(0, resource.find('/'));
  }
  Result<ports::ResourcePolicy> resourcePolicyOf(const std::string& holder) const override {
    ++asked;
    auto it = byArn.find(holder);
    if (it == byArn.end()) return Fault("NoSuchBucket", "The specified bucket does not exist", 404);
    return it->second;
  }
  bool hasPolicies() const override { return true; }
  std::uint64_t resourcePolicyGeneration() const override { return generation; }
};

class AuthorityTest : public ::testing::Test {
 protected:
  AuthorityTest()
      : folder_(makeFolder()),
        database_(folder_ + "/hearth.db"),
        clock_(base::parseIso8601("2026-03-01T12:00:00Z").value()) {
    buckets_.byArn["arn:aws:s3:::b"] = {kAccount, ""};
    authority_.addResourcePolicies("s3", buckets_);
    authority_.addKeys({"s3:prefix", "s3:RequestObjectTag/"});
    call_.principal = {kAccount, kSession, "AROA1:one", "ASIA1"};
    call_.account = kAccount;
    call_.region = "eu-central-1";
    call_.now = clock_.now();
  }
  ~AuthorityTest() override {
    database_.stop();
    base::removeTree(folder_);
  }
  static std::string makeFolder() {
    std::string pattern = ::testing::TempDir() + "hearth-authority-XXXXXX";
    return ::mkdtemp(pattern.data());
  }
  void grant(const std::string& rest) { principals_.put(kSession, policy(rest), kRole); }
  std::string ask(const std::string& resource = "arn:aws:s3:::b/k", const std::string& action = "s3:GetObject") {
    api::Access access{action, resource};
    access.conditions = conditions_;
    auto answer = authority_.check({call_, access});
    return answer.ok() ? "allowed" + *answer : answer.fault().code;
  }

  std::string folder_;
  store::Database database_;
  base::ManualClock clock_;
  Principals principals_;
  Buckets buckets_;
  Authority authority_{database_, principals_, clock_};
  api::Call call_;
  ports::ConditionValues conditions_;
};

TEST_F(AuthorityTest, PoliciesAreCompiledOnceAndAgainWhenTheyChange) {
  grant(R"("Resource":"arn:aws:s3:::b/*")");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(), "allowed");
  EXPECT_EQ(principals_.asked, 1);
  EXPECT_EQ(buckets_.asked, 1);
  call_.principal.arn = "arn:aws:sts::111122223333:assumed-role/worker/two";
  EXPECT_EQ(ask(), "allowed") << "another session of the same role";
  EXPECT_EQ(principals_.asked, 1);
  grant(R"("Resource":"arn:aws:s3:::c/*")");
  call_.principal.arn = kSession;
  EXPECT_EQ(ask(), "AccessDenied");
  EXPECT_EQ(principals_.asked, 2);
  buckets_.byArn["arn:aws:s3:::b"].document = policy(R"("Resource":"arn:aws:s3:::b/*","Principal":"*")");
  EXPECT_EQ(ask(), "AccessDenied") << "not before the generation says so";
  ++buckets_.generation;
  EXPECT_EQ(ask(), "allowed");
}

TEST_F(AuthorityTest, WhatTheServiceSaysComesFirst) {
  EXPECT_EQ(ask("arn:aws:s3:::none/k"), "NoSuchBucket");
  grant(R"("Resource":"*")");
  EXPECT_EQ(ask("arn:aws:s3:::none/k"), "NoSuchBucket");
}

TEST_F(AuthorityTest, AnotherAccountThatLetsTheCallerInIsNamed) {
  grant(R"("Resource":"*")");
  buckets_.byArn["arn:aws:s3:::b"] = {"444455556666", ""};
  EXPECT_EQ(ask(), "AccessDenied");
  buckets_.byArn["arn:aws:s3:::b"].document =
      policy(R"("Resource":"arn:aws:s3:::b/*","Principal":{"AWS":")" + kRole + "\"}");
  ++buckets_.generation;
  EXPECT_EQ(ask(), "allowed444455556666");
}

TEST_F(AuthorityTest, KeysOfTheRequest) {
  call_.secure = true;
  call_.sourceIp = "203.0.113.7";
  const auto holds = [this](const std::string& condition) {
    grant(R"("Resource":"*","Condition":{)" + condition + "}");
    return ask() == "allowed";
  };
  EXPECT_TRUE(holds(R"("Bool":{"aws:SecureTransport":"true"})"));
  EXPECT_TRUE(holds(R"("IpAddress":{"aws:SourceIp":"203.0.113.0/24"})"));
  EXPECT_TRUE(holds(R"("ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/app/worker"})"));
  EXPECT_TRUE(holds(R"("StringEquals":{"aws:PrincipalAccount":"111122223333"})"));
  EXPECT_TRUE(holds(R"("StringEquals":{"aws:PrincipalTag/team":"a","aws:PrincipalType":"AssumedRole"})"));
  EXPECT_TRUE(holds(R"("StringLike":{"aws:userid":"AROA1:*"},"Null":{"aws:username":"true"})"));
  EXPECT_TRUE(
      holds(R"("StringEquals":{"aws:RequestedRegion":"eu-central-1","aws:ResourceAccount":"111122223333"})"));
  EXPECT_TRUE(holds(R"("DateGreaterThan":{"aws:CurrentTime":"2026-03-01T11:00:00Z"})"));
  EXPECT_TRUE(holds(R"("NumericGreaterThan":{"aws:EpochTime":"1700000000"})"));
  EXPECT_TRUE(holds(R"("BoolIfExists":{"aws:MultiFactorAuthPresent":"false","aws:ViaAWSService":"false"})"));
  EXPECT_FALSE(holds(R"("StringEquals":{"aws:PrincipalOrgID":"o-1"})"));
  EXPECT_FALSE(holds(R"("StringNotEquals":{"aws:ResourceTag/team":"a"})")) << "not looked up";
  EXPECT_FALSE(holds(R"("Null":{"s3:ExistingObjectTag/a":"true"})")) << "no table gives it a value";
  EXPECT_TRUE(holds(R"("Null":{"s3:RequestObjectTag/a":"true","s3:prefix":"true"})"));
  EXPECT_TRUE(
      holds(R"("StringEquals":{"s3:signatureversion":"AWS4-HMAC-SHA256","s3:ResourceAccount":"111122223333"})"));
  conditions_ = {{"s3:RequestObjectTag/A", {"1"}}};
  EXPECT_TRUE(holds(R"("StringEquals":{"s3:requestobjecttag/a":"1"})"));
}

TEST_F(AuthorityTest, APolicyThatCannotBeReadDenies) {
  grant(R"("Resource":"*")");
  principals_.byArn[kSession].policies.push_back({ports::PolicyPart::kGrant, "q", "", kRole, "{"});
  ++principals_.generation;
  EXPECT_EQ(ask(), "AccessDenied");
}

TEST_F(AuthorityTest, ARoleThatAServiceActsAs) {
  principals_.put(kRole, policy(R"("Resource":"arn:aws:s3:::b/in/*")"), kRole);
  const auto mayDo = [this](const std::string& role, const std::string& resource) {
    auto answer = authority_.mayDo(
        {.roleArn = role, .sessionName = "nightly", .action = "s3:GetObject", .resource = resource});
    return answer.ok() ? std::string() : answer.fault().message;
  };
  EXPECT_EQ(mayDo(kRole, "arn:aws:s3:::b/in/x"), "");
  EXPECT_EQ(
      mayDo(kRole, "arn:aws:s3:::b/out/x"),
      "User: arn:aws:sts::111122223333:assumed-role/worker/nightly is not authorized to perform: s3:GetObject on "
      "resource: \"arn:aws:s3:::b/out/x\" because no identity-based policy allows the s3:GetObject action");
  EXPECT_EQ(mayDo("arn:aws:iam::111122223333:role/worker", "arn:aws:s3:::b/in/x"),
            "The role arn:aws:iam::111122223333:role/worker cannot be found.");
}

// What a decision costs the hot path is printed; that nothing is looked up again is what is tested.
TEST_F(AuthorityTest, TakesMicroseconds) {
  principals_.byArn[kSession] = {kRole, {}, {}};
  for (int i = 0; i < 10; ++i)
    principals_.byArn[kSession].policies.push_back(
        {ports::PolicyPart::kGrant, "p", "", kRole,
         policy(R"("Resource":["arn:aws:s3:::other/*/*/result.json","arn:aws:s3:::b/keys/*"])")});
  principals_.byArn[kSession].policies.push_back(
      {ports::PolicyPart::kGrant, "p", "", kRole, policy(R"("Resource":"arn:aws:s3:::b/*/*/*/result.json")")});
  ++principals_.generation;
  const api::Access access{"s3:GetObject", "arn:aws:s3:::b/2019/spring/ann/result.json"};
  constexpr int kTimes = 20'000;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kTimes; ++i) ASSERT_TRUE(authority_.check({call_, access}).ok());
  const auto each = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin) / kTimes;
  RecordProperty("microseconds", std::to_string(each.count()));
  std::printf("a decision over 11 policies: %.2f us\n", each.count());
  EXPECT_EQ(principals_.asked, 1);
}

// A role that was deleted and made again under its name is another.
TEST_F(AuthorityTest, KeysOfSomebodyWhoIsGoneMayNothing) {
  grant(R"("Resource":"arn:aws:s3:::b/*")");
  principals_.byArn[kSession].id = "AROA1";
  ++principals_.generation;
  EXPECT_EQ(ask(), "allowed");
  principals_.byArn[kSession].id = "AROA2";
  ++principals_.generation;
  EXPECT_EQ(ask(), "AccessDenied");
}

}  // namespace
}  // namespace hearth::identity
