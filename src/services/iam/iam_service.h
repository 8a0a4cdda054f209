// IAM: users, groups, roles, their policies and keys. https://docs.aws.amazon.com/IAM/latest/APIReference/
//
// Roles and access keys are kept by identity::Directory, which authentication reads; all else by IamStore. What
// this service keeps decides nothing by itself: identity::Authority asks policiesOf().
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/iam.h"
#include "base/clock.h"
#include "base/random.h"
#include "identity/directory.h"
#include "ports/policy_source.h"
#include "services/iam/aws_managed_policies.h"
#include "services/iam/iam_access.h"
#include "services/iam/iam_store.h"

namespace hearth::services::iam {

// A user, group or role that is there.
struct Entity {
  EntityKind kind = EntityKind::kUser;
  std::string account;
  std::string name;
  std::string id;
  std::string arn;
};

class IamService final : public ports::PolicySource {
 public:
  IamService(store::Database& database, identity::Directory& directory, const base::Clock& clock,
             base::Random& random)
      : store_(database), directory_(directory), clock_(clock), random_(random) {}

  const base::Clock& clock() const { return clock_; }
  const IamStore& store() const { return store_; }
  identity::Directory& directory() { return directory_; }

  // --- ports::PolicySource
  ports::PrincipalPolicies policiesOf(const std::string& principalArn) const override;
  std::uint64_t policyGeneration() const override { return store_.generation() + directory_.roleGeneration(); }

  // What the access rules ask, for as long as this service lives.
  IamNames accessNames() const;

  // --- users: iam_users.cc
  Result<api::iam::CreateUserOutput> createUser(const api::Call& call, api::iam::CreateUserInput in);
  Result<api::iam::DeleteUserOutput> deleteUser(const api::Call& call, api::iam::DeleteUserInput in);
  Result<api::iam::GetUserOutput> getUser(const api::Call& call, api::iam::GetUserInput in) const;
  Result<api::iam::ListUsersOutput> listUsers(const api::Call& call, api::iam::ListUsersInput in) const;
  Result<api::iam::UpdateUserOutput> updateUser(const api::Call& call, api::iam::UpdateUserInput in);
  Result<api::iam::ListUserTagsOutput> listUserTags(const api::Call& call, api::iam::ListUserTagsInput in) const;
  Result<api::iam::TagUserOutput> tagUser(const api::Call& call, api::iam::TagUserInput in);
  Result<api::iam::UntagUserOutput> untagUser(const api::Call& call, api::iam::UntagUserInput in);
  Result<api::iam::PutUserPermissionsBoundaryOutput> putUserPermissionsBoundary(
      const api::Call& call, api::iam::PutUserPermissionsBoundaryInput in);
  Result<api::iam::DeleteUserPermissionsBoundaryOutput> deleteUserPermissionsBoundary(
      const api::Call& call, api::iam::DeleteUserPermissionsBoundaryInput in);

  // --- access keys: iam_access_keys.cc
  Result<api::iam::CreateAccessKeyOutput> createAccessKey(const api::Call& call, api::iam::CreateAccessKeyInput in);
  Result<api::iam::DeleteAccessKeyOutput> deleteAccessKey(const api::Call& call, api::iam::DeleteAccessKeyInput in);
  Result<api::iam::GetAccessKeyLastUsedOutput> getAccessKeyLastUsed(const api::Call& call,
                                                                    api::iam::GetAccessKeyLastUsedInput in) const;
  Result<api::iam::ListAccessKeysOutput> listAccessKeys(const api::Call& call,
                                                        api::iam::ListAccessKeysInput in) const;
  Result<api::iam::UpdateAccessKeyOutput> updateAccessKey(const api::Call& call, api::iam::UpdateAccessKeyInput in);

