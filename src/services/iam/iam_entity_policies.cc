// Policies of users, groups and roles: inline ones, and managed ones that are attached. The three kinds differ in
// names and limits only.
#include <algorithm>

#include "base/bytes.h"
#include "services/iam/faults.h"
#include "services/iam/iam_service.h"
#include "services/iam/policy_document.h"

namespace hearth::services::iam {

using namespace api::iam;

namespace {

constexpr std::size_t kMostAttached = 10;

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
std::size_t longestInline(EntityKind kind) {
  switch (kind) {
    case EntityKind::kUser:
      return 2048;
    case EntityKind::kGroup:
      return 5120;
    case EntityKind::kRole:
      break;
  }
  return 10'240;
}

std::string_view attachmentQuota(EntityKind kind) {
  switch (kind) {
    case EntityKind::kUser:
      return "PoliciesPerUser";
    case EntityKind::kGroup:
      return "PoliciesPerGroup";
    case EntityKind::kRole:
      break;
  }
  return "PoliciesPerRole";
}

Fault inlineMissing(EntityKind kind, const std::string& policyName) {
  return noSuchEntity("The " + std::string(wordOf(kind)) + " policy with name " + policyName + " cannot be found.");
}

}  // namespace

// --- inline

Result<void> IamService::putInlinePolicy(const Entity& entity, const std::string& policyName,
                                         const std::string& document) {
  HEARTH_CHECK(checkName("policyName", policyName, 128));
  HEARTH_CHECK(checkPolicyDocument(document, PolicyKind::kInline));
  std::size_t size = policySize(document);
  for (const InlinePolicy& policy : store_.listInline(entity.id))
    if (policy.name != policyName) size += policySize(policy.document);
  if (std::size_t most = longestInline(entity.kind); size > most)
    return limitExceeded("Maximum policy size of " + std::to_string(most) + " bytes exceeded for " +
                         std::string(wordOf(entity.kind)) + " " + entity.name);
  store_.putInline(entity.id, {policyName, document});
  return {};
}

Result<void> IamService::deleteInlinePolicy(const Entity& entity, const std::string& policyName) {
  HEARTH_CHECK(checkName("policyName", policyName, 128));
  if (!store_.deleteInline(entity.id, policyName)) return inlineMissing(entity.kind, policyName);
  return {};
}

template <class Out>
Result<Out> IamService::readInline(EntityKind kind, const api::Call& call, const std::string& name,
                                   const std::string& policyName, std::string Out::*nameMember) const {
  HEARTH_CHECK(checkName("policyName", policyName, 128));
  HEARTH_TRY(Entity entity, getEntity(kind, call.account, name));
  auto document = store_.findInline(entity.id, policyName);
  if (!document) return inlineMissing(kind, policyName);
  Out out;
  out.*nameMember = entity.name;
  out.policyName = policyName;
  out.policyDocument = base::uriEncode(*document);
  return out;
}

template <class Out, class In>
Result<Out> IamService::listInline(EntityKind kind, const api::Call& call, const std::string& name,
                                   const In& in) const {
  HEARTH_TRY(Page page, readPage("Inline." + std::string(wordOf(kind)), in.marker, in.maxItems));
  HEARTH_TRY(Entity entity, getEntity(kind, call.account, name));
  Out out;
  for (InlinePolicy& policy : store_.listInline(entity.id)) out.policyNames.push_back(std::move(policy.name));
  takePage(
      out.policyNames, page, [](const std::string& policyName) { return policyName; }, out);
  return out;
}

// --- attached

Result<void> IamService::attachPolicy(const Entity& entity, const std::string& policyArn) {
  if (!parsePolicyArn(policyArn)) return validationError("ARN " + policyArn.substr(0, 2048) + " is not valid.");
  if (!findManagedPolicy(entity.account, policyArn))
    return noSuchEntity("Policy " + policyArn + " does not exist or is not attachable.");
  auto attached = store_.listAttached(entity.id);
  if (std::find(attached.begin(), attached.end(), policyArn) != attached.end()) return {};
  if (attached.size() >= kMostAttached) return quotaExceeded(attachmentQuota(entity.kind), kMostAttached);
  store_.attach(entity.account, {entity.kind, entity.id, PolicyUse::kPermissions}, policyArn);
  return {};
}

Result<void> IamService::detachPolicy(const Entity& entity, const std::string& policyArn) {
  if (!parsePolicyArn(policyArn)) return validationError("ARN " + policyArn.substr(0, 2048) + " is not valid.");
  if (!store_.detach(entity.id, policyArn, PolicyUse::kPermissions))
    return noSuchEntity("Policy " + policyArn + " was not found.");
  return {};
}

template <class Out, class In>
Result<Out> IamService::listAttached(EntityKind kind, const api::Call& call, const std::string& name,
                                     const In& in) const {
  HEARTH_TRY(Page page, readPage("Attached." + std::string(wordOf(kind)), in.marker, in.maxItems));
  if (in.pathPrefix) HEARTH_CHECK(checkPathPrefix(*in.pathPrefix));
  HEARTH_TRY(Entity entity, getEntity(kind, call.account, name));
  Out out;
  auto& list = out.attachedPolicies.emplace();
  for (std::string& arn : store_.listAttached(entity.id)) {
    auto parsed = parsePolicyArn(arn);
    if (parsed && (!in.pathPrefix || parsed->path.starts_with(*in.pathPrefix)))
      list.push_back({parsed->name, std::move(arn)});
  }
  takePage(
      list, page, [](const AttachedPolicy& policy) { return *policy.policyArn; }, out);
  return out;
}

// --- users

Result<PutUserPolicyOutput> IamService::putUserPolicy(const api::Call& call, PutUserPolicyInput in) {
  HEARTH_TRY(Entity user, getEntity(EntityKind::kUser, call.account, in.userName));
  HEARTH_CHECK(putInlinePolicy(user, in.policyName, in.policyDocument));
  return PutUserPolicyOutput{};
}

Result<DeleteUserPolicyOutput> IamService::deleteUserPolicy(const api::Call& call, DeleteUserPolicyInput in) {
  HEARTH_TRY(Entity user, getEntity(EntityKind::kUser, call.account, in.userName));
  HEARTH_CHECK(deleteInlinePolicy(user, in.policyName));
  return DeleteUserPolicyOutput{};
}

Result<AttachUserPolicyOutput> IamService::attachUserPolicy(const api::Call& call, AttachUserPolicyInput in) {
  HEARTH_TRY(Entity user, getEntity(EntityKind::kUser, call.account, in.userName));
  HEARTH_CHECK(attachPolicy(user, in.policyArn));
  return AttachUserPolicyOutput{};
}

Result<DetachUserPolicyOutput> IamService::detachUserPolicy(const api::Call& call, DetachUserPolicyInput in) {
  HEARTH_TRY(Entity user, getEntity(EntityKind::kUser, call.account, in.userName));
  HEARTH_CHECK(detachPolicy(user, in.policyArn));
  return DetachUserPolicyOutput{};
}

Result<GetUserPolicyOutput> IamService::getUserPolicy(const api::Call& call, GetUserPolicyInput in) const {
  return readInline(EntityKind::kUser, call, in.userName, in.policyName, &GetUserPolicyOutput::userName);
}

Result<ListUserPoliciesOutput> IamService::listUserPolicies(const api::Call& call, ListUserPoliciesInput in) const {
  return listInline<ListUserPoliciesOutput>(EntityKind::kUser, call, in.userName, in);
}

Result<ListAttachedUserPoliciesOutput> IamService::listAttachedUserPolicies(
    const api::Call& call, ListAttachedUserPoliciesInput in) const {
  return listAttached<ListAttachedUserPoliciesOutput>(EntityKind::kUser, call, in.userName, in);
}

// --- groups

Result<PutGroupPolicyOutput> IamService::putGroupPolicy(const api::Call& call, PutGroupPolicyInput in) {
  HEARTH_TRY(Entity group, getEntity(EntityKind::kGroup, call.account, in.groupName));
  HEARTH_CHECK(putInlinePolicy(group, in.policyName, in.policyDocument));
  return PutGroupPolicyOutput{};
}

Result<DeleteGroupPolicyOutput> IamService::deleteGroupPolicy(const api::Call& call, DeleteGroupPolicyInput in) {
  HEARTH_TRY(Entity group, getEntity(EntityKind::kGroup, call.account, in.groupName));
  HEARTH_CHECK(deleteInlinePolicy(group, in.policyName));
  return DeleteGroupPolicyOutput{};
}

Result<AttachGroupPolicyOutput> IamService::attachGroupPolicy(const api::Call& call, AttachGroupPolicyInput in) {
  HEARTH_TRY(Entity group, getEntity(EntityKind::kGroup, call.account, in.groupName));
  HEARTH_CHECK(attachPolicy(group, in.policyArn));
  return AttachGroupPolicyOutput{};
}

Result<DetachGroupPolicyOutput> IamService::detachGroupPolicy(const api::Call& call, DetachGroupPolicyInput in) {
  HEARTH_TRY(Entity group, getEntity(EntityKind::kGroup, call.account, in.groupName));
  HEARTH_CHECK(detachPolicy(group, in.policyArn));
  return DetachGroupPolicyOutput{};
}

Result<GetGroupPolicyOutput> IamService::getGroupPolicy(const api::Call& call, GetGroupPolicyInput in) const {
  return readInline(EntityKind::kGroup, call, in.groupName, in.policyName, &GetGroupPolicyOutput::groupName);
}

Result<ListGroupPoliciesOutput> IamService::listGroupPolicies(const api::Call& call,
                                                              ListGroupPoliciesInput in) const {
  return listInline<ListGroupPoliciesOutput>(EntityKind::kGroup, call, in.groupName, in);
}

Result<ListAttachedGroupPoliciesOutput> IamService::listAttachedGroupPolicies(
    const api::Call& call, ListAttachedGroupPoliciesInput in) const {
  return listAttached<ListAttachedGroupPoliciesOutput>(EntityKind::kGroup, call, in.groupName, in);
}

// --- roles

Result<PutRolePolicyOutput> IamService::putRolePolicy(const api::Call& call, PutRolePolicyInput in) {
  HEARTH_TRY(Entity role, getEntity(EntityKind::kRole, call.account, in.roleName));
  HEARTH_CHECK(putInlinePolicy(role, in.policyName, in.policyDocument));
  return PutRolePolicyOutput{};
}

Result<DeleteRolePolicyOutput> IamService::deleteRolePolicy(const api::Call& call, DeleteRolePolicyInput in) {
  HEARTH_TRY(Entity role, getEntity(EntityKind::kRole, call.account, in.roleName));
  HEARTH_CHECK(deleteInlinePolicy(role, in.policyName));
  return DeleteRolePolicyOutput{};
}

Result<AttachRolePolicyOutput> IamService::attachRolePolicy(const api::Call& call, AttachRolePolicyInput in) {
  HEARTH_TRY(Entity role, getEntity(EntityKind::kRole, call.account, in.roleName));
  HEARTH_CHECK(attachPolicy(role, in.policyArn));
  return AttachRolePolicyOutput{};
}

Result<DetachRolePolicyOutput> IamService::detachRolePolicy(const api::Call& call, DetachRolePolicyInput in) {
  HEARTH_TRY(Entity role, getEntity(EntityKind::kRole, call.account, in.roleName));
  HEARTH_CHECK(detachPolicy(role, in.policyArn));
  return DetachRolePolicyOutput{};
}

Result<GetRolePolicyOutput> IamService::getRolePolicy(const api::Call& call, GetRolePolicyInput in) const {
  return readInline(EntityKind::kRole, call, in.roleName, in.policyName, &GetRolePolicyOutput::roleName);
}

Result<ListRolePoliciesOutput> IamService::listRolePolicies(const api::Call& call, ListRolePoliciesInput in) const {
  return listInline<ListRolePoliciesOutput>(EntityKind::kRole, call, in.roleName, in);
}

Result<ListAttachedRolePoliciesOutput> IamService::listAttachedRolePolicies(
    const api::Call& call, ListAttachedRolePoliciesInput in) const {
  return listAttached<ListAttachedRolePoliciesOutput>(EntityKind::kRole, call, in.roleName, in);
}

}  // namespace hearth::services::iam
