#include "identity/directory.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/role_arn.h"
#include "identity/trust_policy.h"

namespace hearth::identity {
namespace {

constexpr std::string_view kSchema = R"sql(
CREATE TABLE identity_access_keys (
  access_key_id TEXT PRIMARY KEY,
  account TEXT NOT NULL, user_name TEXT NOT NULL, user_arn TEXT NOT NULL, user_id TEXT NOT NULL,
  secret BLOB NOT NULL, active INTEGER NOT NULL, created INTEGER NOT NULL
);
CREATE INDEX identity_access_keys_by_user ON identity_access_keys (account, user_name);
CREATE TABLE identity_roles (
  account TEXT NOT NULL, name TEXT NOT NULL, path TEXT NOT NULL, role_id TEXT NOT NULL,
  trust_policy TEXT NOT NULL, max_session INTEGER NOT NULL, created INTEGER NOT NULL, record TEXT NOT NULL,
  PRIMARY KEY (account, name)
);
)sql";

// Names of roles are not distinguished by case. `id` is an access key id, or the id of a role.
constexpr std::string_view kNamesAndUse = R"sql(
CREATE UNIQUE INDEX identity_roles_by_name ON identity_roles (account, name COLLATE NOCASE);
CREATE TABLE identity_last_use (
  id TEXT PRIMARY KEY, at INTEGER NOT NULL, service TEXT NOT NULL, region TEXT NOT NULL
);
)sql";

constexpr std::size_t kMostCached = 4096;
// How much later a use has to be than the one that is on the disk before it is written again.
constexpr base::Duration kUseGranularity = std::chrono::minutes(1);
constexpr std::string_view kSessionContext = "session token";

std::string keyContext(const std::string& accessKeyId) { return "identity_access_keys/" + accessKeyId; }

constexpr std::string_view kRoleColumns =
    "account, name, path, role_id, trust_policy, max_session, created, record";

RoleRow roleOf(const store::Rows& rows) {
  RoleRow role;
  role.account = rows.text(0);
  role.name = rows.text(1);
  role.path = rows.text(2);
  role.roleId = rows.text(3);
  role.trustPolicy = rows.text(4);
  role.maxSessionSeconds = rows.integer(5);
  role.created = base::fromMillis(rows.integer(6));
  role.record = rows.text(7);
  return role;
}

std::string textOf(const Json& document, std::string_view name) {
  return base::findString(document, name).value_or("");
}

Fault noRole(const std::string& arn) { return {"NoSuchEntity", "The role " + arn + " cannot be found.", 404}; }

Result<void> checkAccount(const std::string& roleArn, const std::string& account) {
  if (base::accountOfRole(roleArn) == account) return {};
  return Fault("AccessDenied", "Cross-account pass role is not allowed.", 403);
}

Result<void> checkTrust(const Policy& trust, const RoleRow& role, const std::string& servicePrincipal) {
  if (trustsService(trust, servicePrincipal, role.account)) return {};
  return Fault("AccessDenied", "The trust policy of " + role.arn() + " does not name " + servicePrincipal + ".",
               403);
}

}  // namespace

std::vector<store::Migration> directoryMigrations() {
  return {{"identity/001 access keys and roles", kSchema}, {"identity/002 role names, last use", kNamesAndUse}};
}

Directory::Directory(store::Database& database, const store::Keyring& keyring, const base::Clock& clock,
                     base::Random& random)
    : database_(database), keyring_(keyring), clock_(clock), random_(random) {}

void Directory::addRootKey(RootKey key) {
  if (key.canonicalId.empty()) key.canonicalId = base::sha256Hex("canonical id of " + key.account);
  std::string id = key.accessKeyId;
  rootKeys_.insert_or_assign(std::move(id), std::move(key));
}

std::string Directory::canonicalIdOf(const std::string& account) const {
  for (const auto& [id, key] : rootKeys_)
    if (key.account == account) return key.canonicalId;
  return base::sha256Hex("canonical id of " + account);
}

std::vector<std::string> Directory::rootAccounts() const {
  std::vector<std::string> accounts;
  for (const auto& [id, key] : rootKeys_) accounts.push_back(key.account);
  return accounts;
}

