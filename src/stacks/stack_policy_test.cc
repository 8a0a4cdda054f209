#include "stacks/stack_policy.h"

#include <gtest/gtest.h>

namespace hearth::stacks {
namespace {

using Action = StackPolicy::Action;

std::string statement(const std::string& rest) {
  return R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":"Update:*","Resource":"*"},)" + rest + "]}";
}

StackPolicy policyOf(const std::string& text) {
  auto policy = StackPolicy::parse(text);
  EXPECT_TRUE(policy.ok()) << text;
  return policy.ok() ? *policy : StackPolicy();
}

std::string refusal(const std::string& text, Action action, const std::string& logicalId = "Db",
                    const std::string& type = "AWS::S3::Bucket") {
  return policyOf(text).refusalOf(action, logicalId, type).value_or("allowed");
}

TEST(StackPolicy, NothingSetAllowsEverything) {
  for (const char* text : {"", "{}", " {} "}) {
    for (const Action action : {Action::kModify, Action::kReplace, Action::kDelete}) {
      EXPECT_EQ(refusal(text, action), "allowed") << text;
    }
  }
}

TEST(StackPolicy, WhatNoStatementAllowsIsNotAllowed) {
  const std::string text =
      R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"Update:Modify","Resource":"LogicalResourceId/Db"}})";
  EXPECT_EQ(refusal(text, Action::kModify), "allowed");
  EXPECT_EQ(refusal(text, Action::kReplace), "Action not allowed by stack policy");
  EXPECT_EQ(refusal(text, Action::kModify, "Other"), "Action not allowed by stack policy");
}

TEST(StackPolicy, ADenialWinsWhereverItStands) {
  const std::string deny =
      R"({"Effect":"Deny","Principal":"*","Action":["Update:Replace","Update:Delete"],"Resource":"LogicalResourceId/Db"})";
  EXPECT_EQ(
      refusal(statement(deny), Action::kReplace),
      "Action denied by stack policy: Statement [#2] does not allow [Update:Replace, Update:Delete] for resource "
      "[LogicalResourceId/Db];");
  EXPECT_EQ(refusal(statement(deny), Action::kModify), "allowed");
  EXPECT_EQ(refusal(statement(deny), Action::kDelete, "Other"), "allowed");
  const std::string first =
      R"({"Statement":[)" + deny + R"(,{"Effect":"Allow","Principal":"*","Action":"Update:*","Resource":"*"}]})";
  EXPECT_EQ(refusal(first, Action::kDelete).substr(0, 45), "Action denied by stack policy: Statement [#1]");
}

TEST(StackPolicy, NotActionAndNotResourceAreTheOthers) {
  const std::string notDelete =
      R"({"Statement":[{"Effect":"Allow","Principal":"*","NotAction":"Update:Delete","NotResource":"LogicalResourceId/Prod*"}]})";
  EXPECT_EQ(refusal(notDelete, Action::kReplace), "allowed");
  EXPECT_EQ(refusal(notDelete, Action::kDelete), "Action not allowed by stack policy");
  EXPECT_EQ(refusal(notDelete, Action::kModify, "ProdDb"), "Action not allowed by stack policy");
}

TEST(StackPolicy, ConditionsNameTypes) {
  const auto deny = [](const std::string& condition) {
    return statement(R"({"Effect":"Deny","Principal":"*","Action":"Update:*","Resource":"*","Condition":)" +
                     condition + "}");
  };
  const std::string equals = deny(R"({"StringEquals":{"ResourceType":["AWS::S3::Bucket","AWS::IAM::Role"]}})");
  EXPECT_NE(refusal(equals, Action::kModify), "allowed");
  EXPECT_EQ(refusal(equals, Action::kModify, "Db", "AWS::S3::BucketPolicy"), "allowed");
  EXPECT_EQ(refusal(deny(R"({"StringEquals":{"ResourceType":"AWS::S3::*"}})"), Action::kModify), "allowed");
  EXPECT_NE(refusal(deny(R"({"StringLike":{"ResourceType":"AWS::S3::*"}})"), Action::kModify), "allowed");
}

TEST(StackPolicy, AStatementWithoutAResourceMatchesNone) {
  EXPECT_EQ(refusal(statement(R"({"Effect":"Deny","Principal":"*","Action":"Update:*"})"), Action::kModify),
            "allowed");
}

TEST(StackPolicy, AnythingElseIsInvalid) {
  for (
      const char* text : {
          "x",
          "[]",
          "1",
          R"({"Statement":[]})",
          R"({"Statement":[1]})",
          R"({"Statements":[]})",
          R"({"Statement":{"Effect":"Allow","Action":"Update:*","Resource":"*"}})",
          R"({"Statement":{"Effect":"Allow","Principal":"x","Action":"Update:*","Resource":"*"}})",
          R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"Update:*","Resource":"*"}})",
          R"({"Statement":{"Effect":"allow","Principal":"*","Action":"Update:*","Resource":"*"}})",
          R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"Delete:*","Resource":"*"}})",
          R"({"Statement":{"Effect":"Allow","Principal":"*","Action":[],"Resource":"*"}})",
          R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"Update:*","NotAction":"Update:*"}})",
          R"({"Statement":{"Effect":"Allow","Principal":"*","Resource":"*"}})",
          R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"Update:*","Resource":"Db"}})",
          R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"Update:*","Resource":"*","Condition":{}}})",
          R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"Update:*","Resource":"*","Condition":{"Bool":{"ResourceType":"x"}}}})",
          R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"Update:*","Resource":"*","Condition":{"StringLike":{"Other":"x"}}}})",
      }) {
    auto policy = StackPolicy::parse(text);
    ASSERT_FALSE(policy.ok()) << text;
    EXPECT_EQ(policy.fault().message, "Error validating stack policy: Invalid stack policy") << text;
  }
}

TEST(StackPolicy, NamesHaveToBeTheStacks) {
  const std::string text = statement(
      R"({"Effect":"Deny","Principal":"*","Action":"Update:*","Resource":["LogicalResourceId/Db","LogicalResourceId/X*"]})");
  EXPECT_TRUE(policyOf(text).checkNames({"Db"}).ok());
  EXPECT_EQ(
      policyOf(text).checkNames({"Other"}).fault().message,
      "Error validating stack policy: Unknown logical id 'LogicalResourceId/Db' in statement {} - stack policies "
      "can only be applied to logical ids referenced in the template");
}

}  // namespace
}  // namespace hearth::stacks