  // --- groups: iam_groups.cc
  Result<api::iam::AddUserToGroupOutput> addUserToGroup(const api::Call& call, api::iam::AddUserToGroupInput in);
  Result<api::iam::CreateGroupOutput> createGroup(const api::Call& call, api::iam::CreateGroupInput in);
  Result<api::iam::DeleteGroupOutput> deleteGroup(const api::Call& call, api::iam::DeleteGroupInput in);
  Result<api::iam::GetGroupOutput> getGroup(const api::Call& call, api::iam::GetGroupInput in) const;
  Result<api::iam::ListGroupsOutput> listGroups(const api::Call& call, api::iam::ListGroupsInput in) const;
  Result<api::iam::ListGroupsForUserOutput> listGroupsForUser(const api::Call& call,
                                                              api::iam::ListGroupsForUserInput in) const;
  Result<api::iam::RemoveUserFromGroupOutput> removeUserFromGroup(const api::Call& call,
                                                                  api::iam::RemoveUserFromGroupInput in);
  Result<api::iam::UpdateGroupOutput> updateGroup(const api::Call& call, api::iam::UpdateGroupInput in);

  // --- roles: iam_roles.cc
  Result<api::iam::CreateRoleOutput> createRole(const api::Call& call, api::iam::CreateRoleInput in);
  Result<api::iam::DeleteRoleOutput> deleteRole(const api::Call& call, api::iam::DeleteRoleInput in);
  Result<api::iam::GetRoleOutput> getRole(const api::Call& call, api::iam::GetRoleInput in) const;
  Result<api::iam::ListRolesOutput> listRoles(const api::Call& call, api::iam::ListRolesInput in) const;
  Result<api::iam::UpdateRoleOutput> updateRole(const api::Call& call, api::iam::UpdateRoleInput in);
  Result<api::iam::UpdateRoleDescriptionOutput> updateRoleDescription(const api::Call& call,
                                                                      api::iam::UpdateRoleDescriptionInput in);
  Result<api::iam::UpdateAssumeRolePolicyOutput> updateAssumeRolePolicy(const api::Call& call,
                                                                        api::iam::UpdateAssumeRolePolicyInput in);
  Result<api::iam::ListRoleTagsOutput> listRoleTags(const api::Call& call, api::iam::ListRoleTagsInput in) const;
  Result<api::iam::TagRoleOutput> tagRole(const api::Call& call, api::iam::TagRoleInput in);
  Result<api::iam::UntagRoleOutput> untagRole(const api::Call& call, api::iam::UntagRoleInput in);
  Result<api::iam::PutRolePermissionsBoundaryOutput> putRolePermissionsBoundary(
      const api::Call& call, api::iam::PutRolePermissionsBoundaryInput in);
  Result<api::iam::DeleteRolePermissionsBoundaryOutput> deleteRolePermissionsBoundary(
      const api::Call& call, api::iam::DeleteRolePermissionsBoundaryInput in);
  Result<api::iam::ListInstanceProfilesForRoleOutput> listInstanceProfilesForRole(
      const api::Call& call, api::iam::ListInstanceProfilesForRoleInput in) const;

  // --- managed policies: iam_managed_policies.cc
  Result<api::iam::CreatePolicyOutput> createPolicy(const api::Call& call, api::iam::CreatePolicyInput in);
  Result<api::iam::DeletePolicyOutput> deletePolicy(const api::Call& call, api::iam::DeletePolicyInput in);
  Result<api::iam::GetPolicyOutput> getPolicy(const api::Call& call, api::iam::GetPolicyInput in) const;
  Result<api::iam::ListPoliciesOutput> listPolicies(const api::Call& call, api::iam::ListPoliciesInput in) const;
  Result<api::iam::CreatePolicyVersionOutput> createPolicyVersion(const api::Call& call,
                                                                  api::iam::CreatePolicyVersionInput in);
  Result<api::iam::DeletePolicyVersionOutput> deletePolicyVersion(const api::Call& call,
                                                                  api::iam::DeletePolicyVersionInput in);
  Result<api::iam::GetPolicyVersionOutput> getPolicyVersion(const api::Call& call,
                                                            api::iam::GetPolicyVersionInput in) const;
  Result<api::iam::ListPolicyVersionsOutput> listPolicyVersions(const api::Call& call,
                                                                api::iam::ListPolicyVersionsInput in) const;
  Result<api::iam::SetDefaultPolicyVersionOutput> setDefaultPolicyVersion(
      const api::Call& call, api::iam::SetDefaultPolicyVersionInput in);
  Result<api::iam::ListPolicyTagsOutput> listPolicyTags(const api::Call& call,
                                                        api::iam::ListPolicyTagsInput in) const;
  Result<api::iam::TagPolicyOutput> tagPolicy(const api::Call& call, api::iam::TagPolicyInput in);
  Result<api::iam::UntagPolicyOutput> untagPolicy(const api::Call& call, api::iam::UntagPolicyInput in);
  Result<api::iam::ListEntitiesForPolicyOutput> listEntitiesForPolicy(
      const api::Call& call, api::iam::ListEntitiesForPolicyInput in) const;

