#include "services/iam/iam_access.h"

#include "services/iam/iam_type_access.h"

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

}  // namespace

api::ServiceAccess iamAccess(IamNames names) {
  const auto user = named(names, "user", "UserName");
  const auto role = named(names, "role", "RoleName");
  const auto group = named(names, "group", "GroupName");
  std::vector<api::TypeRule> typeRules = iamTypeRules();
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
