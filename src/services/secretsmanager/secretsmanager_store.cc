#include "services/secretsmanager/secretsmanager_store.h"

#include "base/json.h"
#include "services/stored_tags.h"
#include "store/damaged_record.h"

namespace hearth::services::secretsmanager {
namespace {

// Times are milliseconds since 1970. Stages are a list of texts as JSON. Versions are numbered in the order in
// which they were made.
constexpr std::string_view kSchema = R"sql(
CREATE TABLE secretsmanager_secrets (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, suffix TEXT NOT NULL,
  description TEXT NOT NULL, tags TEXT NOT NULL,
  created INTEGER NOT NULL, changed INTEGER NOT NULL, deleted INTEGER, gone_at INTEGER,
  UNIQUE (account, region, name)
) STRICT;
CREATE INDEX secretsmanager_secrets_going ON secretsmanager_secrets (gone_at) WHERE gone_at IS NOT NULL;
CREATE TABLE secretsmanager_versions (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  secret_id INTEGER NOT NULL REFERENCES secretsmanager_secrets(id) ON DELETE CASCADE,
  version TEXT NOT NULL, created INTEGER NOT NULL, stages TEXT NOT NULL,
  is_binary INTEGER NOT NULL, value BLOB NOT NULL,
  UNIQUE (secret_id, version)
) STRICT;
)sql";

constexpr std::string_view kColumns =
    "id, account, region, name, suffix, description, tags, created, changed, deleted, gone_at";

std::string writeStages(const std::set<std::string>& stages) {
  JsonArray list;
  for (const std::string& stage : stages) list.emplace_back(stage);
  return base::writeJson(list);
}

std::set<std::string> readStages(const std::string& text) {
  std::set<std::string> stages;
  const auto document = base::parseJson(text);
  if (document.ok() && document->is_array())
    for (const Json& stage : document->get_array()) stages.emplace(stage.get_string());
  return stages;
}

std::optional<base::Time> timeOf(const std::optional<std::int64_t>& millis) {
  if (!millis) return std::nullopt;
  return base::fromMillis(*millis);
}

std::optional<std::int64_t> millisOf(const std::optional<base::Time>& time) {
  if (!time) return std::nullopt;
  return base::toMillis(*time);
}

SecretRow secretOf(const store::Rows& rows) {
  return {.id = rows.integer(0),
          .name = {rows.text(1), rows.text(2), rows.text(3), rows.text(4)},
          .description = rows.text(5),
          .tags = readTags(rows.text(6)),
          .created = base::fromMillis(rows.integer(7)),
          .changed = base::fromMillis(rows.integer(8)),
          .deleted = timeOf(rows.optionalInteger(9)),
          .goneAt = timeOf(rows.optionalInteger(10))};
}

std::string contextOf(std::int64_t id, const std::string& version) {
  return "secretsmanager_versions/" + std::to_string(id) + "/" + version;
}

}  // namespace

std::vector<store::Migration> secretsmanagerMigrations() {
  return {{"secretsmanager/001 secrets, versions", kSchema}};
}

std::optional<SecretRow> SecretsManagerStore::find(const std::string& account, const std::string& region,
                                                   const std::string& name) const {
  auto rows = database_.query("SELECT " + std::string(kColumns) +
                                  " FROM secretsmanager_secrets WHERE account = ? AND region = ? AND name = ?",
                              account, region, name);
  if (!rows.next()) return std::nullopt;
  return secretOf(rows);
}

std::int64_t SecretsManagerStore::count(const std::string& account, const std::string& region) const {
  auto rows = database_.query("SELECT count(*) FROM secretsmanager_secrets WHERE account = ? AND region = ?",
                              account, region);
  return rows.next() ? rows.integer(0) : 0;
}

void SecretsManagerStore::forEach(const std::string& account, const std::string& region, bool newestFirst,
                                  std::int64_t after, const std::function<bool(const SecretRow&)>& take) const {
  const std::string select = "SELECT " + std::string(kColumns) +
                             " FROM secretsmanager_secrets WHERE account = ?1 AND region = ?2 AND (?3 = 0 OR ";
  auto rows = database_.query(select + (newestFirst ? "id < ?3) ORDER BY id DESC" : "id > ?3) ORDER BY id"),
                              account, region, after);
  while (rows.next())
    if (!take(secretOf(rows))) return;
}

void SecretsManagerStore::insert(SecretRow& row) {
  auto rows = database_.query(
      "INSERT INTO secretsmanager_secrets (account, region, name, suffix, description, tags, created, changed)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
      row.name.account, row.name.region, row.name.name, row.name.suffix, row.description, writeTags(row.tags),
      base::toMillis(row.created), base::toMillis(row.changed));
  rows.next();
  row.id = rows.integer(0);
}

void SecretsManagerStore::save(const SecretRow& row) {
  database_.execute(
      "UPDATE secretsmanager_secrets SET description = ?, tags = ?, changed = ?, deleted = ?, gone_at = ? WHERE id "
      "= ?",
      row.description, writeTags(row.tags), base::toMillis(row.changed), millisOf(row.deleted),
      millisOf(row.goneAt), row.id);
}

void SecretsManagerStore::remove(std::int64_t id) {
  database_.execute("DELETE FROM secretsmanager_secrets WHERE id = ?", id);
}

void SecretsManagerStore::removeGone(base::Time now) {
  database_.execute("DELETE FROM secretsmanager_secrets WHERE gone_at IS NOT NULL AND gone_at <= ?",
                    base::toMillis(now));
}

std::vector<VersionRow> SecretsManagerStore::versions(std::int64_t id) const {
  std::vector<VersionRow> versions;
  auto rows = database_.query(
      "SELECT version, created, stages FROM secretsmanager_versions WHERE secret_id = ? ORDER BY number", id);
  while (rows.next())
    versions.push_back({rows.text(0), base::fromMillis(rows.integer(1)), readStages(rows.text(2))});
  return versions;
}

void SecretsManagerStore::insertVersion(std::int64_t id, const VersionRow& version, const SecretValue& value) {
  database_.execute(
      "INSERT INTO secretsmanager_versions (secret_id, version, created, stages, is_binary, value)"
      " VALUES (?, ?, ?, ?, ?, ?)",
      id, version.id, base::toMillis(version.created), writeStages(version.stages), value.isBinary ? 1 : 0,
      store::Blob{keyring_.seal(value.bytes, contextOf(id, version.id))});
}

void SecretsManagerStore::saveStages(std::int64_t id, const VersionRow& version) {
  database_.execute("UPDATE secretsmanager_versions SET stages = ? WHERE secret_id = ? AND version = ?",
                    writeStages(version.stages), id, version.id);
}

void SecretsManagerStore::removeVersion(std::int64_t id, const std::string& version) {
  database_.execute("DELETE FROM secretsmanager_versions WHERE secret_id = ? AND version = ?", id, version);
}

SecretValue SecretsManagerStore::value(std::int64_t id, const std::string& version) const {
  auto rows = database_.query(
      "SELECT is_binary, value FROM secretsmanager_versions WHERE secret_id = ? AND version = ?", id, version);
  if (!rows.next()) throw store::DamagedRecord("secretsmanager: a version has gone");
  auto bytes = keyring_.open(rows.blob(1), contextOf(id, version));
  if (!bytes.ok()) throw store::DamagedRecord("secretsmanager: a value cannot be opened: " + bytes.fault().message);
  return {rows.integer(0) != 0, *std::move(bytes)};
}

}  // namespace hearth::services::secretsmanager
