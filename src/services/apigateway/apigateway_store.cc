#include "services/apigateway/apigateway_store.h"

#include <algorithm>

namespace hearth::services::apigateway {
namespace {

constexpr std::string_view kSchema = R"sql(
CREATE TABLE apigateway_records (
  account TEXT NOT NULL, region TEXT NOT NULL, api_id TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (account, region, api_id, kind, id)
);
CREATE INDEX apigateway_records_by_kind ON apigateway_records (kind, id);
CREATE TABLE apigateway_usage (
  plan_id TEXT NOT NULL, key_id TEXT NOT NULL, day INTEGER NOT NULL, requests INTEGER NOT NULL,
  PRIMARY KEY (plan_id, key_id, day)
) WITHOUT ROWID;
)sql";

std::string context(const std::string& kind, const std::string& id) {
  return "apigateway_records/" + kind + "/" + id;
}

}  // namespace

std::vector<store::Migration> apigatewayMigrations() { return {{"apigateway/001 records and usage", kSchema}}; }

std::optional<std::string> ApiGatewayStore::findText(const Scope& scope, const char* kind,
                                                     const std::string& id) const {
  auto rows = database_.query(
      "SELECT record FROM apigateway_records WHERE account = ? AND region = ? AND api_id = ? AND kind = ? AND id = "
      "?",
      scope.account, scope.region, scope.apiId, kind, id);
  if (!rows.next()) return std::nullopt;
  auto text = keyring_.open(rows.blob(0), context(kind, id));
  if (!text.ok()) throw store::DamagedRecord("apigateway: a record cannot be opened: " + text.fault().message);
  return *std::move(text);
}

void ApiGatewayStore::putText(const Scope& scope, const char* kind, const std::string& id,
                              const std::string& text) {
  database_.execute(
      "INSERT OR REPLACE INTO apigateway_records (account, region, api_id, kind, id, record) VALUES (?, ?, ?, ?, "
      "?, ?)",
      scope.account, scope.region, scope.apiId, kind, id, store::Blob{keyring_.seal(text, context(kind, id))});
}

bool ApiGatewayStore::remove(const Scope& scope, const char* kind, const std::string& id) {
  return database_.execute(
             "DELETE FROM apigateway_records WHERE account = ? AND region = ? AND api_id = ? AND kind = ? AND id = "
             "?",
             scope.account, scope.region, scope.apiId, kind, id) > 0;
}

void ApiGatewayStore::removeApi(const Scope& scope) {
  database_.execute("DELETE FROM apigateway_records WHERE account = ? AND region = ? AND api_id = ?", scope.account,
                    scope.region, scope.apiId);
}

std::vector<Record> ApiGatewayStore::list(const Scope& scope, const char* kind, const std::string& after,
                                          std::size_t most) const {
  std::vector<Record> records;
  std::int64_t limit = most > 1'000'000 ? -1 : static_cast<std::int64_t>(most);
  // Of the API kinds only one scope is wanted; RestApi records are stored under their own id.
  bool apis = std::string_view(kind) == kind::kRestApi;
  auto rows = database_.query(
      "SELECT api_id, id, record FROM apigateway_records WHERE account = ?1 AND region = ?2 AND (?3 OR api_id = ?4)"
      " AND kind = ?5 AND id > ?6 ORDER BY id LIMIT ?7",
      scope.account, scope.region, apis, scope.apiId, kind, after, limit);
  while (rows.next()) {
    auto text = keyring_.open(rows.blob(2), context(kind, rows.text(1)));
    if (!text.ok()) throw store::DamagedRecord("apigateway: a record cannot be opened: " + text.fault().message);
    records.push_back({{scope.account, scope.region, rows.text(0)}, rows.text(1), *std::move(text)});
  }
  return records;
}

std::vector<Record> ApiGatewayStore::listAll(const char* kind) const {
  std::vector<Record> records;
  auto rows = database_.query(
      "SELECT account, region, api_id, id, record FROM apigateway_records WHERE kind = ? ORDER BY id", kind);
  while (rows.next()) {
    auto text = keyring_.open(rows.blob(4), context(kind, rows.text(3)));
    if (!text.ok()) throw store::DamagedRecord("apigateway: a record cannot be opened: " + text.fault().message);
    records.push_back({{rows.text(0), rows.text(1), rows.text(2)}, rows.text(3), *std::move(text)});
  }
  return records;
}

std::optional<Scope> ApiGatewayStore::findScope(const std::string& apiId) const {
  auto rows = database_.query("SELECT account, region FROM apigateway_records WHERE kind = ? AND id = ?",
                              kind::kRestApi, apiId);
  if (!rows.next()) return std::nullopt;
  return Scope{rows.text(0), rows.text(1), apiId};
}

std::int64_t ApiGatewayStore::used(const std::string& planId, const std::string& keyId, std::int64_t firstDay,
                                   std::int64_t lastDay) const {
  auto rows = database_.query(
      "SELECT coalesce(sum(requests), 0) FROM apigateway_usage WHERE plan_id = ? AND key_id = ? AND day BETWEEN ? "
      "AND ?",
      planId, keyId, firstDay, lastDay);
  return rows.next() ? rows.integer(0) : 0;
}

std::vector<ports::UsageCount> ApiGatewayStore::usage(const std::string& planId, const std::string& keyId,
                                                      std::int64_t firstDay, std::int64_t lastDay) const {
  std::vector<ports::UsageCount> counts;
  auto rows = database_.query(
      "SELECT key_id, day, requests FROM apigateway_usage WHERE plan_id = ?1 AND (?2 = '' OR key_id = ?2)"
      " AND day BETWEEN ?3 AND ?4 ORDER BY key_id, day",
      planId, keyId, firstDay, lastDay);
  while (rows.next()) counts.push_back({planId, rows.text(0), rows.integer(1), rows.integer(2)});
  return counts;
}

void ApiGatewayStore::addUsage(const ports::UsageCount& count) {
  database_.execute(
      "INSERT INTO apigateway_usage (plan_id, key_id, day, requests) VALUES (?1, ?2, ?3, ?4)"
      " ON CONFLICT (plan_id, key_id, day) DO UPDATE SET requests = requests + ?4",
      count.planId, count.keyId, count.day, count.requests);
}

}  // namespace hearth::services::apigateway
