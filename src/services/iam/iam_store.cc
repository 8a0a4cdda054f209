#include "services/iam/iam_store.h"

#include <algorithm>

#include "base/json.h"

namespace hearth::services::iam {
namespace {

constexpr std::string_view kSchema = R"sql(
CREATE TABLE iam_founded (at INTEGER NOT NULL);
INSERT INTO iam_founded VALUES (CAST(strftime('%s', 'now') AS INTEGER) * 1000);

CREATE TABLE iam_users (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL COLLATE NOCASE, path TEXT NOT NULL,
  created INTEGER NOT NULL, tags TEXT NOT NULL,
  UNIQUE (account, name)
);
CREATE TABLE iam_groups (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL COLLATE NOCASE, path TEXT NOT NULL,
  created INTEGER NOT NULL,
  UNIQUE (account, name)
);
CREATE TABLE iam_members (
  group_id TEXT NOT NULL REFERENCES iam_groups(id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES iam_users(id) ON DELETE CASCADE,
  PRIMARY KEY (group_id, user_id)
);
CREATE INDEX iam_members_by_user ON iam_members (user_id);

CREATE TABLE iam_policies (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL COLLATE NOCASE, path TEXT NOT NULL,
  description TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,
  default_version INTEGER NOT NULL, next_version INTEGER NOT NULL, tags TEXT NOT NULL,
  UNIQUE (account, name)
);
CREATE TABLE iam_policy_versions (
  policy_id TEXT NOT NULL REFERENCES iam_policies(id) ON DELETE CASCADE,
  number INTEGER NOT NULL, document TEXT NOT NULL, created INTEGER NOT NULL,
  PRIMARY KEY (policy_id, number)
);

CREATE TABLE iam_inline_policies (
  entity_id TEXT NOT NULL, name TEXT NOT NULL, document TEXT NOT NULL,
  PRIMARY KEY (entity_id, name)
);
CREATE TABLE iam_attachments (
  entity_id TEXT NOT NULL, policy_arn TEXT NOT NULL, use INTEGER NOT NULL,
  account TEXT NOT NULL, kind INTEGER NOT NULL,
  PRIMARY KEY (entity_id, use, policy_arn)
);
CREATE INDEX iam_attachments_by_policy ON iam_attachments (account, policy_arn);
)sql";

constexpr std::string_view kUserColumns = "u.account, u.name, u.path, u.id, u.created, u.tags";
constexpr std::string_view kGroupColumns = "g.account, g.name, g.path, g.id, g.created";
constexpr std::string_view kPolicyColumns =
    "account, name, path, id, description, created, updated, default_version, next_version, tags";

UserRow userOf(const store::Rows& rows) {
  return {rows.text(0),          rows.text(1), rows.text(2), rows.text(3), base::fromMillis(rows.integer(4)),
          tagsFrom(rows.text(5))};
}

GroupRow groupOf(const store::Rows& rows) {
  return {rows.text(0), rows.text(1), rows.text(2), rows.text(3), base::fromMillis(rows.integer(4))};
}

PolicyRow policyOf(const store::Rows& rows) {
  return {rows.text(0),
          rows.text(1),
          rows.text(2),
          rows.text(3),
          rows.text(4),
          base::fromMillis(rows.integer(5)),
          base::fromMillis(rows.integer(6)),
          rows.integer(7),
          rows.integer(8),
          tagsFrom(rows.text(9))};
}

std::string select(std::string_view columns, std::string_view rest) {
  return std::string("SELECT ").append(columns).append(" FROM ").append(rest);
}

std::int64_t countOf(store::Rows rows) { return rows.next() ? rows.integer(0) : 0; }

}  // namespace

std::vector<store::Migration> iamMigrations() { return {{"iam/001 users, groups, policies", kSchema}}; }

std::string tagsText(const Tags& tags) {
  JsonObject object;
  for (const auto& [key, value] : tags) object[key] = value;
  return base::writeJson(object);
}

Tags tagsFrom(const std::string& text) {
  Tags tags;
  auto document = base::parseJson(text);
  if (document.ok() && document->is_object())
    for (const auto& [key, value] : document->get_object()) tags[std::string(key)] = value.get_string();
  return tags;
}

base::Time IamStore::founded() const {
  auto rows = database_.query("SELECT at FROM iam_founded");
  return base::fromMillis(rows.next() ? rows.integer(0) : 0);
}

// --- users

std::optional<UserRow> IamStore::findUser(const std::string& account, const std::string& name) const {
  auto rows =
      database_.query(select(kUserColumns, "iam_users u WHERE u.account = ? AND u.name = ?"), account, name);
  if (!rows.next()) return std::nullopt;
  return userOf(rows);
}

std::vector<UserRow> IamStore::listUsers(const std::string& account, const std::string& pathPrefix,
                                         const Page& page) const {
  std::vector<UserRow> users;
  auto rows = database_.query(select(kUserColumns,
                                     "iam_users u WHERE u.account = ?1 AND u.name > ?2 AND"
                                     " substr(u.path, 1, length(?3)) = ?3 ORDER BY u.name LIMIT ?4"),
                              account, page.after, pathPrefix, page.fetch());
  while (rows.next()) users.push_back(userOf(rows));
  return users;
}

std::int64_t IamStore::countUsers(const std::string& account) const {
  return countOf(database_.query("SELECT count(*) FROM iam_users WHERE account = ?", account));
}

void IamStore::insertUser(const UserRow& user) {
  change("INSERT INTO iam_users (id, account, name, path, created, tags) VALUES (?, ?, ?, ?, ?, ?)", user.id,
         user.account, user.name, user.path, base::toMillis(user.created), tagsText(user.tags));
}

void IamStore::updateUser(const UserRow& user) {
  change("UPDATE iam_users SET name = ?, path = ?, tags = ? WHERE id = ?", user.name, user.path,
         tagsText(user.tags), user.id);
}

void IamStore::deleteUser(const UserRow& user) {
  forgetEntity(user.id);
  change("DELETE FROM iam_members WHERE user_id = ?", user.id);
  change("DELETE FROM iam_users WHERE id = ?", user.id);
}

// --- groups

std::optional<GroupRow> IamStore::findGroup(const std::string& account, const std::string& name) const {
  auto rows =
      database_.query(select(kGroupColumns, "iam_groups g WHERE g.account = ? AND g.name = ?"), account, name);
  if (!rows.next()) return std::nullopt;
  return groupOf(rows);
}

std::vector<GroupRow> IamStore::listGroups(const std::string& account, const std::string& pathPrefix,
                                           const Page& page) const {
  std::vector<GroupRow> groups;
  auto rows = database_.query(select(kGroupColumns,
                                     "iam_groups g WHERE g.account = ?1 AND g.name > ?2 AND"
                                     " substr(g.path, 1, length(?3)) = ?3 ORDER BY g.name LIMIT ?4"),
                              account, page.after, pathPrefix, page.fetch());
  while (rows.next()) groups.push_back(groupOf(rows));
  return groups;
}

std::int64_t IamStore::countGroups(const std::string& account) const {
  return countOf(database_.query("SELECT count(*) FROM iam_groups WHERE account = ?", account));
}

void IamStore::insertGroup(const GroupRow& group) {
  change("INSERT INTO iam_groups (id, account, name, path, created) VALUES (?, ?, ?, ?, ?)", group.id,
         group.account, group.name, group.path, base::toMillis(group.created));
}

void IamStore::updateGroup(const GroupRow& group) {
  change("UPDATE iam_groups SET name = ?, path = ? WHERE id = ?", group.name, group.path, group.id);
}

void IamStore::deleteGroup(const GroupRow& group) {
  forgetEntity(group.id);
  change("DELETE FROM iam_members WHERE group_id = ?", group.id);
  change("DELETE FROM iam_groups WHERE id = ?", group.id);
}

std::vector<UserRow> IamStore::listMembers(const std::string& groupId, const Page& page) const {
  std::vector<UserRow> users;
  auto rows = database_.query(select(kUserColumns,
                                     "iam_members m JOIN iam_users u ON u.id = m.user_id WHERE m.group_id = ?"
                                     " AND u.name > ? ORDER BY u.name LIMIT ?"),
                              groupId, page.after, page.fetch());
  while (rows.next()) users.push_back(userOf(rows));
  return users;
}

std::vector<GroupRow> IamStore::groupsOf(const std::string& userId) const {
  std::vector<GroupRow> groups;
  auto rows = database_.query(select(kGroupColumns,
                                     "iam_members m JOIN iam_groups g ON g.id = m.group_id WHERE m.user_id = ?"
                                     " ORDER BY g.name COLLATE BINARY"),
                              userId);
  while (rows.next()) groups.push_back(groupOf(rows));
  return groups;
}

bool IamStore::hasMembers(const std::string& groupId) const {
  return countOf(database_.query("SELECT count(*) FROM iam_members WHERE group_id = ?", groupId)) > 0;
}

void IamStore::addMember(const std::string& groupId, const std::string& userId) {
  change("INSERT OR IGNORE INTO iam_members (group_id, user_id) VALUES (?, ?)", groupId, userId);
}

bool IamStore::removeMember(const std::string& groupId, const std::string& userId) {
  return change("DELETE FROM iam_members WHERE group_id = ? AND user_id = ?", groupId, userId) > 0;
}

// --- managed policies

std::optional<PolicyRow> IamStore::findPolicy(const std::string& account, const std::string& name) const {
  auto rows = database_.query(select(kPolicyColumns, "iam_policies WHERE account = ? AND name = ?"), account, name);
  if (!rows.next()) return std::nullopt;
  return policyOf(rows);
}

std::vector<PolicyRow> IamStore::listPolicies(const std::string& account) const {
  std::vector<PolicyRow> policies;
  auto rows = database_.query(select(kPolicyColumns, "iam_policies WHERE account = ? ORDER BY name"), account);
  while (rows.next()) policies.push_back(policyOf(rows));
  return policies;
}

std::int64_t IamStore::countPolicies(const std::string& account) const {
  return countOf(database_.query("SELECT count(*) FROM iam_policies WHERE account = ?", account));
}

void IamStore::insertPolicy(const PolicyRow& policy) {
  change(
      "INSERT INTO iam_policies (id, account, name, path, description, created, updated, default_version, "
      "next_version, tags) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      policy.id, policy.account, policy.name, policy.path, policy.description, base::toMillis(policy.created),
      base::toMillis(policy.updated), policy.defaultVersion, policy.nextVersion, tagsText(policy.tags));
}

void IamStore::updatePolicy(const PolicyRow& policy) {
  change("UPDATE iam_policies SET updated = ?, default_version = ?, next_version = ?, tags = ? WHERE id = ?",
         base::toMillis(policy.updated), policy.defaultVersion, policy.nextVersion, tagsText(policy.tags),
         policy.id);
}

void IamStore::deletePolicy(const PolicyRow& policy) {
  change("DELETE FROM iam_policy_versions WHERE policy_id = ?", policy.id);
  change("DELETE FROM iam_policies WHERE id = ?", policy.id);
}

std::optional<PolicyVersionRow> IamStore::findVersion(const std::string& policyId, std::int64_t number) const {
  auto rows = database_.query(
      "SELECT number, document, created FROM iam_policy_versions WHERE policy_id = ? AND number = ?", policyId,
      number);
  if (!rows.next()) return std::nullopt;
  return PolicyVersionRow{rows.integer(0), rows.text(1), base::fromMillis(rows.integer(2))};
}

std::vector<PolicyVersionRow> IamStore::listVersions(const std::string& policyId) const {
  std::vector<PolicyVersionRow> versions;
  auto rows = database_.query(
      "SELECT number, document, created FROM iam_policy_versions WHERE policy_id = ? ORDER BY number DESC",
      policyId);
  while (rows.next()) versions.push_back({rows.integer(0), rows.text(1), base::fromMillis(rows.integer(2))});
  return versions;
}

void IamStore::insertVersion(const std::string& policyId, const PolicyVersionRow& version) {
  change("INSERT INTO iam_policy_versions (policy_id, number, document, created) VALUES (?, ?, ?, ?)", policyId,
         version.number, version.document, base::toMillis(version.created));
}

void IamStore::deleteVersion(const std::string& policyId, std::int64_t number) {
  change("DELETE FROM iam_policy_versions WHERE policy_id = ? AND number = ?", policyId, number);
}

// --- inline policies

std::optional<std::string> IamStore::findInline(const std::string& entityId, const std::string& name) const {
  auto rows =
      database_.query("SELECT document FROM iam_inline_policies WHERE entity_id = ? AND name = ?", entityId, name);
  if (!rows.next()) return std::nullopt;
  return rows.text(0);
}

std::vector<InlinePolicy> IamStore::listInline(const std::string& entityId) const {
  std::vector<InlinePolicy> policies;
  auto rows =
      database_.query("SELECT name, document FROM iam_inline_policies WHERE entity_id = ? ORDER BY name", entityId);
  while (rows.next()) policies.push_back({rows.text(0), rows.text(1)});
  return policies;
}

void IamStore::putInline(const std::string& entityId, const InlinePolicy& policy) {
  change("INSERT OR REPLACE INTO iam_inline_policies (entity_id, name, document) VALUES (?, ?, ?)", entityId,
         policy.name, policy.document);
}

bool IamStore::deleteInline(const std::string& entityId, const std::string& name) {
  return change("DELETE FROM iam_inline_policies WHERE entity_id = ? AND name = ?", entityId, name) > 0;
}

// --- attachments

std::vector<std::string> IamStore::listAttached(const std::string& entityId) const {
  std::vector<std::string> arns;
  auto rows = database_.query("SELECT policy_arn FROM iam_attachments WHERE entity_id = ? AND use = ? ORDER BY 1",
                              entityId, static_cast<int>(PolicyUse::kPermissions));
  while (rows.next()) arns.push_back(rows.text(0));
  return arns;
}

std::optional<std::string> IamStore::findBoundary(const std::string& entityId) const {
  auto rows = database_.query("SELECT policy_arn FROM iam_attachments WHERE entity_id = ? AND use = ?", entityId,
                              static_cast<int>(PolicyUse::kBoundary));
  if (!rows.next()) return std::nullopt;
  return rows.text(0);
}

void IamStore::attach(const std::string& account, const PolicyHolder& holder, const std::string& policyArn) {
  change("INSERT OR IGNORE INTO iam_attachments (entity_id, policy_arn, use, account, kind) VALUES (?, ?, ?, ?, ?)",
         holder.entityId, policyArn, static_cast<int>(holder.use), account, static_cast<int>(holder.kind));
}

bool IamStore::detach(const std::string& entityId, const std::string& policyArn, PolicyUse use) {
  return change("DELETE FROM iam_attachments WHERE entity_id = ? AND policy_arn = ? AND use = ?", entityId,
                policyArn, static_cast<int>(use)) > 0;
}

void IamStore::setBoundary(const std::string& account, EntityKind kind, const std::string& entityId,
                           const std::optional<std::string>& policyArn) {
  change("DELETE FROM iam_attachments WHERE entity_id = ? AND use = ?", entityId,
         static_cast<int>(PolicyUse::kBoundary));
  if (policyArn) attach(account, {kind, entityId, PolicyUse::kBoundary}, *policyArn);
}

std::vector<PolicyHolder> IamStore::holdersOf(const std::string& account, const std::string& policyArn) const {
  std::vector<PolicyHolder> holders;
  auto rows = database_.query(
      "SELECT kind, entity_id, use FROM iam_attachments WHERE account = ? AND policy_arn = ?", account, policyArn);
  while (rows.next())
    holders.push_back(
        {static_cast<EntityKind>(rows.integer(0)), rows.text(1), static_cast<PolicyUse>(rows.integer(2))});
  return holders;
}

UseCount IamStore::countUses(const std::string& account, const std::string& policyArn) const {
  UseCount count;
  for (const PolicyHolder& holder : holdersOf(account, policyArn))
    ++(holder.use == PolicyUse::kPermissions ? count.permissions : count.boundaries);
  return count;
}

std::map<std::string, UseCount> IamStore::countAllUses(const std::string& account) const {
  std::map<std::string, UseCount> counts;
  auto rows = database_.query(
      "SELECT policy_arn, use, count(*) FROM iam_attachments WHERE account = ? GROUP BY policy_arn, use", account);
  while (rows.next()) {
    UseCount& count = counts[rows.text(0)];
    (static_cast<PolicyUse>(rows.integer(1)) == PolicyUse::kPermissions ? count.permissions : count.boundaries) =
        rows.integer(2);
  }
  return counts;
}

void IamStore::forgetEntity(const std::string& entityId) {
  change("DELETE FROM iam_inline_policies WHERE entity_id = ?", entityId);
  change("DELETE FROM iam_attachments WHERE entity_id = ?", entityId);
}

}  // namespace hearth::services::iam