  // --- inline policies: iam_entity_policies.cc
  Result<api::iam::PutUserPolicyOutput> putUserPolicy(const api::Call& call, api::iam::PutUserPolicyInput in);
  Result<api::iam::GetUserPolicyOutput> getUserPolicy(const api::Call& call, api::iam::GetUserPolicyInput in) const;
  Result<api::iam::DeleteUserPolicyOutput> deleteUserPolicy(const api::Call& call,
                                                            api::iam::DeleteUserPolicyInput in);
  Result<api::iam::ListUserPoliciesOutput> listUserPolicies(const api::Call& call,
                                                            api::iam::ListUserPoliciesInput in) const;
  Result<api::iam::PutGroupPolicyOutput> putGroupPolicy(const api::Call& call, api::iam::PutGroupPolicyInput in);
  Result<api::iam::GetGroupPolicyOutput> getGroupPolicy(const api::Call& call,
                                                        api::iam::GetGroupPolicyInput in) const;
  Result<api::iam::DeleteGroupPolicyOutput> deleteGroupPolicy(const api::Call& call,
                                                              api::iam::DeleteGroupPolicyInput in);
  Result<api::iam::ListGroupPoliciesOutput> listGroupPolicies(const api::Call& call,
                                                              api::iam::ListGroupPoliciesInput in) const;
  Result<api::iam::PutRolePolicyOutput> putRolePolicy(const api::Call& call, api::iam::PutRolePolicyInput in);
  Result<api::iam::GetRolePolicyOutput> getRolePolicy(const api::Call& call, api::iam::GetRolePolicyInput in) const;
  Result<api::iam::DeleteRolePolicyOutput> deleteRolePolicy(const api::Call& call,
                                                            api::iam::DeleteRolePolicyInput in);
  Result<api::iam::ListRolePoliciesOutput> listRolePolicies(const api::Call& call,
                                                            api::iam::ListRolePoliciesInput in) const;

  // --- attachments of managed policies: iam_entity_policies.cc
  Result<api::iam::AttachUserPolicyOutput> attachUserPolicy(const api::Call& call,
                                                            api::iam::AttachUserPolicyInput in);
  Result<api::iam::DetachUserPolicyOutput> detachUserPolicy(const api::Call& call,
                                                            api::iam::DetachUserPolicyInput in);
  Result<api::iam::ListAttachedUserPoliciesOutput> listAttachedUserPolicies(
      const api::Call& call, api::iam::ListAttachedUserPoliciesInput in) const;
  Result<api::iam::AttachGroupPolicyOutput> attachGroupPolicy(const api::Call& call,
                                                              api::iam::AttachGroupPolicyInput in);
  Result<api::iam::DetachGroupPolicyOutput> detachGroupPolicy(const api::Call& call,
                                                              api::iam::DetachGroupPolicyInput in);
  Result<api::iam::ListAttachedGroupPoliciesOutput> listAttachedGroupPolicies(
      const api::Call& call, api::iam::ListAttachedGroupPoliciesInput in) const;
  Result<api::iam::AttachRolePolicyOutput> attachRolePolicy(const api::Call& call,
                                                            api::iam::AttachRolePolicyInput in);
  Result<api::iam::DetachRolePolicyOutput> detachRolePolicy(const api::Call& call,
                                                            api::iam::DetachRolePolicyInput in);
  Result<api::iam::ListAttachedRolePoliciesOutput> listAttachedRolePolicies(
      const api::Call& call, api::iam::ListAttachedRolePoliciesInput in) const;

