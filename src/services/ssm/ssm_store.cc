#include "services/ssm/ssm_store.h"

#include <algorithm>

#include "base/json.h"
#include "services/stored_tags.h"
#include "store/damaged_record.h"

namespace hearth::services::ssm {
namespace {

// Times are milliseconds since 1970. Labels are a list of texts as JSON.
constexpr std::string_view kSchema = R"sql(
CREATE TABLE ssm_parameters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
  latest INTEGER NOT NULL, tags TEXT NOT NULL,
  UNIQUE (account, region, name)
) STRICT;
CREATE TABLE ssm_versions (
  parameter_id INTEGER NOT NULL REFERENCES ssm_parameters(id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  type TEXT NOT NULL, description TEXT NOT NULL, allowed_pattern TEXT NOT NULL,
  modified INTEGER NOT NULL, user TEXT NOT NULL, labels TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (parameter_id, version)
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::string_view kVersionColumns =
    "v.version, v.type, v.description, v.allowed_pattern, v.modified, v.user, v.labels";

std::string writeLabels(const std::vector<std::string>& labels) {
  JsonArray list;
  for (const std::string& label : labels) list.emplace_back(label);
  return base::writeJson(list);
}

std::vector<std::string> readLabels(const std::string& text) {
  std::vector<std::string> labels;
  const auto document = base::parseJson(text);
  if (document.ok() && document->is_array())
    for (const Json& label : document->get_array()) labels.emplace_back(label.get_string());
  return labels;
}

// The columns of kVersionColumns from `first` on.
VersionRow versionOf(const store::Rows& rows, int first) {
  return {.version = rows.integer(first),
          .type = rows.text(first + 1),
          .description = rows.text(first + 2),
          .allowedPattern = rows.text(first + 3),
          .modified = base::fromMillis(rows.integer(first + 4)),
          .user = rows.text(first + 5),
          .labels = readLabels(rows.text(first + 6))};
}

ParameterRow parameterOf(const store::Rows& rows, const std::string& account, const std::string& region) {
  return {.id = rows.integer(0),
          .name = {account, region, rows.text(1)},
          .tags = readTags(rows.text(2)),
          .latest = versionOf(rows, 3)};
}

std::string selectParameters(std::string_view where) {
  return "SELECT p.id, p.name, p.tags, " + std::string(kVersionColumns) +
         " FROM ssm_parameters p JOIN ssm_versions v ON v.parameter_id = p.id AND v.version = p.latest WHERE " +
         std::string(where);
}

std::string selectVersions(std::string_view where) {
  return "SELECT " + std::string(kVersionColumns) + " FROM ssm_versions v WHERE v.parameter_id = ? AND " +
         std::string(where);
}

std::string contextOf(std::int64_t id, std::int64_t version) {
  return "ssm_versions/" + std::to_string(id) + "/" + std::to_string(version);
}

}  // namespace

std::vector<store::Migration> ssmMigrations() { return {{"ssm/001 parameters, versions", kSchema}}; }

bool VersionRow::hasLabel(const std::string& label) const {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

std::optional<ParameterRow> SsmStore::find(const ParameterName& name) const {
  auto rows = database_.query(selectParameters("p.account = ? AND p.region = ? AND p.name = ?"), name.account,
                              name.region, name.name);
  if (!rows.next()) return std::nullopt;
  return parameterOf(rows, name.account, name.region);
}

std::int64_t SsmStore::count(const std::string& account, const std::string& region) const {
  auto rows =
      database_.query("SELECT count(*) FROM ssm_parameters WHERE account = ? AND region = ?", account, region);
  return rows.next() ? rows.integer(0) : 0;
}

void SsmStore::forEach(const std::string& account, const std::string& region, const NameRange& names,
                       const std::function<bool(ParameterRow)>& take) const {
  // No name has a byte behind ASCII.
  const std::string before = names.before.empty() ? "\x7f" : names.before;
  auto rows = database_.query(
      selectParameters("p.account = ? AND p.region = ? AND p.name > ? AND p.name < ? ORDER BY p.name"), account,
      region, names.after, before);
  while (rows.next())
    if (!take(parameterOf(rows, account, region))) return;
}

void SsmStore::insert(ParameterRow& row) {
  auto rows = database_.query(
      "INSERT INTO ssm_parameters (account, region, name, latest, tags) VALUES (?, ?, ?, 0, ?) RETURNING id",
      row.name.account, row.name.region, row.name.name, writeTags(row.tags));
  rows.next();
  row.id = rows.integer(0);
}

void SsmStore::saveTags(const ParameterRow& row) {
  database_.execute("UPDATE ssm_parameters SET tags = ? WHERE id = ?", writeTags(row.tags), row.id);
}

void SsmStore::remove(std::int64_t id) { database_.execute("DELETE FROM ssm_parameters WHERE id = ?", id); }

std::optional<VersionRow> SsmStore::findVersion(std::int64_t id, std::int64_t version) const {
  auto rows = database_.query(selectVersions("v.version = ?"), id, version);
  if (!rows.next()) return std::nullopt;
  return versionOf(rows, 0);
}

std::optional<VersionRow> SsmStore::findLabelled(std::int64_t id, const std::string& label) const {
  auto rows = database_.query(selectVersions("v.labels <> '[]' ORDER BY v.version"), id);
  while (rows.next())
    if (auto version = versionOf(rows, 0); version.hasLabel(label)) return version;
  return std::nullopt;
}

std::vector<VersionRow> SsmStore::versions(std::int64_t id, std::int64_t after, std::size_t most) const {
  std::vector<VersionRow> versions;
  auto rows = database_.query(selectVersions("v.version > ? ORDER BY v.version LIMIT ?"), id, after, most);
  while (rows.next()) versions.push_back(versionOf(rows, 0));
  return versions;
}

std::int64_t SsmStore::countVersions(std::int64_t id) const {
  auto rows = database_.query("SELECT count(*) FROM ssm_versions WHERE parameter_id = ?", id);
  return rows.next() ? rows.integer(0) : 0;
}

void SsmStore::putVersion(std::int64_t id, const VersionRow& row, const std::string& value) {
  database_.execute(
      "INSERT INTO ssm_versions (parameter_id, version, type, description, allowed_pattern, modified, user, labels,"
      " value) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      id, row.version, row.type, row.description, row.allowedPattern, base::toMillis(row.modified), row.user,
      writeLabels(row.labels), store::Blob{keyring_.seal(value, contextOf(id, row.version))});
  database_.execute("UPDATE ssm_parameters SET latest = ? WHERE id = ?", row.version, id);
}

void SsmStore::saveLabels(std::int64_t id, const VersionRow& row) {
  database_.execute("UPDATE ssm_versions SET labels = ? WHERE parameter_id = ? AND version = ?",
                    writeLabels(row.labels), id, row.version);
}

void SsmStore::removeVersion(std::int64_t id, std::int64_t version) {
  database_.execute("DELETE FROM ssm_versions WHERE parameter_id = ? AND version = ?", id, version);
}

std::string SsmStore::sealedValue(std::int64_t id, std::int64_t version) const {
  auto rows = database_.query("SELECT value FROM ssm_versions WHERE parameter_id = ? AND version = ?", id, version);
  return rows.next() ? rows.blob(0) : "";
}

std::string SsmStore::value(std::int64_t id, std::int64_t version) const {
  auto value = keyring_.open(sealedValue(id, version), contextOf(id, version));
  if (!value.ok()) throw store::DamagedRecord("ssm: a value cannot be opened: " + value.fault().message);
  return *std::move(value);
}

}  // namespace hearth::services::ssm
