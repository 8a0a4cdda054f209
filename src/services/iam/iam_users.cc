// Users: create, read, rename, tag, delete.
#include <algorithm>

#include "services/iam/faults.h"
#include "services/iam/iam_service.h"
#include "services/iam/times.h"

namespace hearth::services::iam {

using namespace api::iam;

namespace {

constexpr std::size_t kMostUsers = 5000;

Fault userExists(const std::string& name) { return alreadyExists("User with name " + name + " already exists."); }

// What lists show: neither tags nor boundary.
User summaryOf(const UserRow& row) {
  User user;
  user.path = row.path;
  user.userName = row.name;
  user.userId = row.id;
  user.arn = row.arn();
  user.createDate = row.created;
  return user;
}

Entity entityOf(const UserRow& user) { return {EntityKind::kUser, user.account, user.name, user.id, user.arn()}; }

}  // namespace

User IamService::describe(const UserRow& row) const {
  User user = summaryOf(row);
  if (!row.tags.empty()) user.tags = tagList(row.tags);
  user.permissionsBoundary = boundaryOf(row.id);
  return user;
}

Result<UserRow> IamService::getUserOrCaller(const api::Call& call, const std::optional<std::string>& name) const {
  if (name) return getUserRow(call, *name);
  auto caller = parsePrincipalArn(call.principal.arn);
  if (!caller || caller->kind != EntityKind::kUser)
    return validationError("Must specify userName when calling with non-User credentials");
  return getUserRow(call, caller->name);
}

Result<CreateUserOutput> IamService::createUser(const api::Call& call, CreateUserInput in) {
  HEARTH_CHECK(checkEntityName(EntityKind::kUser, "userName", in.userName));
  if (in.path) HEARTH_CHECK(checkPath("path", *in.path));
  HEARTH_TRY(Tags tags, readTags(in.tags.value_or(std::vector<Tag>{}), TagKeys::kAnyCase));
  if (store_.findUser(call.account, in.userName)) return userExists(in.userName);
  if (store_.countUsers(call.account) >= static_cast<std::int64_t>(kMostUsers))
    return quotaExceeded("UsersPerAccount", kMostUsers);
  UserRow user{call.account,           in.userName,    in.path.value_or("/"), uniqueId("AIDA", random_),
               wholeSeconds(call.now), std::move(tags)};
  store_.insertUser(user);
  if (in.permissionsBoundary) HEARTH_CHECK(setBoundary(entityOf(user), in.permissionsBoundary));
  return CreateUserOutput{describe(user)};
}

Result<DeleteUserOutput> IamService::deleteUser(const api::Call& call, DeleteUserInput in) {
  HEARTH_TRY(UserRow user, getUserRow(call, in.userName));
  if (!directory_.listAccessKeys(user.account, user.name).empty())
    return deleteConflict("Cannot delete entity, must delete access keys first.");
  HEARTH_CHECK(checkDeletable(entityOf(user)));
  if (!store_.groupsOf(user.id).empty())
    return deleteConflict("Cannot delete entity, must remove users from group first.");
  store_.deleteUser(user);
  return DeleteUserOutput{};
}

Result<GetUserOutput> IamService::getUser(const api::Call& call, GetUserInput in) const {
  GetUserOutput out;
  if (!in.userName && call.principal.isRoot) {
    // Root has neither name nor path.
    out.user.userId = call.account;
    out.user.arn = "arn:aws:iam::" + call.account + ":root";
    out.user.createDate = std::min(store_.founded(), wholeSeconds(call.now));
    return out;
  }
  HEARTH_TRY(UserRow user, getUserOrCaller(call, in.userName));
  out.user = describe(user);
  return out;
}

Result<ListUsersOutput> IamService::listUsers(const api::Call& call, ListUsersInput in) const {
  HEARTH_TRY(Page page, readPage("ListUsers", in.marker, in.maxItems));
  if (in.pathPrefix) HEARTH_CHECK(checkPathPrefix(*in.pathPrefix));
  auto users = store_.listUsers(call.account, in.pathPrefix.value_or("/"), page);
  ListUsersOutput out;
  cutPage(
      users, page, [](const UserRow& user) { return user.name; }, out);
  std::transform(users.begin(), users.end(), std::back_inserter(out.users), summaryOf);
  return out;
}

Result<UpdateUserOutput> IamService::updateUser(const api::Call& call, UpdateUserInput in) {
  HEARTH_TRY(UserRow user, getUserRow(call, in.userName));
  if (in.newPath) HEARTH_CHECK(checkPath("newPath", *in.newPath));
  const std::string oldName = user.name;
  if (in.newUserName) {
    HEARTH_CHECK(checkEntityName(EntityKind::kUser, "newUserName", *in.newUserName));
    if (store_.findUser(call.account, *in.newUserName)) return userExists(*in.newUserName);
    user.name = *in.newUserName;
  }
  if (in.newPath) user.path = *in.newPath;
  store_.updateUser(user);
  directory_.renameUserOfKeys(user.account, oldName, user.name, user.arn());
  return UpdateUserOutput{};
}

Result<ListUserTagsOutput> IamService::listUserTags(const api::Call& call, ListUserTagsInput in) const {
  HEARTH_TRY(Page page, readPage("ListUserTags", in.marker, in.maxItems));
  HEARTH_TRY(UserRow user, getUserRow(call, in.userName));
  ListUserTagsOutput out;
  out.tags = tagList(user.tags);
  takePage(
      out.tags, page, [](const Tag& tag) { return tag.key; }, out);
  return out;
}

Result<TagUserOutput> IamService::tagUser(const api::Call& call, TagUserInput in) {
  HEARTH_TRY(Tags tags, readTags(in.tags, TagKeys::kAnyCase));
  HEARTH_TRY(UserRow user, getUserRow(call, in.userName));
  HEARTH_CHECK(mergeTags(user.tags, tags, TagKeys::kAnyCase));
  store_.updateUser(user);
  return TagUserOutput{};
}

Result<UntagUserOutput> IamService::untagUser(const api::Call& call, UntagUserInput in) {
  HEARTH_CHECK(checkTagKeys(in.tagKeys));
  HEARTH_TRY(UserRow user, getUserRow(call, in.userName));
  eraseTags(user.tags, in.tagKeys, TagKeys::kAnyCase);
  store_.updateUser(user);
  return UntagUserOutput{};
}

Result<PutUserPermissionsBoundaryOutput> IamService::putUserPermissionsBoundary(
    const api::Call& call, PutUserPermissionsBoundaryInput in) {
  HEARTH_TRY(UserRow user, getUserRow(call, in.userName));
  HEARTH_CHECK(setBoundary(entityOf(user), in.permissionsBoundary));
  return PutUserPermissionsBoundaryOutput{};
}

Result<DeleteUserPermissionsBoundaryOutput> IamService::deleteUserPermissionsBoundary(
    const api::Call& call, DeleteUserPermissionsBoundaryInput in) {
  HEARTH_TRY(UserRow user, getUserRow(call, in.userName));
  HEARTH_CHECK(setBoundary(entityOf(user), std::nullopt));
  return DeleteUserPermissionsBoundaryOutput{};
}

}  // namespace hearth::services::iam
