#include "services/iam/iam_type_access.h"

#include <string_view>

namespace hearth::services::iam {
namespace {

using Need = api::TypeNeed;
using Needs = std::vector<Need>;

constexpr unsigned kMakeOrChange = Need::kMake | Need::kChange;

// What carries policies, in the words of its actions and of the properties that name it.
struct Entity {
  std::string_view putPolicy;
  std::string_view deletePolicy;
  std::string_view attachPolicy;
  std::string_view detachPolicy;
  std::string_view property;  // of a policy's type
  std::string_view resource;
};

constexpr Entity kRole{"iam:PutRolePolicy",
                       "iam:DeleteRolePolicy",
                       "iam:AttachRolePolicy",
                       "iam:DetachRolePolicy",
                       "Roles",
                       "arn:aws:iam::{account}:role/{Roles}"};
constexpr Entity kUser{"iam:PutUserPolicy",
                       "iam:DeleteUserPolicy",
                       "iam:AttachUserPolicy",
                       "iam:DetachUserPolicy",
                       "Users",
                       "arn:aws:iam::{account}:user/{Users}"};
constexpr Entity kGroup{"iam:PutGroupPolicy",
                        "iam:DeleteGroupPolicy",
                        "iam:AttachGroupPolicy",
                        "iam:DetachGroupPolicy",
                        "Groups",
                        "arn:aws:iam::{account}:group/{Groups}"};

Needs joined(std::initializer_list<Needs> parts) {
  Needs all;
  for (const Needs& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

// The policies in an entity's own template.
Needs policiesOf(const Entity& entity) {
  auto attached = [](unsigned when, std::string_view action, Need::Gone gone = Need::Gone::kNo) {
    return Need{.when = when,
                .action = action,
                .properties = {"ManagedPolicyArns"},
                .conditionKey = "iam:PolicyARN",
                .conditionProperty = "ManagedPolicyArns",
                .gone = gone};
  };
  return {{.when = kMakeOrChange, .action = entity.putPolicy, .properties = {"Policies"}},
          attached(kMakeOrChange, entity.attachPolicy),
          {.when = Need::kRemove, .action = entity.deletePolicy, .properties = {"Policies"}},
          {.when = Need::kChange,
           .action = entity.deletePolicy,
           .properties = {"Policies.PolicyName"},
           .gone = Need::Gone::kEach},
          attached(Need::kChange, entity.detachPolicy, Need::Gone::kEach),
          attached(Need::kRemove, entity.detachPolicy)};
}

Need madeWithBoundary(std::string_view action) {
  return {.when = Need::kMake,
          .action = action,
          .conditionKey = "iam:PermissionsBoundary",
          .conditionProperty = "PermissionsBoundary"};
}

Needs boundary(std::string_view put, std::string_view remove) {
  return {
      {.when = Need::kChange, .action = remove, .properties = {"PermissionsBoundary"}, .gone = Need::Gone::kWhole},
      {.when = Need::kChange,
       .action = put,
       .properties = {"PermissionsBoundary"},
       .conditionKey = "iam:PermissionsBoundary",
       .conditionProperty = "PermissionsBoundary"}};
}

Needs tags(std::string_view tag, std::string_view untag) {
  return {{.when = Need::kChange, .action = untag, .properties = {"Tags.Key"}, .gone = Need::Gone::kEach},
          {.when = kMakeOrChange, .action = tag, .properties = {"Tags"}}};
}

// An inline policy that a template puts on others.
Needs inlineOn(const Entity& entity) {
  return {{.when = kMakeOrChange,
           .action = entity.putPolicy,
           .properties = {"PolicyDocument", "PolicyName", entity.property},
           .resource = entity.resource},
          {.when = Need::kChange,
           .action = entity.deletePolicy,
           .properties = {entity.property},
           .resource = entity.resource,
           .gone = Need::Gone::kEach},
          {.when = Need::kRemove,
           .action = entity.deletePolicy,
           .properties = {entity.property},
           .resource = entity.resource}};
}

// A managed policy that a template attaches to others.
Needs managedOn(const Entity& entity) {
  auto need = [&](unsigned when, std::string_view action, Need::Gone gone = Need::Gone::kNo) {
    return Need{.when = when,
                .action = action,
                .properties = {entity.property},
                .resource = entity.resource,
                .conditionKey = "iam:PolicyARN",
                .conditionProperty = "id",
                .gone = gone};
  };
  return {need(kMakeOrChange, entity.attachPolicy), need(Need::kChange, entity.detachPolicy, Need::Gone::kEach),
          need(Need::kRemove, entity.detachPolicy)};
}

Needs roleNeeds() {
  return joined(
      {{madeWithBoundary("iam:CreateRole")},
       policiesOf(kRole),
       boundary("iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary"),
       tags("iam:TagRole", "iam:UntagRole"),
       {{.when = Need::kRemove, .action = "iam:DeleteRole"},
        {.when = Need::kChange, .action = "iam:UpdateRole", .properties = {"Description", "MaxSessionDuration"}},
        {.when = Need::kChange,
         .action = "iam:UpdateAssumeRolePolicy",
         .properties = {"AssumeRolePolicyDocument"}}}});
}

Needs userNeeds() {
  auto groups = [](unsigned when, std::string_view action, Need::Gone gone = Need::Gone::kNo) {
    return Need{
        .when = when, .action = action, .properties = {"Groups"}, .resource = kGroup.resource, .gone = gone};
  };
  return joined({{madeWithBoundary("iam:CreateUser")},
                 policiesOf(kUser),
                 boundary("iam:PutUserPermissionsBoundary", "iam:DeleteUserPermissionsBoundary"),
                 tags("iam:TagUser", "iam:UntagUser"),
                 {{.when = Need::kRemove, .action = "iam:DeleteUser"},
                  groups(kMakeOrChange, "iam:AddUserToGroup"),
                  groups(Need::kRemove, "iam:RemoveUserFromGroup"),
                  groups(Need::kChange, "iam:RemoveUserFromGroup", Need::Gone::kEach),
                  {.when = Need::kChange, .action = "iam:UpdateUser", .properties = {"Path", "UserName"}},
                  {.when = Need::kChange,
                   .action = "iam:UpdateUser",
                   .properties = {"Path"},
                   .resource = "arn:aws:iam::{account}:user{Path=/}{name}"}}});
}

Needs groupNeeds() {
  return joined({{{.when = Need::kMake, .action = "iam:CreateGroup"}},
                 policiesOf(kGroup),
                 {{.when = Need::kRemove, .action = "iam:DeleteGroup"},
                  {.when = Need::kChange, .action = "iam:UpdateGroup", .properties = {"Path", "GroupName"}},
                  {.when = Need::kChange,
                   .action = "iam:UpdateGroup",
                   .properties = {"Path"},
                   .resource = "arn:aws:iam::{account}:group{Path=/}{name}"}}});
}

Needs membershipNeeds() {
  return {{.when = kMakeOrChange, .action = "iam:AddUserToGroup"},
          {.when = Need::kChange,
           .action = "iam:RemoveUserFromGroup",
           .properties = {"Users"},
           .gone = Need::Gone::kEach},
          {.when = Need::kChange,
           .action = "iam:RemoveUserFromGroup",
           .properties = {"GroupName"},
           .gone = Need::Gone::kEach},
          {.when = Need::kRemove, .action = "iam:RemoveUserFromGroup"}};
}

Needs managedPolicyNeeds() {
  return joined({{{.when = Need::kMake, .action = "iam:CreatePolicy"},
                  {.when = Need::kChange, .action = "iam:CreatePolicyVersion", .properties = {"PolicyDocument"}}},
                 managedOn(kRole),
                 managedOn(kUser),
                 managedOn(kGroup),
                 {{.when = Need::kRemove, .action = "iam:DeletePolicy"}}});
}

}  // namespace

// https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-types.html: each type's schema lists what
// its handlers call.
std::vector<api::TypeRule> iamTypeRules() {
  return {{"AWS::IAM::Role", "arn:aws:iam::{account}:role{Path=/}{id}", roleNeeds()},
          {"AWS::IAM::User", "arn:aws:iam::{account}:user{Path=/}{id}", userNeeds()},
          {"AWS::IAM::Group", "arn:aws:iam::{account}:group{Path=/}{id}", groupNeeds()},
          {"AWS::IAM::AccessKey",
           "arn:aws:iam::{account}:user/{UserName}",
           {{.when = Need::kMake, .action = "iam:CreateAccessKey"},
            {.when = Need::kChange, .action = "iam:UpdateAccessKey"},
            {.when = Need::kRemove, .action = "iam:DeleteAccessKey"}}},
          {"AWS::IAM::UserToGroupAddition", "arn:aws:iam::{account}:group/{GroupName}", membershipNeeds()},
          {"AWS::IAM::Policy", "*", joined({inlineOn(kRole), inlineOn(kUser), inlineOn(kGroup)})},
          {"AWS::IAM::ManagedPolicy", "{id}", managedPolicyNeeds()}};
}

}  // namespace hearth::services::iam