std::vector<std::string> Directory::rootKeysOf(const std::string& account) const {
  std::vector<std::string> ids;
  for (const auto& [id, key] : rootKeys_)
    if (key.account == account) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::optional<KeyIdentity> Directory::findKey(const std::string& accessKeyId,
                                              const std::string& sessionToken) const {
  if (auto root = rootKeys_.find(accessKeyId); root != rootKeys_.end()) {
    KeyIdentity identity;
    identity.secretAccessKey = root->second.secretAccessKey;
    identity.principal.account = root->second.account;
    identity.principal.arn = "arn:aws:iam::" + root->second.account + ":root";
    identity.principal.userId = root->second.account;
    identity.principal.accessKeyId = accessKeyId;
    identity.principal.isRoot = true;
    identity.tokenValid = sessionToken.empty();
    return identity;
  }
  std::uint64_t generation = 0;
  {
    std::lock_guard lock(mutex_);
    generation = generation_;
    auto cached = cache_.find(accessKeyId);
    if (cached != cache_.end() && base::equalsConstantTime(cached->second.token, sessionToken)) {
      KeyIdentity identity = cached->second.identity;
      identity.expired = cached->second.expires <= clock_.now();
      return identity;
    }
  }
  if (accessKeyId.starts_with("ASIA")) return openSession(accessKeyId, sessionToken);

  auto rows = database_.query(
      "SELECT account, user_arn, user_id, secret, active FROM identity_access_keys WHERE access_key_id = ?",
      accessKeyId);
  if (!rows.next()) return std::nullopt;
  auto secret = keyring_.open(rows.blob(3), keyContext(accessKeyId));
  if (!secret.ok()) return std::nullopt;
  KeyIdentity identity;
  identity.secretAccessKey = *secret;
  identity.principal = {rows.text(0), rows.text(1), rows.text(2), accessKeyId};
  identity.active = rows.integer(4) != 0;
  identity.tokenValid = sessionToken.empty();
  if (identity.tokenValid) {
    std::lock_guard lock(mutex_);
    // A key that was changed since the row was read is not remembered as it was.
    if (generation == generation_) {
      if (cache_.size() >= kMostCached) cache_.clear();
      cache_[accessKeyId] = {identity, base::Time::max(), ""};
    }
  }
  return identity;
}

std::optional<KeyIdentity> Directory::openSession(const std::string& accessKeyId, const std::string& token) const {
  KeyIdentity identity;
  identity.principal.accessKeyId = accessKeyId;
  identity.tokenValid = false;
  auto sealed = base::base64Decode(token);
  auto opened = sealed ? keyring_.open(*sealed, kSessionContext) : Result<std::string>(Fault("InvalidToken", ""));
  if (!opened.ok()) return identity;
  auto document = base::parseJson(*opened);
  if (!document.ok() || textOf(*document, "key") != accessKeyId) return identity;
  identity.tokenValid = true;
  identity.secretAccessKey = textOf(*document, "secret");
  identity.principal.account = textOf(*document, "account");
  identity.principal.arn = textOf(*document, "arn");
  identity.principal.userId = textOf(*document, "userId");
  const Json* root = base::findMember(*document, "root");
  identity.principal.isRoot = root && root->is_bool() && root->get_bool();
  const Json* expires = base::findMember(*document, "expires");
  base::Time end = base::fromMillis(expires && expires->is_int64() ? expires->get_int64() : 0);
  identity.expired = end <= clock_.now();
  std::lock_guard lock(mutex_);
  if (cache_.size() >= kMostCached) cache_.clear();
  cache_[accessKeyId] = {identity, end, token};
  return identity;
}

ports::RoleCredentials Directory::seal(const api::Principal& principal, std::int64_t seconds) const {
  ports::RoleCredentials credentials;
  credentials.accessKeyId = "ASIA" + base::randomText(random_, 16, base::kBase32);
  credentials.secretAccessKey = base::randomText(random_, 40, base::kAlphanumeric);
  credentials.expires = clock_.now() + std::chrono::seconds(seconds);
  JsonObject document{{"key", credentials.accessKeyId},
                      {"secret", credentials.secretAccessKey},
                      {"account", principal.account},
                      {"arn", principal.arn},
                      {"userId", principal.userId},
                      {"root", principal.isRoot},
                      {"expires", base::toMillis(credentials.expires)}};
  credentials.sessionToken = base::base64Encode(keyring_.seal(base::writeJson(document), kSessionContext));
  return credentials;
}

ports::RoleCredentials Directory::issue(const RoleRow& role, const SessionRequest& request) const {
  api::Principal principal;
  principal.account = role.account;
  principal.arn = "arn:aws:sts::" + role.account + ":assumed-role/" + role.name + "/" + request.sessionName;
  principal.userId = role.roleId + ":" + request.sessionName;
  return seal(principal, request.seconds);
}

ports::RoleCredentials Directory::issueFor(const api::Principal& principal, std::int64_t seconds) const {
  return seal(principal, seconds);
}

void Directory::insertAccessKey(const AccessKeyRow& key, const std::string& userArn, const std::string& userId) {
  store::Blob secret{keyring_.seal(key.secretAccessKey, keyContext(key.accessKeyId))};
  database_.execute(
      "INSERT INTO identity_access_keys (access_key_id, account, user_name, user_arn, user_id, secret, active, "
      "created)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      key.accessKeyId, key.account, key.userName, userArn, userId, secret, key.active, base::toMillis(key.created));
}

void Directory::forgetKeys() {
  std::lock_guard lock(mutex_);
  ++generation_;
  cache_.clear();
}

void Directory::setAccessKeyActive(const std::string& accessKeyId, bool active) {
  database_.execute("UPDATE identity_access_keys SET active = ? WHERE access_key_id = ?", active, accessKeyId);
  database_.afterCommit([this] { forgetKeys(); });
}

void Directory::deleteAccessKey(const std::string& accessKeyId) {
  database_.execute("DELETE FROM identity_access_keys WHERE access_key_id = ?", accessKeyId);
  database_.execute("DELETE FROM identity_last_use WHERE id = ?", accessKeyId);
  database_.afterCommit([this] { forgetKeys(); });
}

void Directory::renameUserOfKeys(const std::string& account, const std::string& from, const std::string& to,
                                 const std::string& newArn) {
  database_.execute(
      "UPDATE identity_access_keys SET user_name = ?, user_arn = ? WHERE account = ? AND user_name = ?", to, newArn,
      account, from);
  database_.afterCommit([this] { forgetKeys(); });
}

std::optional<AccessKeyRow> Directory::findAccessKey(const std::string& accessKeyId) const {
  auto rows = database_.query(
      "SELECT account, user_name, active, created FROM identity_access_keys WHERE access_key_id = ?", accessKeyId);
  if (!rows.next()) return std::nullopt;
  return AccessKeyRow{rows.text(0), rows.text(1),         accessKeyId,
                      "",           rows.integer(2) != 0, base::fromMillis(rows.integer(3))};
}

std::vector<AccessKeyRow> Directory::listAccessKeys(const std::string& account, const std::string& userName) const {
  std::vector<AccessKeyRow> keys;
  auto rows = database_.query(
      "SELECT access_key_id, active, created FROM identity_access_keys WHERE account = ? AND user_name = ?"
      " ORDER BY created, access_key_id",
      account, userName);
  while (rows.next())
    keys.push_back({account, userName, rows.text(0), "", rows.integer(1) != 0, base::fromMillis(rows.integer(2))});
  return keys;
}

std::optional<RoleRow> Directory::findRole(const std::string& account, const std::string& name) const {
  auto rows = database_.query(
      "SELECT " + std::string(kRoleColumns) + " FROM identity_roles WHERE account = ? AND name = ? COLLATE NOCASE",
      account, name);
  if (!rows.next()) return std::nullopt;
  return roleOf(rows);
}

std::optional<RoleRow> Directory::findRoleByArn(const std::string& arn) const {
  // arn:aws:iam::ACCOUNT:role/PATH/NAME
  constexpr std::string_view kPrefix = "arn:aws:iam::";
  if (!arn.starts_with(kPrefix)) return std::nullopt;
  std::size_t colon = arn.find(':', kPrefix.size());
  std::size_t slash = arn.rfind('/');
  if (colon == std::string::npos || slash == std::string::npos) return std::nullopt;
  auto role = findRole(arn.substr(kPrefix.size(), colon - kPrefix.size()), arn.substr(slash + 1));
  if (!role || role->arn() != arn) return std::nullopt;
  return role;
}

std::vector<RoleRow> Directory::listRoles(const std::string& account, const std::string& pathPrefix) const {
  std::vector<RoleRow> roles;
  auto rows = database_.query("SELECT " + std::string(kRoleColumns) +
                                  " FROM identity_roles WHERE account = ? AND substr(path, 1, length(?2)) = ?2"
                                  " ORDER BY name",
                              account, pathPrefix);
  while (rows.next()) roles.push_back(roleOf(rows));
  return roles;
}

std::vector<RoleRow> Directory::listRoles(const std::string& account, const std::string& pathPrefix,
                                          const std::string& after, std::size_t most) const {
  std::vector<RoleRow> roles;
  auto rows = database_.query("SELECT " + std::string(kRoleColumns) +
                                  " FROM identity_roles WHERE account = ?1 AND name > ?2 COLLATE NOCASE"
                                  " AND substr(path, 1, length(?3)) = ?3 ORDER BY name COLLATE NOCASE LIMIT ?4",
                              account, after, pathPrefix, most);
  while (rows.next()) roles.push_back(roleOf(rows));
  return roles;
}

std::int64_t Directory::countRoles(const std::string& account) const {
  auto rows = database_.query("SELECT count(*) FROM identity_roles WHERE account = ?", account);
  return rows.next() ? rows.integer(0) : 0;
}

void Directory::putRole(const RoleRow& role) {
  database_.execute(
      "INSERT OR REPLACE INTO identity_roles (account, name, path, role_id, trust_policy, max_session, created, "
      "record)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      role.account, role.name, role.path, role.roleId, role.trustPolicy, role.maxSessionSeconds,
      base::toMillis(role.created), role.record);
  rolesChanged();
}

void Directory::deleteRole(const std::string& account, const std::string& name) {
  database_.execute(
      "DELETE FROM identity_last_use WHERE id = (SELECT role_id FROM identity_roles WHERE account = ? AND name = "
      "?)",
      account, name);
  database_.execute("DELETE FROM identity_roles WHERE account = ? AND name = ?", account, name);
  rolesChanged();
}

void Directory::rolesChanged() {
  database_.afterCommit([this] { ++roleGeneration_; });
}

void Directory::recordUse(const api::Principal& principal, const std::string& service, const std::string& region) {
  if (principal.isRoot || principal.anonymous) return;
  std::string id = principal.accessKeyId;
  if (id.starts_with("ASIA")) {
    // AROA...:session; sessions of users (GetSessionToken) count for nobody.
    if (!principal.userId.starts_with("AROA")) return;
    id = principal.userId.substr(0, principal.userId.find(':'));
  }
  if (id.empty()) return;
  KeyUse use{clock_.now(), service, region};
  {
    std::lock_guard lock(mutex_);
    if (uses_.size() >= kMostCached && !uses_.contains(id)) uses_.clear();
    RecordedUse& recorded = uses_[id];
    bool write = recorded.use.service != service || recorded.use.region != region ||
                 use.at >= recorded.written + kUseGranularity;
    recorded.use = use;
    if (!write) return;
    recorded.written = use.at;
  }
  database_.post([this, id, use] {
    database_.execute("INSERT OR REPLACE INTO identity_last_use (id, at, service, region) VALUES (?, ?, ?, ?)", id,
                      base::toMillis(use.at), use.service, use.region);
  });
}

std::optional<KeyUse> Directory::findUse(const std::string& id) const {
  {
    std::lock_guard lock(mutex_);
    if (auto it = uses_.find(id); it != uses_.end()) return it->second.use;
  }
  auto rows = database_.query("SELECT at, service, region FROM identity_last_use WHERE id = ?", id);
  if (!rows.next()) return std::nullopt;
  return KeyUse{base::fromMillis(rows.integer(0)), rows.text(1), rows.text(2)};
}

struct Directory::TrustedRole {
  RoleRow row;
  Policy trust;  // compiled
};

Result<std::shared_ptr<const Directory::TrustedRole>> Directory::getTrusted(const std::string& roleArn) const {
  auto row = findRoleByArn(roleArn);
  if (!row) return noRole(roleArn);
  HEARTH_TRY(Policy trust, Policy::parse(row->trustPolicy, PolicyForm::kTrust));
  return std::make_shared<const TrustedRole>(TrustedRole{*std::move(row), std::move(trust)});
}

Result<std::shared_ptr<const Directory::TrustedRole>> Directory::getKept(const std::string& roleArn) const {
  const std::uint64_t generation = roleGeneration();
  {
    std::lock_guard lock(mutex_);
    const auto kept = keptRoles_.find(roleArn);
    if (kept != keptRoles_.end() && kept->second.generation == generation) return kept->second.role;
  }
  HEARTH_TRY(auto role, getTrusted(roleArn));
  std::lock_guard lock(mutex_);
  if (keptRoles_.size() >= kMostCached) keptRoles_.clear();
  keptRoles_[roleArn] = {generation, role};
  return role;
}

Result<std::shared_ptr<const RoleRow>> Directory::getAssumable(const std::string& roleArn,
                                                               const std::string& servicePrincipal,
                                                               const std::string& account) const {
  HEARTH_CHECK(checkAccount(roleArn, account));
  HEARTH_TRY(const auto role, getKept(roleArn));
  HEARTH_CHECK(checkTrust(role->trust, role->row, servicePrincipal));
  return std::shared_ptr<const RoleRow>(role, &role->row);
}

Result<void> Directory::checkAssumable(const std::string& roleArn, const std::string& servicePrincipal,
                                       const std::string& account) {
  HEARTH_CHECK(checkAccount(roleArn, account));
  HEARTH_TRY(const auto role, getTrusted(roleArn));
  return checkTrust(role->trust, role->row, servicePrincipal);
}

Result<ports::RoleCredentials> Directory::assumeForService(const std::string& roleArn,
                                                           const std::string& sessionName,
                                                           const std::string& servicePrincipal,
                                                           const std::string& account) {
  HEARTH_CHECK(checkAssumable(roleArn, servicePrincipal, account));
  auto role = findRoleByArn(roleArn);
  if (!role) return noRole(roleArn);
  // Long enough for the longest environment; a fresh environment gets fresh keys.
  constexpr std::int64_t kSessionSeconds = 12 * 3600;
  return issue(*role, {sessionName, kSessionSeconds});
}

}  // namespace hearth::identity
