#include "services/lambda/lambda_store.h"

#include "api/document.h"
#include "base/json.h"
#include "services/stored_tags.h"
#include "store/damaged_record.h"

namespace hearth::services::lambda {
namespace {

constexpr std::string_view kSchema = R"sql(
CREATE TABLE lambda_functions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
  tags TEXT NOT NULL, reserved_concurrency INTEGER, next_version INTEGER NOT NULL,
  UNIQUE (account, region, name)
);
CREATE TABLE lambda_versions (
  function_id INTEGER NOT NULL REFERENCES lambda_functions(id) ON DELETE CASCADE,
  version TEXT NOT NULL, content_id TEXT NOT NULL, record BLOB NOT NULL,
  PRIMARY KEY (function_id, version)
) WITHOUT ROWID;
CREATE INDEX lambda_versions_by_content ON lambda_versions (content_id);
CREATE TABLE lambda_aliases (
  function_id INTEGER NOT NULL REFERENCES lambda_functions(id) ON DELETE CASCADE,
  name TEXT NOT NULL, record TEXT NOT NULL,
  PRIMARY KEY (function_id, name)
) WITHOUT ROWID;
CREATE TABLE lambda_permissions (
  function_id INTEGER NOT NULL REFERENCES lambda_functions(id) ON DELETE CASCADE,
  qualifier TEXT NOT NULL, statement_id TEXT NOT NULL,
  action TEXT NOT NULL, principal TEXT NOT NULL, source_arn TEXT NOT NULL, source_account TEXT NOT NULL,
  PRIMARY KEY (function_id, qualifier, statement_id)
) WITHOUT ROWID;
CREATE TABLE lambda_event_configs (
  function_id INTEGER NOT NULL REFERENCES lambda_functions(id) ON DELETE CASCADE,
  qualifier TEXT NOT NULL, record TEXT NOT NULL,
  PRIMARY KEY (function_id, qualifier)
) WITHOUT ROWID;
)sql";

constexpr std::string_view kColumns = "id, account, region, name, tags, reserved_concurrency, next_version";

FunctionRow functionOf(const store::Rows& rows) {
  FunctionRow row;
  row.id = rows.integer(0);
  row.name = {rows.text(1), rows.text(2), rows.text(3), {}};
  const Json tags = base::parseJson(rows.text(4)).value();
  for (const auto& [key, value] : tags.as_object()) row.tags[std::string(key)] = std::string(value.as_string());
  row.reservedConcurrency = rows.optionalInteger(5);
  row.nextVersion = rows.integer(6);
  return row;
}

std::string context(std::int64_t functionId, const std::string& version) {
  return "lambda_versions/" + std::to_string(functionId) + "/" + version;
}

// A record that this server wrote; one that cannot be read is a damaged database.
template <class T>
T record(const std::string& text) {
  auto value = api::fromRecord<T>(text);
  if (!value.ok()) throw store::DamagedRecord("lambda: a record cannot be read: " + value.fault().message);
  return *std::move(value);
}

}  // namespace

std::vector<store::Migration> lambdaMigrations() { return {{"lambda/001 functions", kSchema}}; }

std::optional<FunctionRow> LambdaStore::find(const FunctionName& name) const {
  auto rows = database_.query(
      "SELECT " + std::string(kColumns) + " FROM lambda_functions WHERE account = ? AND region = ? AND name = ?",
      name.account, name.region, name.name);
  if (!rows.next()) return std::nullopt;
  return functionOf(rows);
}

std::vector<FunctionRow> LambdaStore::list(const std::string& account, const std::string& region,
                                           const std::string& after, std::size_t most) const {
  std::vector<FunctionRow> functions;
  auto rows = database_.query("SELECT " + std::string(kColumns) +
                                  " FROM lambda_functions WHERE account = ? AND region = ? AND name > ?"
                                  " ORDER BY name LIMIT ?",
                              account, region, after, static_cast<std::int64_t>(most));
  while (rows.next()) functions.push_back(functionOf(rows));
  return functions;
}

std::int64_t LambdaStore::insert(const FunctionRow& function) {
  auto rows = database_.query(
      "INSERT INTO lambda_functions (account, region, name, tags, reserved_concurrency, next_version)"
      " VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
      function.name.account, function.name.region, function.name.name, writeTags(function.tags),
      function.reservedConcurrency, function.nextVersion);
  rows.next();
  return rows.integer(0);
}

void LambdaStore::update(const FunctionRow& function) {
  database_.execute("UPDATE lambda_functions SET tags = ?, reserved_concurrency = ?, next_version = ? WHERE id = ?",
                    writeTags(function.tags), function.reservedConcurrency, function.nextVersion, function.id);
}

void LambdaStore::remove(std::int64_t functionId) {
  database_.execute("DELETE FROM lambda_functions WHERE id = ?", functionId);
}

std::int64_t LambdaStore::reservedTotal(const std::string& account, const std::string& region) const {
  auto rows = database_.query(
      "SELECT coalesce(sum(reserved_concurrency), 0) FROM lambda_functions WHERE account = ? AND region = ?",
      account, region);
  return rows.next() ? rows.integer(0) : 0;
}

std::int64_t LambdaStore::count(const std::string& account, const std::string& region) const {
  auto rows =
      database_.query("SELECT count(*) FROM lambda_functions WHERE account = ? AND region = ?", account, region);
  return rows.next() ? rows.integer(0) : 0;
}

std::optional<VersionRow> LambdaStore::findVersion(std::int64_t functionId, const std::string& version) const {
  auto rows = database_.query(
      "SELECT content_id, record FROM lambda_versions WHERE function_id = ? AND version = ?", functionId, version);
  if (!rows.next()) return std::nullopt;
  auto text = keyring_.open(rows.blob(1), context(functionId, version));
  if (!text.ok()) throw store::DamagedRecord("lambda: a configuration cannot be opened: " + text.fault().message);
  return VersionRow{version, rows.text(0), record<api::lambda::FunctionConfiguration>(*text)};
}

