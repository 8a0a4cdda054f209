#include "services/iam/iam_access.h"

namespace hearth::services::iam {
namespace {

using api::Access;
using api::AccessKind;
using api::AccessRule;
using api::Call;
using api::InputView;
using Accesses = std::vector<Access>;

// Users, roles and groups are named; their ARNs have paths. Without a name the caller itself is meant.
AccessRule::Refine named(const IamNames& names, std::string kind, std::string member) {
  return [names, kind, member](const Call& call, const InputView& input, Accesses& accesses) -> Result<void> {
    Access& access = accesses[0];
    auto name = input.text(member);
    if (!name && kind == "user") {
      access.resource = call.principal.arn;
      return {};
    }
    access.resource = names.arnOf(kind, call.account, name.value_or(""));
    access.addCondition("iam:PolicyARN", input.text("PolicyArn"));
    auto boundary = input.text("PermissionsBoundary");
    if (!boundary && kind != "group") boundary = names.boundaryOf(kind, call.account, name.value_or(""));
    access.addCondition("iam:PermissionsBoundary", boundary);
    return {};
  };
}

// What is made has its path in the request.
AccessRule::Refine created(std::string member) {
  return [member](const Call&, const InputView& input, Accesses& accesses) -> Result<void> {
    Access& access = accesses[0];
    access.resource += input.text("Path").value_or("/") + input.text(member).value_or("");
    access.addCondition("iam:PermissionsBoundary", input.text("PermissionsBoundary"));
    return {};
  };
}

AccessRule::Refine ofKey(const IamNames& names) {
  return [names](const Call& call, const InputView& input, Accesses& accesses) -> Result<void> {
    const std::string user = names.userOfKey(call.account, input.text("AccessKeyId").value_or(""));
    if (!user.empty()) accesses[0].resource = names.arnOf("user", call.account, user);
    return {};
  };
}

// What is renamed or moved is asked for as it was and as it will be.
AccessRule::Refine moved(const IamNames& names, const std::string& kind, const std::string& member) {
  return [refine = named(names, kind, member), member](const Call& call, const InputView& input,
                                                       Accesses& accesses) -> Result<void> {
    HEARTH_CHECK(refine(call, input, accesses));
    const std::string& from = accesses[0].resource;
    const std::size_t path = from.find('/');
    const std::size_t name = from.rfind('/') + 1;
    if (path == std::string::npos || (!input.has("NewPath") && !input.has("New" + member))) return {};
    Access to = accesses[0];
    to.resource = from.substr(0, path) + input.text("NewPath").value_or(from.substr(path, name - path)) +
                  input.text("New" + member).value_or(from.substr(name));
    accesses.push_back(std::move(to));
    return {};
  };
}

AccessRule on(std::string_view operation, std::string_view action, const AccessRule::Refine& refine) {
  return {operation, action, "*", refine};
}

// Templates name users, roles and groups; the path is looked up.
api::TypeRule::Resolve resolveWith(const IamNames& names, std::string_view type) {
  if (!names.arnOf) return {};
  const std::string_view own = type.ends_with("::Role")    ? "role"
                               : type.ends_with("::User")  ? "user"
                               : type.ends_with("::Group") ? "group"
                                                           : std::string_view();
  return [arnOf = names.arnOf, own](const std::string& account, const std::string&, std::string_view property,
                                    const std::string& value) {
    std::string_view kind = property == "id" ? own : std::string_view();
    if (property == "Roles") kind = "role";
    if (property == "Users" || property == "UserName") kind = "user";
    if (property == "Groups" || property == "GroupName") kind = "group";
    return kind.empty() ? value : arnOf(kind, account, value);
  };
}

// https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-types.html: each type's schema lists what
// its handlers call.
std::vector<api::TypeRule> types() {
  using N = api::TypeNeed;
  return {
      {"AWS::IAM::Role",
       "arn:aws:iam::{account}:role{Path=/}{id}",
       {{.when = N::kMake,
         .action = "iam:CreateRole",
         .conditionKey = "iam:PermissionsBoundary",
         .conditionProperty = "PermissionsBoundary"},
        {.when = N::kMake | N::kChange, .action = "iam:PutRolePolicy", .properties = {"Policies"}},
        {.when = N::kMake | N::kChange,
         .action = "iam:AttachRolePolicy",
         .properties = {"ManagedPolicyArns"},
         .conditionKey = "iam:PolicyARN",
         .conditionProperty = "ManagedPolicyArns"},
        {.when = N::kRemove, .action = "iam:DeleteRolePolicy", .properties = {"Policies"}},
        {.when = N::kChange,
         .action = "iam:DeleteRolePolicy",
         .properties = {"Policies.PolicyName"},
         .gone = N::Gone::kEach},
        {.when = N::kChange,
         .action = "iam:DetachRolePolicy",
         .properties = {"ManagedPolicyArns"},
         .conditionKey = "iam:PolicyARN",
         .conditionProperty = "ManagedPolicyArns",
         .gone = N::Gone::kEach},
        {.when = N::kChange,
         .action = "iam:DeleteRolePermissionsBoundary",
         .properties = {"PermissionsBoundary"},
         .gone = N::Gone::kWhole},
        {.when = N::kChange, .action = "iam:UntagRole", .properties = {"Tags.Key"}, .gone = N::Gone::kEach},
        {.when = N::kRemove,
         .action = "iam:DetachRolePolicy",
         .properties = {"ManagedPolicyArns"},
         .conditionKey = "iam:PolicyARN",
         .conditionProperty = "ManagedPolicyArns"},
        {.when = N::kRemove, .action = "iam:DeleteRole"},
        {.when = N::kChange, .action = "iam:UpdateRole", .properties = {"Description", "MaxSessionDuration"}},
        {.when = N::kChange, .action = "iam:UpdateAssumeRolePolicy", .properties = {"AssumeRolePolicyDocument"}},
        {.when = N::kChange,
         .action = "iam:PutRolePermissionsBoundary",
         .properties = {"PermissionsBoundary"},
         .conditionKey = "iam:PermissionsBoundary",
         .conditionProperty = "PermissionsBoundary"},
        {.when = N::kMake | N::kChange, .action = "iam:TagRole", .properties = {"Tags"}}}},
      {"AWS::IAM::User",
       "arn:aws:iam::{account}:user{Path=/}{id}",
       {{.when = N::kMake,
         .action = "iam:CreateUser",
         .conditionKey = "iam:PermissionsBoundary",
         .conditionProperty = "PermissionsBoundary"},
        {.when = N::kMake | N::kChange, .action = "iam:PutUserPolicy", .properties = {"Policies"}},
        {.when = N::kMake | N::kChange,
         .action = "iam:AttachUserPolicy",
         .properties = {"ManagedPolicyArns"},
         .conditionKey = "iam:PolicyARN",
         .conditionProperty = "ManagedPolicyArns"},
        {.when = N::kRemove, .action = "iam:DeleteUserPolicy", .properties = {"Policies"}},
        {.when = N::kChange,
         .action = "iam:DeleteUserPolicy",
         .properties = {"Policies.PolicyName"},
         .gone = N::Gone::kEach},
        {.when = N::kChange,
         .action = "iam:DetachUserPolicy",
         .properties = {"ManagedPolicyArns"},
         .conditionKey = "iam:PolicyARN",
         .conditionProperty = "ManagedPolicyArns",
         .gone = N::Gone::kEach},
        {.when = N::kChange,
         .action = "iam:DeleteUserPermissionsBoundary",
         .properties = {"PermissionsBoundary"},
         .gone = N::Gone::kWhole},
        {.when = N::kChange, .action = "iam:UntagUser", .properties = {"Tags.Key"}, .gone = N::Gone::kEach},
        {.when = N::kRemove,
         .action = "iam:DetachUserPolicy",
         .properties = {"ManagedPolicyArns"},
         .conditionKey = "iam:PolicyARN",
         .conditionProperty = "ManagedPolicyArns"},
        {.when = N::kRemove, .action = "iam:DeleteUser"},
        {.when = N::kMake | N::kChange,
         .action = "iam:AddUserToGroup",
         .properties = {"Groups"},
         .resource = "arn:aws:iam::{account}:group/{Groups}"},
        {.when = N::kRemove,
         .action = "iam:RemoveUserFromGroup",
         .properties = {"Groups"},
         .resource = "arn:aws:iam::{account}:group/{Groups}"},
        {.when = N::kChange,
         .action = "iam:RemoveUserFromGroup",
         .properties = {"Groups"},
         .resource = "arn:aws:iam::{account}:group/{Groups}",
         .gone = N::Gone::kEach},
        {.when = N::kChange, .action = "iam:UpdateUser", .properties = {"Path", "UserName"}},
        {.when = N::kChange,
         .action = "iam:UpdateUser",
         .properties = {"Path"},
         .resource = "arn:aws:iam::{account}:user{Path=/}{name}"},
        {.when = N::kChange,
         .action = "iam:PutUserPermissionsBoundary",
         .properties = {"PermissionsBoundary"},
         .conditionKey = "iam:PermissionsBoundary",
         .conditionProperty = "PermissionsBoundary"},
        {.when = N::kMake | N::kChange, .action = "iam:TagUser", .properties = {"Tags"}}}},
      {"AWS::IAM::Group",
       "arn:aws:iam::{account}:group{Path=/}{id}",
       {{.when = N::kMake, .action = "iam:CreateGroup"},
        {.when = N::kMake | N::kChange, .action = "iam:PutGroupPolicy", .properties = {"Policies"}},
        {.when = N::kMake | N::kChange,
         .action = "iam:AttachGroupPolicy",
         .properties = {"ManagedPolicyArns"},
         .conditionKey = "iam:PolicyARN",
         .conditionProperty = "ManagedPolicyArns"},
        {.when = N::kRemove, .action = "iam:DeleteGroupPolicy", .properties = {"Policies"}},
        {.when = N::kChange,
         .action = "iam:DeleteGroupPolicy",
         .properties = {"Policies.PolicyName"},
         .gone = N::Gone::kEach},
        {.when = N::kChange,
         .action = "iam:DetachGroupPolicy",
         .properties = {"ManagedPolicyArns"},
         .conditionKey = "iam:PolicyARN",
         .conditionProperty = "ManagedPolicyArns",
         .gone = N::Gone::kEach},
        {.when = N::kRemove,
         .action = "iam:DetachGroupPolicy",
         .properties = {"ManagedPolicyArns"},
         .conditionKey = "iam:PolicyARN",
         .conditionProperty = "ManagedPolicyArns"},
        {.when = N::kRemove, .action = "iam:DeleteGroup"},
        {.when = N::kChange, .action = "iam:UpdateGroup", .properties = {"Path", "GroupName"}},
        {.when = N::kChange,
         .action = "iam:UpdateGroup",
         .properties = {"Path"},
         .resource = "arn:aws:iam::{account}:group{Path=/}{name}"}}},
      {"AWS::IAM::AccessKey",
       "arn:aws:iam::{account}:user/{UserName}",
       {{.when = N::kMake, .action = "iam:CreateAccessKey"},
        {.when = N::kChange, .action = "iam:UpdateAccessKey"},
        {.when = N::kRemove, .action = "iam:DeleteAccessKey"}}},
      {"AWS::IAM::UserToGroupAddition",
       "arn:aws:iam::{account}:group/{GroupName}",
       {{.when = N::kMake | N::kChange, .action = "iam:AddUserToGroup"},
        {.when = N::kChange, .action = "iam:RemoveUserFromGroup", .properties = {"Users"}, .gone = N::Gone::kEach},
        {.when = N::kChange,
         .action = "iam:RemoveUserFromGroup",
         .properties = {"GroupName"},
         .gone = N::Gone::kEach},
        {.when = N::kRemove, .action = "iam:RemoveUserFromGroup"}}},
      {"AWS::IAM::Policy",
       "*",
       {{.when = N::kMake | N::kChange,
         .action = "iam:PutRolePolicy",
         .properties = {"PolicyDocument", "PolicyName", "Roles"},
         .resource = "arn:aws:iam::{account}:role/{Roles}"},
        {.when = N::kMake | N::kChange,
         .action = "iam:PutUserPolicy",
         .properties = {"PolicyDocument", "PolicyName", "Users"},
         .resource = "arn:aws:iam::{account}:user/{Users}"},
        {.when = N::kMake | N::kChange,
         .action = "iam:PutGroupPolicy",
         .properties = {"PolicyDocument", "PolicyName", "Groups"},
         .resource = "arn:aws:iam::{account}:group/{Groups}"},
        {.when = N::kChange,
         .action = "iam:DeleteRolePolicy",
         .properties = {"Roles"},
         .resource = "arn:aws:iam::{account}:role/{Roles}",
         .gone = N::Gone::kEach},
        {.when = N::kRemove,
         .action = "iam:DeleteRolePolicy",
         .properties = {"Roles"},
         .resource = "arn:aws:iam::{account}:role/{Roles}"},
        {.when = N::kChange,
         .action = "iam:DeleteUserPolicy",
         .properties = {"Users"},
         .resource = "arn:aws:iam::{account}:user/{Users}",
         .gone = N::Gone::kEach},
        {.when = N::kRemove,
         .action = "iam:DeleteUserPolicy",
         .properties = {"Users"},
         .resource = "arn:aws:iam::{account}:user/{Users}"},
        {.when = N::kChange,
         .action = "iam:DeleteGroupPolicy",
         .properties = {"Groups"},
         .resource = "arn:aws:iam::{account}:group/{Groups}",
         .gone = N::Gone::kEach},
        {.when = N::kRemove,
         .action = "iam:DeleteGroupPolicy",
         .properties = {"Groups"},
         .resource = "arn:aws:iam::{account}:group/{Groups}"}}},
      {"AWS::IAM::ManagedPolicy",
       "{id}",
       {{.when = N::kMake, .action = "iam:CreatePolicy"},
        {.when = N::kChange, .action = "iam:CreatePolicyVersion", .properties = {"PolicyDocument"}},
        {.when = N::kMake | N::kChange,
         .action = "iam:AttachRolePolicy",
         .properties = {"Roles"},
         .resource = "arn:aws:iam::{account}:role/{Roles}",
         .conditionKey = "iam:PolicyARN",
         .conditionProperty = "id"},
        {.when = N::kMake | N::kChange,
         .action = "iam:AttachUserPolicy",
         .properties = {"Users"},
         .resource = "arn:aws:iam::{account}:user/{Users}",
         .conditionKey = "iam:PolicyARN",
         .conditionProperty = "id"},
        {.when = N::kMake | N::kChange,
         .action = "iam:AttachGroupPolicy",
         .properties = {"Groups"},
         .resource = "arn:aws:iam::{account}:group/{Groups}",
         .conditionKey = "iam:PolicyARN",
         .conditionProperty = "id"},
        {.when = N::kChange,
         .action = "iam:DetachRolePolicy",
         .properties = {"Roles"},
         .resource = "arn:aws:iam::{account}:role/{Roles}",
         .conditionKey = "iam:PolicyARN",
         .conditionProperty = "id",
         .gone = N::Gone::kEach},
        {.when = N::kRemove,
         .action = "iam:DetachRolePolicy",
         .properties = {"Roles"},
         .resource = "arn:aws:iam::{account}:role/{Roles}",
         .conditionKey = "iam:PolicyARN",
         .conditionProperty = "id"},
        {.when = N::kChange,
         .action = "iam:DetachUserPolicy",
         .properties = {"Users"},
         .resource = "arn:aws:iam::{account}:user/{Users}",
         .conditionKey = "iam:PolicyARN",
         .conditionProperty = "id",
         .gone = N::Gone::kEach},
        {.when = N::kRemove,
         .action = "iam:DetachUserPolicy",
         .properties = {"Users"},
         .resource = "arn:aws:iam::{account}:user/{Users}",
         .conditionKey = "iam:PolicyARN",
         .conditionProperty = "id"},
        {.when = N::kChange,
         .action = "iam:DetachGroupPolicy",
         .properties = {"Groups"},
         .resource = "arn:aws:iam::{account}:group/{Groups}",
         .conditionKey = "iam:PolicyARN",
         .conditionProperty = "id",
         .gone = N::Gone::kEach},
        {.when = N::kRemove,
         .action = "iam:DetachGroupPolicy",
         .properties = {"Groups"},
         .resource = "arn:aws:iam::{account}:group/{Groups}",
         .conditionKey = "iam:PolicyARN",
         .conditionProperty = "id"},
        {.when = N::kRemove, .action = "iam:DeletePolicy"}}},
  };
}

}  // namespace

api::ServiceAccess iamAccess(IamNames names) {
  const auto user = named(names, "user", "UserName");
  const auto role = named(names, "role", "RoleName");
  const auto group = named(names, "group", "GroupName");
  std::vector<api::TypeRule> typeRules = types();
  for (api::TypeRule& type : typeRules) type.resolve = resolveWith(names, type.type);
  return {"iam",
          {
              on("AddUserToGroup", "iam:AddUserToGroup", group),
              on("AttachGroupPolicy", "iam:AttachGroupPolicy", group),
              on("AttachRolePolicy", "iam:AttachRolePolicy", role),
              on("AttachUserPolicy", "iam:AttachUserPolicy", user),
              on("CreateAccessKey", "iam:CreateAccessKey", user),
              {"CreateGroup", "iam:CreateGroup", "arn:aws:iam::{account}:group", created("GroupName")},
              {"CreatePolicy", "iam:CreatePolicy", "arn:aws:iam::{account}:policy", created("PolicyName")},
              {"CreatePolicyVersion", "iam:CreatePolicyVersion", "{PolicyArn}"},
              {"CreateRole", "iam:CreateRole", "arn:aws:iam::{account}:role", created("RoleName")},
              {"CreateUser", "iam:CreateUser", "arn:aws:iam::{account}:user", created("UserName")},
              on("DeleteAccessKey", "iam:DeleteAccessKey", user),
              on("DeleteGroup", "iam:DeleteGroup", group),
              on("DeleteGroupPolicy", "iam:DeleteGroupPolicy", group),
              {"DeletePolicy", "iam:DeletePolicy", "{PolicyArn}"},
              {"DeletePolicyVersion", "iam:DeletePolicyVersion", "{PolicyArn}"},
              on("DeleteRole", "iam:DeleteRole", role),
              on("DeleteRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary", role),
              on("DeleteRolePolicy", "iam:DeleteRolePolicy", role),
              on("DeleteUser", "iam:DeleteUser", user),
              on("DeleteUserPermissionsBoundary", "iam:DeleteUserPermissionsBoundary", user),
              on("DeleteUserPolicy", "iam:DeleteUserPolicy", user),
              on("DetachGroupPolicy", "iam:DetachGroupPolicy", group),
              on("DetachRolePolicy", "iam:DetachRolePolicy", role),
              on("DetachUserPolicy", "iam:DetachUserPolicy", user),
              {"GetAccessKeyLastUsed", "iam:GetAccessKeyLastUsed", "*", ofKey(names)},
              on("GetGroup", "iam:GetGroup", group),
              on("GetGroupPolicy", "iam:GetGroupPolicy", group),
              {"GetPolicy", "iam:GetPolicy", "{PolicyArn}"},
              {"GetPolicyVersion", "iam:GetPolicyVersion", "{PolicyArn}"},
              on("GetRole", "iam:GetRole", role),
              on("GetRolePolicy", "iam:GetRolePolicy", role),
              on("GetUser", "iam:GetUser", user),
              on("GetUserPolicy", "iam:GetUserPolicy", user),
              on("ListAccessKeys", "iam:ListAccessKeys", user),
              {"ListAccountAliases", "iam:ListAccountAliases", "*"},
              on("ListAttachedGroupPolicies", "iam:ListAttachedGroupPolicies", group),
              on("ListAttachedRolePolicies", "iam:ListAttachedRolePolicies", role),
              on("ListAttachedUserPolicies", "iam:ListAttachedUserPolicies", user),
              {"ListEntitiesForPolicy", "iam:ListEntitiesForPolicy", "{PolicyArn}"},
              on("ListGroupPolicies", "iam:ListGroupPolicies", group),
              {"ListGroups", "iam:ListGroups", "arn:aws:iam::{account}:group/"},
              on("ListGroupsForUser", "iam:ListGroupsForUser", user),
              on("ListInstanceProfilesForRole", "iam:ListInstanceProfilesForRole", role),
              {"ListPolicies", "iam:ListPolicies", "policy path /"},
              {"ListPolicyTags", "iam:ListPolicyTags", "{PolicyArn}"},
              {"ListPolicyVersions", "iam:ListPolicyVersions", "{PolicyArn}"},
              on("ListRolePolicies", "iam:ListRolePolicies", role),
              on("ListRoleTags", "iam:ListRoleTags", role),
              {"ListRoles", "iam:ListRoles", "arn:aws:iam::{account}:role/"},
              on("ListUserPolicies", "iam:ListUserPolicies", user),
              on("ListUserTags", "iam:ListUserTags", user),
              {"ListUsers", "iam:ListUsers", "arn:aws:iam::{account}:user/"},
              on("PutGroupPolicy", "iam:PutGroupPolicy", group),
              on("PutRolePermissionsBoundary", "iam:PutRolePermissionsBoundary", role),
              on("PutRolePolicy", "iam:PutRolePolicy", role),
              on("PutUserPermissionsBoundary", "iam:PutUserPermissionsBoundary", user),
              on("PutUserPolicy", "iam:PutUserPolicy", user),
              on("RemoveUserFromGroup", "iam:RemoveUserFromGroup", group),
              {"SetDefaultPolicyVersion", "iam:SetDefaultPolicyVersion", "{PolicyArn}"},
              {"TagPolicy", "iam:TagPolicy", "{PolicyArn}"},
              on("TagRole", "iam:TagRole", role),
              on("TagUser", "iam:TagUser", user),
              {"UntagPolicy", "iam:UntagPolicy", "{PolicyArn}"},
              on("UntagRole", "iam:UntagRole", role),
              on("UntagUser", "iam:UntagUser", user),
              on("UpdateAccessKey", "iam:UpdateAccessKey", user),
              on("UpdateAssumeRolePolicy", "iam:UpdateAssumeRolePolicy", role),
              on("UpdateGroup", "iam:UpdateGroup", moved(names, "group", "GroupName")),
              on("UpdateRole", "iam:UpdateRole", role),
              on("UpdateRoleDescription", "iam:UpdateRoleDescription", role),
              on("UpdateUser", "iam:UpdateUser", moved(names, "user", "UserName")),
          },
          {"iam:PolicyARN", "iam:PermissionsBoundary", "iam:PassedToService", "iam:AssociatedResourceArn"},
          std::move(typeRules)};
}

}  // namespace hearth::services::iam
