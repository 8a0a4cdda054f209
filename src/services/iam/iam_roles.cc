// Roles: create, read, change, tag, delete; their trust policies and boundaries.
#include <algorithm>

#include "base/bytes.h"
#include "base/json.h"
#include "services/iam/faults.h"
#include "services/iam/iam_service.h"
#include "services/iam/policy_document.h"
#include "services/iam/times.h"

namespace hearth::services::iam {

using namespace api::iam;
using identity::RoleRow;

namespace {

constexpr std::size_t kMostRoles = 1000;
constexpr std::size_t kLongestTrustPolicy = 2048;
constexpr std::int64_t kShortestSession = 3600;
constexpr std::int64_t kLongestSession = 43'200;

// What the directory keeps for this service beside a role.
struct RoleExtras {
  std::string description;
  Tags tags;
};

RoleExtras extrasOf(const RoleRow& role) {
  RoleExtras extras;
  auto document = base::parseJson(role.record);
  if (!document.ok()) return extras;
  extras.description = base::findString(*document, "description").value_or("");
  if (const Json* tags = base::findMember(*document, "tags")) extras.tags = tagsFrom(base::writeJson(*tags));
  return extras;
}

void setExtras(RoleRow& role, const RoleExtras& extras) {
  JsonObject tags;
  for (const auto& [key, value] : extras.tags) tags[key] = value;
  role.record = base::writeJson(JsonObject{{"description", extras.description}, {"tags", tags}});
}

Entity entityOf(const RoleRow& role) {
  return {EntityKind::kRole, role.account, role.name, role.roleId, role.arn()};
}

Result<void> checkSessionDuration(std::int64_t seconds) {
  if (seconds < kShortestSession)
    return constraintBroken("maxSessionDuration", "Member must have value greater than or equal to 3600");
  if (seconds > kLongestSession)
    return constraintBroken("maxSessionDuration", "Member must have value less than or equal to 43200");
  return {};
}

// What every answer shows of a role.
Role baseOf(const RoleRow& row) {
  Role role;
  role.path = row.path;
  role.roleName = row.name;
  role.roleId = row.roleId;
  role.arn = row.arn();
  role.createDate = row.created;
  role.assumeRolePolicyDocument = base::uriEncode(row.trustPolicy);
  return role;
}

// What lists show: no tags, boundary or last use.
Role summaryOf(const RoleRow& row) {
  Role role = baseOf(row);
  RoleExtras extras = extrasOf(row);
  if (!extras.description.empty()) role.description = extras.description;
  role.maxSessionDuration = row.maxSessionSeconds;
  return role;
}

}  // namespace

Tags IamService::tagsOfEntity(const Entity& entity) const {
  if (entity.kind == EntityKind::kUser) {
    auto user = store_.findUser(entity.account, entity.name);
    return user ? std::move(user->tags) : Tags();
  }
  auto role = directory_.findRole(entity.account, entity.name);
  return role ? extrasOf(*role).tags : Tags();
}

Role IamService::describe(const RoleRow& row) const {
  Role role = summaryOf(row);
  if (RoleExtras extras = extrasOf(row); !extras.tags.empty()) role.tags = tagList(extras.tags);
  role.permissionsBoundary = boundaryOf(row.roleId);
  RoleLastUsed& used = role.roleLastUsed.emplace();
  if (auto use = directory_.findUse(row.roleId)) {
    used.lastUsedDate = wholeSeconds(use->at);
    used.region = use->region;
  }
  return role;
}

bool IamService::principalExists(const std::string& arn, const std::string& account) const {
  auto principal = parsePrincipalArn(arn);
  if (!principal) return false;
  // Other accounts' users and roles cannot be looked into.
  if (principal->account != account) return true;
  auto entity = getEntity(principal->kind, account, principal->name);
  if (!entity.ok()) return false;
  return arn.starts_with("arn:aws:sts:") ? entity->name == principal->name : entity->arn == arn;
}

Result<void> IamService::checkTrust(const std::string& document, const std::string& account) const {
  auto exists = [&](const std::string& arn) { return principalExists(arn, account); };
  HEARTH_CHECK(checkTrustDocument(document, exists));
  if (policySize(document) > kLongestTrustPolicy) return quotaExceeded("ACLSizePerRole", kLongestTrustPolicy);
  return {};
}

Result<CreateRoleOutput> IamService::createRole(const api::Call& call, CreateRoleInput in) {
  HEARTH_CHECK(checkEntityName(EntityKind::kRole, "roleName", in.roleName));
  if (in.path) HEARTH_CHECK(checkPath("path", *in.path));
  if (in.description) HEARTH_CHECK(checkDescription(*in.description));
  std::int64_t session = in.maxSessionDuration.value_or(kShortestSession);
  HEARTH_CHECK(checkSessionDuration(session));
  RoleExtras extras{in.description.value_or(""), {}};
  HEARTH_TRY(extras.tags, readTags(in.tags.value_or(std::vector<Tag>{}), TagKeys::kAnyCase));
  if (directory_.findRole(call.account, in.roleName))
    return alreadyExists("Role with name " + in.roleName + " already exists.");
  HEARTH_CHECK(checkTrust(in.assumeRolePolicyDocument, call.account));
  if (directory_.countRoles(call.account) >= static_cast<std::int64_t>(kMostRoles))
    return quotaExceeded("RolesPerAccount", kMostRoles);
  RoleRow role;
  role.account = call.account;
  role.name = in.roleName;
  role.path = in.path.value_or("/");
  role.roleId = uniqueId("AROA", random_);
  role.trustPolicy = in.assumeRolePolicyDocument;
  role.maxSessionSeconds = session;
  role.created = wholeSeconds(call.now);
  setExtras(role, extras);
  directory_.putRole(role);
  if (in.permissionsBoundary) HEARTH_CHECK(setBoundary(entityOf(role), in.permissionsBoundary));
  CreateRoleOutput out{baseOf(role)};
  if (!extras.tags.empty()) out.role.tags = tagList(extras.tags);
  out.role.permissionsBoundary = boundaryOf(role.roleId);
  return out;
}

Result<DeleteRoleOutput> IamService::deleteRole(const api::Call& call, DeleteRoleInput in) {
  HEARTH_TRY(RoleRow role, getRoleRow(call, in.roleName));
  HEARTH_CHECK(checkDeletable(entityOf(role)));
  store_.forgetEntity(role.roleId);
  directory_.deleteRole(role.account, role.name);
  return DeleteRoleOutput{};
}

Result<GetRoleOutput> IamService::getRole(const api::Call& call, GetRoleInput in) const {
  HEARTH_TRY(RoleRow role, getRoleRow(call, in.roleName));
  return GetRoleOutput{describe(role)};
}

Result<ListRolesOutput> IamService::listRoles(const api::Call& call, ListRolesInput in) const {
  HEARTH_TRY(Page page, readPage("ListRoles", in.marker, in.maxItems));
  if (in.pathPrefix) HEARTH_CHECK(checkPathPrefix(*in.pathPrefix));
  auto roles = directory_.listRoles(call.account, in.pathPrefix.value_or("/"), page.after, page.fetch());
  ListRolesOutput out;
  cutPage(
      roles, page, [](const RoleRow& role) { return role.name; }, out);
  std::transform(roles.begin(), roles.end(), std::back_inserter(out.roles), summaryOf);
  return out;
}

Result<UpdateRoleOutput> IamService::updateRole(const api::Call& call, UpdateRoleInput in) {
  if (in.description) HEARTH_CHECK(checkDescription(*in.description));
  if (in.maxSessionDuration) HEARTH_CHECK(checkSessionDuration(*in.maxSessionDuration));
  HEARTH_TRY(RoleRow role, getRoleRow(call, in.roleName));
  RoleExtras extras = extrasOf(role);
  if (in.description) extras.description = *in.description;
  if (in.maxSessionDuration) role.maxSessionSeconds = *in.maxSessionDuration;
  setExtras(role, extras);
  directory_.putRole(role);
  return UpdateRoleOutput{};
}

Result<UpdateRoleDescriptionOutput> IamService::updateRoleDescription(const api::Call& call,
                                                                      UpdateRoleDescriptionInput in) {
  HEARTH_CHECK(checkDescription(in.description));
  HEARTH_TRY(RoleRow role, getRoleRow(call, in.roleName));
  RoleExtras extras = extrasOf(role);
  extras.description = in.description;
  setExtras(role, extras);
  directory_.putRole(role);
  UpdateRoleDescriptionOutput out;
  out.role = baseOf(role);
  out.role->description = in.description;
  return out;
}

Result<UpdateAssumeRolePolicyOutput> IamService::updateAssumeRolePolicy(const api::Call& call,
                                                                        UpdateAssumeRolePolicyInput in) {
  HEARTH_TRY(RoleRow role, getRoleRow(call, in.roleName));
  HEARTH_CHECK(checkTrust(in.policyDocument, call.account));
  role.trustPolicy = in.policyDocument;
  directory_.putRole(role);
  return UpdateAssumeRolePolicyOutput{};
}

Result<ListRoleTagsOutput> IamService::listRoleTags(const api::Call& call, ListRoleTagsInput in) const {
  HEARTH_TRY(Page page, readPage("ListRoleTags", in.marker, in.maxItems));
  HEARTH_TRY(RoleRow role, getRoleRow(call, in.roleName));
  ListRoleTagsOutput out;
  out.tags = tagList(extrasOf(role).tags);
  takePage(
      out.tags, page, [](const Tag& tag) { return tag.key; }, out);
  return out;
}

Result<TagRoleOutput> IamService::tagRole(const api::Call& call, TagRoleInput in) {
  HEARTH_TRY(Tags tags, readTags(in.tags, TagKeys::kAnyCase));
  HEARTH_TRY(RoleRow role, getRoleRow(call, in.roleName));
  RoleExtras extras = extrasOf(role);
  HEARTH_CHECK(mergeTags(extras.tags, tags, TagKeys::kAnyCase));
  setExtras(role, extras);
  directory_.putRole(role);
  return TagRoleOutput{};
}

Result<UntagRoleOutput> IamService::untagRole(const api::Call& call, UntagRoleInput in) {
  HEARTH_CHECK(checkTagKeys(in.tagKeys));
  HEARTH_TRY(RoleRow role, getRoleRow(call, in.roleName));
  RoleExtras extras = extrasOf(role);
  eraseTags(extras.tags, in.tagKeys, TagKeys::kAnyCase);
  setExtras(role, extras);
  directory_.putRole(role);
  return UntagRoleOutput{};
}

void IamService::replaceTags(const Entity& entity, const Tags& tags) {
  if (entity.kind == EntityKind::kRole) {
    if (auto role = directory_.findRole(entity.account, entity.name)) {
      RoleExtras extras = extrasOf(*role);
      extras.tags = tags;
      setExtras(*role, extras);
      directory_.putRole(*role);
    }
  } else if (entity.kind == EntityKind::kUser) {
    if (auto user = store_.findUser(entity.account, entity.name)) {
      user->tags = tags;
      store_.updateUser(*user);
    }
  }
}

Result<PutRolePermissionsBoundaryOutput> IamService::putRolePermissionsBoundary(
    const api::Call& call, PutRolePermissionsBoundaryInput in) {
  HEARTH_TRY(RoleRow role, getRoleRow(call, in.roleName));
  HEARTH_CHECK(setBoundary(entityOf(role), in.permissionsBoundary));
  return PutRolePermissionsBoundaryOutput{};
}

Result<DeleteRolePermissionsBoundaryOutput> IamService::deleteRolePermissionsBoundary(
    const api::Call& call, DeleteRolePermissionsBoundaryInput in) {
  HEARTH_TRY(RoleRow role, getRoleRow(call, in.roleName));
  HEARTH_CHECK(setBoundary(entityOf(role), std::nullopt));
  return DeleteRolePermissionsBoundaryOutput{};
}

// Hearth has no machines to give roles to, so that no instance profile can be there.
Result<ListInstanceProfilesForRoleOutput> IamService::listInstanceProfilesForRole(
    const api::Call& call, ListInstanceProfilesForRoleInput in) const {
  HEARTH_CHECK(readPage("ListInstanceProfilesForRole", in.marker, in.maxItems));
  HEARTH_CHECK(getRoleRow(call, in.roleName));
  ListInstanceProfilesForRoleOutput out;
  out.isTruncated = false;
  return out;
}

}  // namespace hearth::services::iam