std::vector<VersionRow> LambdaStore::listVersions(std::int64_t functionId) const {
  // $LATEST first, then numbers in their order.
  std::vector<std::string> names;
  {
    auto rows = database_.query(
        "SELECT version FROM lambda_versions WHERE function_id = ?"
        " ORDER BY version <> '$LATEST', CAST(version AS INTEGER)",
        functionId);
    while (rows.next()) names.push_back(rows.text(0));
  }
  std::vector<VersionRow> versions;
  for (const std::string& name : names)
    if (auto version = findVersion(functionId, name)) versions.push_back(*std::move(version));
  return versions;
}

void LambdaStore::putVersion(std::int64_t functionId, const VersionRow& version) {
  store::Blob sealed{keyring_.seal(api::recordText(version.configuration), context(functionId, version.version))};
  database_.execute(
      "INSERT OR REPLACE INTO lambda_versions (function_id, version, content_id, record) VALUES (?, ?, ?, ?)",
      functionId, version.version, version.contentId, sealed);
}

void LambdaStore::removeVersion(std::int64_t functionId, const std::string& version) {
  database_.execute("DELETE FROM lambda_versions WHERE function_id = ? AND version = ?", functionId, version);
}

bool LambdaStore::usesContent(const std::string& contentId) const {
  return database_.query("SELECT 1 FROM lambda_versions WHERE content_id = ? LIMIT 1", contentId).next();
}

std::optional<AliasRow> LambdaStore::findAlias(std::int64_t functionId, const std::string& alias) const {
  auto rows =
      database_.query("SELECT record FROM lambda_aliases WHERE function_id = ? AND name = ?", functionId, alias);
  if (!rows.next()) return std::nullopt;
  return AliasRow{alias, record<api::lambda::AliasConfiguration>(rows.text(0))};
}

std::vector<AliasRow> LambdaStore::listAliases(std::int64_t functionId) const {
  std::vector<AliasRow> aliases;
  auto rows =
      database_.query("SELECT name, record FROM lambda_aliases WHERE function_id = ? ORDER BY name", functionId);
  while (rows.next()) aliases.push_back({rows.text(0), record<api::lambda::AliasConfiguration>(rows.text(1))});
  return aliases;
}

void LambdaStore::putAlias(std::int64_t functionId, const AliasRow& alias) {
  database_.execute("INSERT OR REPLACE INTO lambda_aliases (function_id, name, record) VALUES (?, ?, ?)",
                    functionId, alias.name, api::recordText(alias.configuration));
}

void LambdaStore::removeAlias(std::int64_t functionId, const std::string& alias) {
  database_.execute("DELETE FROM lambda_aliases WHERE function_id = ? AND name = ?", functionId, alias);
}

std::vector<Permission> LambdaStore::permissions(std::int64_t functionId, const std::string& qualifier) const {
  std::vector<Permission> permissions;
  auto rows = database_.query(
      "SELECT statement_id, action, principal, source_arn, source_account FROM lambda_permissions"
      " WHERE function_id = ? AND qualifier = ? ORDER BY statement_id",
      functionId, qualifier);
  while (rows.next()) permissions.push_back({rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4)});
  return permissions;
}

void LambdaStore::addPermission(std::int64_t functionId, const std::string& qualifier,
                                const Permission& permission) {
  database_.execute(
      "INSERT INTO lambda_permissions (function_id, qualifier, statement_id, action, principal, source_arn,"
      " source_account) VALUES (?, ?, ?, ?, ?, ?, ?)",
      functionId, qualifier, permission.statementId, permission.action, permission.principal, permission.sourceArn,
      permission.sourceAccount);
}

bool LambdaStore::removePermission(std::int64_t functionId, const std::string& qualifier,
                                   const std::string& statementId) {
  return database_.execute(
             "DELETE FROM lambda_permissions WHERE function_id = ? AND qualifier = ? AND statement_id = ?",
             functionId, qualifier, statementId) > 0;
}

std::optional<api::lambda::FunctionEventInvokeConfig> LambdaStore::findEventConfig(
    std::int64_t functionId, const std::string& qualifier) const {
  auto rows = database_.query("SELECT record FROM lambda_event_configs WHERE function_id = ? AND qualifier = ?",
                              functionId, qualifier);
  if (!rows.next()) return std::nullopt;
  return record<api::lambda::FunctionEventInvokeConfig>(rows.text(0));
}

std::vector<api::lambda::FunctionEventInvokeConfig> LambdaStore::listEventConfigs(std::int64_t functionId) const {
  std::vector<api::lambda::FunctionEventInvokeConfig> configs;
  auto rows = database_.query("SELECT record FROM lambda_event_configs WHERE function_id = ? ORDER BY qualifier",
                              functionId);
  while (rows.next()) configs.push_back(record<api::lambda::FunctionEventInvokeConfig>(rows.text(0)));
  return configs;
}

void LambdaStore::putEventConfig(std::int64_t functionId, const std::string& qualifier,
                                 const api::lambda::FunctionEventInvokeConfig& config) {
  database_.execute("INSERT OR REPLACE INTO lambda_event_configs (function_id, qualifier, record) VALUES (?, ?, ?)",
                    functionId, qualifier, api::recordText(config));
}

bool LambdaStore::removeEventConfig(std::int64_t functionId, const std::string& qualifier) {
  return database_.execute("DELETE FROM lambda_event_configs WHERE function_id = ? AND qualifier = ?", functionId,
                           qualifier) > 0;
}

}  // namespace hearth::services::lambda