  // --- the account: iam_service.cc
  Result<api::iam::ListAccountAliasesOutput> listAccountAliases(const api::Call& call,
                                                                api::iam::ListAccountAliasesInput in) const;
  // --- what the operations of the three kinds share, for the resource types too
  // Fault: NoSuchEntity 404, ValidationError for a name that cannot be one.
  Result<Entity> getEntity(EntityKind kind, const std::string& account, const std::string& name) const;
  Result<void> putInlinePolicy(const Entity& entity, const std::string& policyName, const std::string& document);
  // Fault: NoSuchEntity when there is none of this name.
  Result<void> deleteInlinePolicy(const Entity& entity, const std::string& policyName);
  Result<void> attachPolicy(const Entity& entity, const std::string& policyArn);
  Result<void> detachPolicy(const Entity& entity, const std::string& policyArn);
  // No ARN: the entity has no boundary from now on.
  Result<void> setBoundary(const Entity& entity, const std::optional<std::string>& policyArn);
  // Takes the place of all tags of a user or role; reserved keys are allowed here.
  void replaceTags(const Entity& entity, const Tags& tags);

 private:
  // A customer's policy, or AWS's.
  struct ManagedPolicy {
    std::optional<PolicyRow> row;
    const AwsManagedPolicy* aws = nullptr;
    explicit operator bool() const { return row || aws; }
  };

  Result<UserRow> getUserRow(const api::Call& call, const std::string& name) const;
  // The one that is named, or else the one that signed. Fault: ValidationError when no user signed.
  Result<UserRow> getUserOrCaller(const api::Call& call, const std::optional<std::string>& name) const;
  Result<GroupRow> getGroupRow(const api::Call& call, const std::string& name) const;
  Result<identity::RoleRow> getRoleRow(const api::Call& call, const std::string& name) const;
  Result<identity::AccessKeyRow> getAccessKey(const UserRow& user, const std::string& accessKeyId) const;
  Result<void> checkDeletable(const Entity& entity) const;
  bool principalExists(const std::string& arn, const std::string& account) const;
  Result<void> checkTrust(const std::string& document, const std::string& account) const;

  ManagedPolicy findManagedPolicy(const std::string& account, const std::string& arn) const;
  Result<PolicyRow> getPolicyRow(const api::Call& call, const std::string& arn, std::string_view operation) const;
  std::optional<std::string> managedDocument(const std::string& account, const std::string& arn) const;
  api::iam::Policy describe(const ManagedPolicy& policy, const UseCount& uses) const;

  api::iam::User describe(const UserRow& user) const;
  api::iam::Role describe(const identity::RoleRow& role) const;
  std::optional<api::iam::AttachedPermissionsBoundary> boundaryOf(const std::string& entityId) const;

  template <class Out>
  Result<Out> readInline(EntityKind kind, const api::Call& call, const std::string& name,
                         const std::string& policyName, std::string Out::*nameMember) const;
  template <class Out, class In>
  Result<Out> listInline(EntityKind kind, const api::Call& call, const std::string& name, const In& in) const;
  template <class Out, class In>
  Result<Out> listAttached(EntityKind kind, const api::Call& call, const std::string& name, const In& in) const;
  void appendPolicies(const Entity& entity, std::vector<ports::PolicyText>& into) const;
  Tags tagsOfEntity(const Entity& entity) const;

  IamStore store_;
  identity::Directory& directory_;
  const base::Clock& clock_;
  base::Random& random_;
  AwsManagedPolicies awsPolicies_;
};

}  // namespace hearth::services::iam
