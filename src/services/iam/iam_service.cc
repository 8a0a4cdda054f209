#include "services/iam/iam_service.h"

#include <chrono>

#include "services/iam/faults.h"
#include "services/iam/paging.h"

namespace hearth::services::iam {

using namespace api::iam;

namespace {

std::string memberOf(EntityKind kind) { return std::string(wordOf(kind)) + "Name"; }

Fault missing(EntityKind kind, const std::string& name) {
  return noSuchEntity("The " + std::string(wordOf(kind)) + " with name " + name + " cannot be found.");
}

}  // namespace

Result<UserRow> IamService::getUserRow(const api::Call& call, const std::string& name) const {
  HEARTH_CHECK(checkName("userName", name, 128));
  auto user = store_.findUser(call.account, name);
  if (!user) return missing(EntityKind::kUser, name);
  return std::move(*user);
}

Result<GroupRow> IamService::getGroupRow(const api::Call& call, const std::string& name) const {
  HEARTH_CHECK(checkEntityName(EntityKind::kGroup, "groupName", name));
  auto group = store_.findGroup(call.account, name);
  if (!group) return missing(EntityKind::kGroup, name);
  return std::move(*group);
}

Result<identity::RoleRow> IamService::getRoleRow(const api::Call& call, const std::string& name) const {
  HEARTH_CHECK(checkEntityName(EntityKind::kRole, "roleName", name));
  auto role = directory_.findRole(call.account, name);
  if (!role) return missing(EntityKind::kRole, name);
  return std::move(*role);
}

Result<Entity> IamService::getEntity(EntityKind kind, const std::string& account, const std::string& name) const {
  HEARTH_CHECK(checkName(memberOf(kind), name, kind == EntityKind::kRole ? 64 : 128));
  if (kind == EntityKind::kUser) {
    if (auto user = store_.findUser(account, name)) return Entity{kind, account, user->name, user->id, user->arn()};
  } else if (kind == EntityKind::kGroup) {
    if (auto group = store_.findGroup(account, name))
      return Entity{kind, account, group->name, group->id, group->arn()};
  } else if (auto role = directory_.findRole(account, name)) {
    return Entity{kind, account, role->name, role->roleId, role->arn()};
  }
  return missing(kind, name);
}

// AWS names the first obstacle in this order.
Result<void> IamService::checkDeletable(const Entity& entity) const {
  if (!store_.listAttached(entity.id).empty())
    return deleteConflict("Cannot delete entity, must detach all policies first.");
  if (!store_.listInline(entity.id).empty())
    return deleteConflict("Cannot delete entity, must delete policies first.");
  return {};
}

std::optional<AttachedPermissionsBoundary> IamService::boundaryOf(const std::string& entityId) const {
  auto arn = store_.findBoundary(entityId);
  if (!arn) return std::nullopt;
  // AWS answers "Policy", although its API reference says PermissionsBoundaryPolicy.
  return AttachedPermissionsBoundary{"Policy", *arn};
}

Result<void> IamService::setBoundary(const Entity& entity, const std::optional<std::string>& policyArn) {
  if (policyArn) {
    if (!parsePolicyArn(*policyArn)) return invalidInput("ARN " + policyArn->substr(0, 2048) + " is not valid.");
    if (!findManagedPolicy(entity.account, *policyArn))
      return noSuchEntity("Scope ARN: " + *policyArn + " does not exist or is not attachable.");
  }
  store_.setBoundary(entity.account, entity.kind, entity.id, policyArn);
  return {};
}

void IamService::appendPolicies(const Entity& entity, std::vector<ports::PolicyText>& into) const {
  using ports::PolicyPart;
  for (InlinePolicy& policy : store_.listInline(entity.id))
    into.push_back({PolicyPart::kGrant, std::move(policy.name), "", entity.arn, std::move(policy.document)});
  auto append = [&](PolicyPart part, const std::string& arn) {
    auto document = managedDocument(entity.account, arn);
    if (document) into.push_back({part, arn.substr(arn.rfind('/') + 1), arn, entity.arn, std::move(*document)});
  };
  for (const std::string& arn : store_.listAttached(entity.id)) append(PolicyPart::kGrant, arn);
  if (auto boundary = store_.findBoundary(entity.id)) append(PolicyPart::kBoundary, *boundary);
}

ports::PrincipalPolicies IamService::policiesOf(const std::string& principalArn) const {
  ports::PrincipalPolicies policies;
  auto principal = parsePrincipalArn(principalArn);
  if (!principal) return policies;
  auto entity = getEntity(principal->kind, principal->account, principal->name);
  // Names in ARNs are exact, and an ARN that was somebody's before a renaming is nobody's.
  bool session = principalArn.starts_with("arn:aws:sts:");
  if (!entity.ok() || (session ? entity->name != principal->name : entity->arn != principalArn)) return policies;
  policies.arn = entity->arn;
  policies.id = entity->id;
  policies.tags = tagsOfEntity(*entity);
  appendPolicies(*entity, policies.policies);
  if (entity->kind == EntityKind::kUser)
    for (const GroupRow& group : store_.groupsOf(entity->id))
      appendPolicies({EntityKind::kGroup, group.account, group.name, group.id, group.arn()}, policies.policies);
  return policies;
}

IamNames IamService::accessNames() const {
  auto kindOf = [](std::string_view kind) {
    return kind == "user" ? EntityKind::kUser : kind == "group" ? EntityKind::kGroup : EntityKind::kRole;
  };
  IamNames names;
  names.arnOf = [this, kindOf](std::string_view kind, const std::string& account, const std::string& name) {
    auto entity = getEntity(kindOf(kind), account, name);
    return entity.ok() ? entity->arn : "arn:aws:iam::" + account + ":" + std::string(kind) + "/" + name;
  };
  names.boundaryOf = [this, kindOf](std::string_view kind, const std::string& account, const std::string& name) {
    auto entity = getEntity(kindOf(kind), account, name);
    return entity.ok() ? store_.findBoundary(entity->id) : std::nullopt;
  };
  names.userOfKey = [this](const std::string& account, const std::string& accessKeyId) {
    auto key = directory_.findAccessKey(accessKeyId);
    return key && key->account == account ? key->userName : std::string();
  };
  return names;
}

// There is no operation that makes one: AWS's sign-in page is not here.
Result<ListAccountAliasesOutput> IamService::listAccountAliases(const api::Call&,
                                                                ListAccountAliasesInput in) const {
  HEARTH_CHECK(readPage("ListAccountAliases", in.marker, in.maxItems));
  ListAccountAliasesOutput out;
  out.isTruncated = false;
  return out;
}

}  // namespace hearth::services::iam
