#include "services/apigateway/resource_policy.h"

#include <gtest/gtest.h>

#include "services/apigateway/testing_policies.h"

namespace hearth::services::apigateway {
namespace {

const Scope kScope{"111122223333", "eu-central-1", "abc123"};

std::string kept(const std::string& text) {
  auto policy = keptPolicy(text, kScope, testing::FakePolicies());
  return policy.ok() ? *policy : policy.fault().code + ": " + policy.fault().message;
}

TEST(ResourcePolicy, ShortResourcesBecomeArnsOfTheApi) {
  EXPECT_EQ(kept(R"({"Statement":[{"Resource":"execute-api:/*"},
                     {"Resource":["execute-api:/v1/GET/pets","*","arn:aws:execute-api:*:*:*"]},
                     {"NotResource":"execute-api:/v1/*"}]})"),
            R"({"Statement":[{"Resource":"arn:aws:execute-api:eu-central-1:111122223333:abc123/*"},)"
            R"({"Resource":["arn:aws:execute-api:eu-central-1:111122223333:abc123/v1/GET/pets","*",)"
            R"("arn:aws:execute-api:*:*:*"]},)"
            R"({"NotResource":"arn:aws:execute-api:eu-central-1:111122223333:abc123/v1/*"}]})");
  EXPECT_EQ(kept(R"({"Statement":{"Resource":"execute-api:/"}})"),
            R"({"Statement":{"Resource":"arn:aws:execute-api:eu-central-1:111122223333:abc123/"}})");
}

TEST(ResourcePolicy, WhatIsKeptStays) {
  const std::string once = kept(R"({"Statement":[{"Resource":"execute-api:/*"}]})");
  EXPECT_EQ(kept(once), once);
}

TEST(ResourcePolicy, RefusesWhatIsNoPolicyAndWhatIsLong) {
  for (const char* text : {"", "x", "[]", "{}", "null"}) {
    EXPECT_EQ(kept(text),
              "BadRequestException: Invalid policy document. Please check the policy syntax and ensure that "
              "Principals are valid.")
        << text;
  }
  EXPECT_EQ(kept(R"({"Statement":[],"Id":")" + std::string(8'192, 'x') + "\"}"),
            "BadRequestException: Invalid policy document. A resource policy has at most 8192 bytes.");
}

TEST(ResourcePolicy, IsShownAsTheInsideOfAText) {
  EXPECT_EQ(shownPolicy(R"({"a":"b/c\"d"})"), R"({\"a\":\"b\/c\\\"d\"})");
}

}  // namespace
}  // namespace hearth::services::apigateway
