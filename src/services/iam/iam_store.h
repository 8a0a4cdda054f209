// What IAM keeps besides the directory's access keys and roles: users, groups, managed policies, and which policies
// belong to whom. All SQL of the service.
//
// Inline policies and attachments hang on the unique id of a user, group or role, so that renaming moves nothing.
// Names are found and ordered without regard to case. Reads on any thread, changes on the writer thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "services/iam/names.h"
#include "services/iam/paging.h"
#include "store/database.h"

namespace hearth::services::iam {

std::vector<store::Migration> iamMigrations();

struct UserRow {
  std::string account;
  std::string name;
  std::string path = "/";
  std::string id;  // AIDA...
  base::Time created{};
  Tags tags;

  std::string arn() const { return "arn:aws:iam::" + account + ":user" + path + name; }
};

struct GroupRow {
  std::string account;
  std::string name;
  std::string path = "/";
  std::string id;  // AGPA...
  base::Time created{};

  std::string arn() const { return "arn:aws:iam::" + account + ":group" + path + name; }
};

struct PolicyRow {
  std::string account;
  std::string name;
  std::string path = "/";
  std::string id;  // ANPA...
  std::string description;
  base::Time created{};
  base::Time updated{};
  std::int64_t defaultVersion = 1;
  std::int64_t nextVersion = 2;  // numbers are never used again
  Tags tags;

  std::string arn() const { return "arn:aws:iam::" + account + ":policy" + path + name; }
};

struct PolicyVersionRow {
  std::int64_t number = 1;
  std::string document;
  base::Time created{};
};

struct InlinePolicy {
  std::string name;
  std::string document;
};

// What a managed policy is to the user, group or role that it is attached to.
enum class PolicyUse : unsigned char { kPermissions, kBoundary };

struct PolicyHolder {
  EntityKind kind = EntityKind::kUser;
  std::string entityId;
  PolicyUse use = PolicyUse::kPermissions;
};

struct UseCount {
  std::int64_t permissions = 0;
  std::int64_t boundaries = 0;
};

class IamStore final {
 public:
  explicit IamStore(store::Database& database) : database_(database) {}

  // When this data folder was made, by the machine's clock.
  base::Time founded() const;

  // --- users
  std::optional<UserRow> findUser(const std::string& account, const std::string& name) const;
  std::vector<UserRow> listUsers(const std::string& account, const std::string& pathPrefix, const Page& page) const;
  std::int64_t countUsers(const std::string& account) const;
  void insertUser(const UserRow& user);
  void updateUser(const UserRow& user);  // by its id
  void deleteUser(const UserRow& user);

  // --- groups and who is in them
  std::optional<GroupRow> findGroup(const std::string& account, const std::string& name) const;
  std::vector<GroupRow> listGroups(const std::string& account, const std::string& pathPrefix,
                                   const Page& page) const;
  std::int64_t countGroups(const std::string& account) const;
  void insertGroup(const GroupRow& group);
  void updateGroup(const GroupRow& group);  // by its id
  void deleteGroup(const GroupRow& group);
  std::vector<UserRow> listMembers(const std::string& groupId, const Page& page) const;
  std::vector<GroupRow> groupsOf(const std::string& userId) const;
  bool hasMembers(const std::string& groupId) const;
  void addMember(const std::string& groupId, const std::string& userId);  // nothing when it is one
  bool removeMember(const std::string& groupId, const std::string& userId);

  // --- managed policies and their versions
  std::optional<PolicyRow> findPolicy(const std::string& account, const std::string& name) const;
  std::vector<PolicyRow> listPolicies(const std::string& account) const;
  std::int64_t countPolicies(const std::string& account) const;
  void insertPolicy(const PolicyRow& policy);
  void updatePolicy(const PolicyRow& policy);  // by its id
  void deletePolicy(const PolicyRow& policy);  // with its versions
  std::optional<PolicyVersionRow> findVersion(const std::string& policyId, std::int64_t number) const;
  std::vector<PolicyVersionRow> listVersions(const std::string& policyId) const;  // the latest first
  void insertVersion(const std::string& policyId, const PolicyVersionRow& version);
  void deleteVersion(const std::string& policyId, std::int64_t number);

  // --- inline policies
  std::optional<std::string> findInline(const std::string& entityId, const std::string& name) const;
  std::vector<InlinePolicy> listInline(const std::string& entityId) const;  // in the order of names
  void putInline(const std::string& entityId, const InlinePolicy& policy);
  bool deleteInline(const std::string& entityId, const std::string& name);

  // --- attachments of managed policies
  std::vector<std::string> listAttached(const std::string& entityId) const;  // ARNs, ordered
  std::optional<std::string> findBoundary(const std::string& entityId) const;
  void attach(const std::string& account, const PolicyHolder& holder, const std::string& policyArn);
  bool detach(const std::string& entityId, const std::string& policyArn, PolicyUse use);
  void setBoundary(const std::string& account, EntityKind kind, const std::string& entityId,
                   const std::optional<std::string>& policyArn);
  std::vector<PolicyHolder> holdersOf(const std::string& account, const std::string& policyArn) const;
  UseCount countUses(const std::string& account, const std::string& policyArn) const;
  std::map<std::string, UseCount> countAllUses(const std::string& account) const;  // by policy ARN
  // Everything that hangs on a user, group or role that goes.
  void forgetEntity(const std::string& entityId);

  // Another number after every commit that changed something here, before it is acknowledged. Thread-safe.
  std::uint64_t generation() const { return generation_.load(); }

 private:
  template <class... Args>
  std::int64_t change(std::string_view sql, const Args&... args) {
    database_.afterCommit([this] { ++generation_; });
    return database_.execute(sql, args...);
  }

  store::Database& database_;
  std::atomic<std::uint64_t> generation_ = 0;
};

// Tags as the text of a record.
std::string tagsText(const Tags& tags);
Tags tagsFrom(const std::string& text);

}  // namespace hearth::services::iam
