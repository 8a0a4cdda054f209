// Groups and who is in them.
#include <algorithm>

#include "services/iam/faults.h"
#include "services/iam/iam_service.h"
#include "services/iam/times.h"

namespace hearth::services::iam {

using namespace api::iam;

namespace {

constexpr std::size_t kMostGroups = 300;
constexpr std::size_t kMostGroupsOfUser = 10;

Fault groupExists(const std::string& name) { return alreadyExists("Group with name " + name + " already exists."); }

Group describeGroup(const GroupRow& row) { return {row.path, row.name, row.id, row.arn(), row.created}; }

}  // namespace

Result<CreateGroupOutput> IamService::createGroup(const api::Call& call, CreateGroupInput in) {
  HEARTH_CHECK(checkEntityName(EntityKind::kGroup, "groupName", in.groupName));
  if (in.path) HEARTH_CHECK(checkPath("path", *in.path));
  if (store_.findGroup(call.account, in.groupName)) return groupExists(in.groupName);
  if (store_.countGroups(call.account) >= static_cast<std::int64_t>(kMostGroups))
    return quotaExceeded("GroupsPerAccount", kMostGroups);
  GroupRow group{call.account, in.groupName, in.path.value_or("/"), uniqueId("AGPA", random_),
                 wholeSeconds(call.now)};
  store_.insertGroup(group);
  return CreateGroupOutput{describeGroup(group)};
}

Result<DeleteGroupOutput> IamService::deleteGroup(const api::Call& call, DeleteGroupInput in) {
  HEARTH_TRY(GroupRow group, getGroupRow(call, in.groupName));
  HEARTH_CHECK(checkDeletable({EntityKind::kGroup, group.account, group.name, group.id, group.arn()}));
  if (store_.hasMembers(group.id))
    return deleteConflict("Cannot delete entity, must remove users from group first.");
  store_.deleteGroup(group);
  return DeleteGroupOutput{};
}

Result<GetGroupOutput> IamService::getGroup(const api::Call& call, GetGroupInput in) const {
  HEARTH_TRY(Page page, readPage("GetGroup", in.marker, in.maxItems));
  HEARTH_TRY(GroupRow group, getGroupRow(call, in.groupName));
  auto members = store_.listMembers(group.id, page);
  GetGroupOutput out;
  out.group = describeGroup(group);
  cutPage(
      members, page, [](const UserRow& user) { return user.name; }, out);
  for (const UserRow& member : members) {
    User user;
    user.path = member.path;
    user.userName = member.name;
    user.userId = member.id;
    user.arn = member.arn();
    user.createDate = member.created;
    out.users.push_back(std::move(user));
  }
  return out;
}

Result<ListGroupsOutput> IamService::listGroups(const api::Call& call, ListGroupsInput in) const {
  HEARTH_TRY(Page page, readPage("ListGroups", in.marker, in.maxItems));
  if (in.pathPrefix) HEARTH_CHECK(checkPathPrefix(*in.pathPrefix));
  auto groups = store_.listGroups(call.account, in.pathPrefix.value_or("/"), page);
  ListGroupsOutput out;
  cutPage(
      groups, page, [](const GroupRow& group) { return group.name; }, out);
  std::transform(groups.begin(), groups.end(), std::back_inserter(out.groups), describeGroup);
  return out;
}

Result<ListGroupsForUserOutput> IamService::listGroupsForUser(const api::Call& call,
                                                              ListGroupsForUserInput in) const {
  HEARTH_TRY(Page page, readPage("ListGroupsForUser", in.marker, in.maxItems));
  HEARTH_TRY(UserRow user, getUserRow(call, in.userName));
  auto groups = store_.groupsOf(user.id);
  ListGroupsForUserOutput out;
  takePage(
      groups, page, [](const GroupRow& group) { return group.name; }, out);
  std::transform(groups.begin(), groups.end(), std::back_inserter(out.groups), describeGroup);
  return out;
}

Result<AddUserToGroupOutput> IamService::addUserToGroup(const api::Call& call, AddUserToGroupInput in) {
  HEARTH_TRY(UserRow user, getUserRow(call, in.userName));
  HEARTH_TRY(GroupRow group, getGroupRow(call, in.groupName));
  auto groups = store_.groupsOf(user.id);
  bool member = std::any_of(groups.begin(), groups.end(), [&](const GroupRow& g) { return g.id == group.id; });
  if (!member && groups.size() >= kMostGroupsOfUser) return quotaExceeded("GroupsPerUser", kMostGroupsOfUser);
  store_.addMember(group.id, user.id);
  return AddUserToGroupOutput{};
}

Result<RemoveUserFromGroupOutput> IamService::removeUserFromGroup(const api::Call& call,
                                                                  RemoveUserFromGroupInput in) {
  HEARTH_TRY(UserRow user, getUserRow(call, in.userName));
  HEARTH_TRY(GroupRow group, getGroupRow(call, in.groupName));
  store_.removeMember(group.id, user.id);
  return RemoveUserFromGroupOutput{};
}

Result<UpdateGroupOutput> IamService::updateGroup(const api::Call& call, UpdateGroupInput in) {
  HEARTH_TRY(GroupRow group, getGroupRow(call, in.groupName));
  if (in.newPath) HEARTH_CHECK(checkPath("newPath", *in.newPath));
  if (in.newGroupName) {
    HEARTH_CHECK(checkEntityName(EntityKind::kGroup, "newGroupName", *in.newGroupName));
    if (store_.findGroup(call.account, *in.newGroupName)) return groupExists(*in.newGroupName);
    group.name = *in.newGroupName;
  }
  if (in.newPath) group.path = *in.newPath;
  store_.updateGroup(group);
  return UpdateGroupOutput{};
}

}  // namespace hearth::services::iam
