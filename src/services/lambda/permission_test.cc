#include "services/lambda/permission.h"

#include <gtest/gtest.h>

namespace hearth::services::lambda {
namespace {

const std::string kApi = "arn:aws:execute-api:eu-central-1:111122223333:abc123/v1/GET/tests";

ports::InvokeCaller gateway(std::string sourceArn = kApi) {
  return {"apigateway.amazonaws.com", std::move(sourceArn), "111122223333"};
}

Permission makePermission() {
  return {"sid", "lambda:InvokeFunction", "apigateway.amazonaws.com",
          "arn:aws:execute-api:eu-central-1:111122223333:abc123/*/GET/tests", ""};
}

TEST(Permission, AllowsWhatItNamesAndNothingElse) {
  EXPECT_TRUE(makePermission().allows(gateway()));
  EXPECT_FALSE(makePermission().allows({"events.amazonaws.com", kApi, "111122223333"})) << "another service";
  EXPECT_FALSE(
      makePermission().allows(gateway("arn:aws:execute-api:eu-central-1:111122223333:other/v1/GET/tests")));
  EXPECT_FALSE(makePermission().allows(gateway("")));
}

TEST(Permission, TheSourceAccountCountsWhereItIsGiven) {
  Permission permission = makePermission();
  permission.sourceArn.clear();
  permission.sourceAccount = "111122223333";
  EXPECT_TRUE(permission.allows(gateway()));
  permission.sourceAccount = "999999999999";
  EXPECT_FALSE(permission.allows(gateway()));
}

TEST(Permission, OnlyActionsThatInvokeAllowIt) {
  for (const char* action : {"lambda:InvokeFunction", "lambda:invokefunction", "lambda:*", "*"}) {
    Permission permission = makePermission();
    permission.action = action;
    EXPECT_TRUE(permission.allows(gateway())) << action;
  }
  Permission permission = makePermission();
  permission.action = "lambda:GetFunction";
  EXPECT_FALSE(permission.allows(gateway()));
}

TEST(Permission, ARoleOfAnotherAccountIsLetInByItselfOrItsAccount) {
  const ports::InvokeCaller role{.roleArn = "arn:aws:iam::444455556666:role/app/caller"};
  const auto allows = [&](const std::string& principal, const std::string& sourceArn = "",
                          const std::string& sourceAccount = "") {
    return Permission{"sid", "lambda:InvokeFunction", principal, sourceArn, sourceAccount}.allows(role);
  };
  for (const char* principal :
       {"*", "444455556666", "arn:aws:iam::444455556666:root", "arn:aws:iam::444455556666:role/app/caller"})
    EXPECT_TRUE(allows(principal)) << principal;
  for (const char* principal : {"apigateway.amazonaws.com", "111122223333", "arn:aws:iam::111122223333:root",
                                "arn:aws:iam::444455556666:role/caller", "arn:aws:iam::444455556666:user/caller"})
    EXPECT_FALSE(allows(principal)) << principal;
  EXPECT_FALSE(allows("*", "*")) << "there is no source";
  EXPECT_FALSE(allows("*", "", "444455556666"));
}

TEST(Permission, WhoCallsFromTheFunctionsOwnAccountNeedsNone) {
  const ports::InvokeCaller role{.roleArn = "arn:aws:iam::444455556666:role/caller"};
  EXPECT_TRUE(admits({}, role, "444455556666"));
  EXPECT_FALSE(admits({}, role, "111122223333")) << "its policies say nothing about others' functions";
  EXPECT_FALSE(admits({makePermission()}, role, "111122223333"));
  Permission own = makePermission();
  own.principal = "444455556666";
  own.sourceArn.clear();
  EXPECT_TRUE(admits({makePermission(), own}, role, "111122223333"));
  EXPECT_FALSE(admits({}, {.roleArn = "nobody"}, "111122223333"));
  EXPECT_TRUE(admits({}, {}, "111122223333")) << "an identity that was authorised";
  EXPECT_FALSE(admits({}, gateway(), "111122223333"));
  EXPECT_TRUE(admits({makePermission()}, gateway(), "111122223333"));
}

TEST(Permission, IsCheckedAndNormalised) {
  Permission old = makePermission();
  old.action = "lambda:invokeFunction";  // as templates of 2019 spell it
  ASSERT_TRUE(checkPermission(old).ok());
  EXPECT_EQ(checkPermission(old)->action, "lambda:InvokeFunction");
  const auto refused = [](auto change) {
    Permission permission = makePermission();
    change(permission);
    return !checkPermission(permission).ok();
  };
  EXPECT_TRUE(refused([](auto& p) { p.statementId = ""; }));
  EXPECT_TRUE(refused([](auto& p) { p.statementId = "a b"; }));
  EXPECT_TRUE(refused([](auto& p) { p.action = "s3:GetObject"; }));
  EXPECT_TRUE(refused([](auto& p) { p.principal = "apigateway"; }));
  EXPECT_TRUE(refused([](auto& p) { p.sourceAccount = "1"; }));
  EXPECT_FALSE(refused([](auto& p) { p.action = "*"; }));
  EXPECT_FALSE(refused([](auto& p) { p.principal = "111122223333"; }));
}

TEST(Permission, TheStatementIsWhatGetPolicyShows) {
  EXPECT_EQ(base::writeJson(makePermission().statement("arn:f")),
            R"({"Sid":"sid","Effect":"Allow","Principal":{"Service":"apigateway.amazonaws.com"},)"
            R"("Action":"lambda:InvokeFunction","Resource":"arn:f","Condition":{"ArnLike":{"AWS:SourceArn":)"
            R"("arn:aws:execute-api:eu-central-1:111122223333:abc123/*/GET/tests"}}})");
  Permission permission = makePermission();
  permission.principal = "111122223333";
  permission.sourceArn.clear();
  EXPECT_EQ(base::writeJson(permission.statement("arn:f")),
            R"({"Sid":"sid","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},)"
            R"("Action":"lambda:InvokeFunction","Resource":"arn:f"})");
}

}  // namespace
}  // namespace hearth::services::lambda
