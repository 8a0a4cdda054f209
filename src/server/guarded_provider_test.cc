#include "server/guarded_provider.h"

#include <gtest/gtest.h>

#include "services/iam/iam_access.h"
#include "services/lambda/lambda_access.h"
#include "services/scheduler/scheduler_access.h"

namespace hearth::server {
namespace {

using api::TypeNeed;
using Texts = std::vector<std::string>;

Texts needs(const api::ServiceAccess& service, std::string_view type, TypeNeed::When when,
            std::string_view properties, std::string_view former = "{}") {
  ports::ResourceRequest request;
  request.account = "111122223333";
  request.region = "eu-central-1";
  request.properties = base::parseJson(properties).value().as_object();
  request.oldProperties = base::parseJson(former).value().as_object();
  Texts texts;
  for (const api::TypeRule& rule : service.types) {
    if (rule.type != type) continue;
    for (const api::Access& access : accessesOf(rule, request, when, "the-id")) {
      texts.push_back(access.action + " " + access.resource);
      for (const auto& [key, values] : access.conditions) texts.back() += " " + key + "=" + values.at(0);
    }
  }
  return texts;
}

const std::string kFunction = "arn:aws:lambda:eu-central-1:111122223333:function:";
const std::string kIam = "arn:aws:iam::111122223333:";

TEST(GuardedProvider, WhatAFunctionNeeds) {
  const auto lambda = services::lambda::lambdaAccess();
  EXPECT_EQ(needs(lambda, "AWS::Lambda::Function", TypeNeed::kMake,
                  R"({"Role":"arn:aws:iam::111122223333:role/r","Code":{"S3Bucket":"b","S3Key":"k"},"Tags":[]})"),
            (Texts{"lambda:CreateFunction " + kFunction + "the-id",
                   "iam:PassRole " + kIam + "role/r iam:PassedToService=lambda.amazonaws.com",
                   "s3:GetObject arn:aws:s3:::b/k", "lambda:TagResource " + kFunction + "the-id"}));
  EXPECT_EQ(needs(lambda, "AWS::Lambda::Function", TypeNeed::kChange, R"({"Role":"r","Timeout":5})",
                  R"({"Role":"r","Timeout":3})"),
            Texts{"lambda:UpdateFunctionConfiguration " + kFunction + "the-id"});
  EXPECT_EQ(needs(lambda, "AWS::Lambda::Function", TypeNeed::kRemove, R"({"Role":"r"})"),
            Texts{"lambda:DeleteFunction " + kFunction + "the-id"});
  EXPECT_EQ(needs(lambda, "AWS::Lambda::Permission", TypeNeed::kMake,
                  "{\"FunctionName\":\"" + kFunction + R"(f","Principal":"events.amazonaws.com"})"),
            Texts{"lambda:AddPermission " + kFunction + "f lambda:Principal=events.amazonaws.com"});
}

TEST(GuardedProvider, WhatARoleNeeds) {
  const auto iam = services::iam::iamAccess({});
  EXPECT_EQ(needs(iam, "AWS::IAM::Role", TypeNeed::kMake,
                  R"({"Path":"/app/","ManagedPolicyArns":["arn:a","arn:b"],"PermissionsBoundary":"arn:p"})"),
            (Texts{"iam:CreateRole " + kIam + "role/app/the-id iam:PermissionsBoundary=arn:p",
                   "iam:AttachRolePolicy " + kIam + "role/app/the-id iam:PolicyARN=arn:a",
                   "iam:AttachRolePolicy " + kIam + "role/app/the-id iam:PolicyARN=arn:b"}));
  EXPECT_EQ(needs(iam, "AWS::IAM::Role", TypeNeed::kRemove, R"({"Policies":[{}]})"),
            (Texts{"iam:DeleteRolePolicy " + kIam + "role/the-id", "iam:DeleteRole " + kIam + "role/the-id"}));
  EXPECT_EQ(needs(iam, "AWS::IAM::Policy", TypeNeed::kMake, R"({"PolicyName":"p","Roles":["r","s"]})"),
            (Texts{"iam:PutRolePolicy " + kIam + "role/r", "iam:PutRolePolicy " + kIam + "role/s"}));
}

TEST(GuardedProvider, WhatAScheduleNeeds) {
  const auto scheduler = services::scheduler::schedulerAccess();
  const std::string schedule = "arn:aws:scheduler:eu-central-1:111122223333:schedule/default/the-id";
  EXPECT_EQ(needs(scheduler, "AWS::Scheduler::Schedule", TypeNeed::kMake,
                  R"({"Target":{"RoleArn":"arn:aws:iam::111122223333:role/r"}})"),
            (Texts{"scheduler:CreateSchedule " + schedule,
                   "iam:PassRole " + kIam + "role/r iam:PassedToService=scheduler.amazonaws.com"}));
}

}  // namespace
}  // namespace hearth::server
