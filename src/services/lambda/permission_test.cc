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
