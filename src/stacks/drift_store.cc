#include "stacks/drift_store.h"

#include <utility>

#include "stacks/stack_json.h"
#include "store/damaged_record.h"

namespace hearth::stacks {
namespace {

constexpr std::string_view kSchema = R"sql(
CREATE TABLE stacks_drifts(
  stack TEXT NOT NULL, logical_id TEXT NOT NULL, document BLOB NOT NULL,
  PRIMARY KEY(stack, logical_id)) STRICT, WITHOUT ROWID;

CREATE TABLE stacks_detections(
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE, stack TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL,
  logical_ids TEXT NOT NULL, started INTEGER NOT NULL, stage INTEGER NOT NULL, reason TEXT NOT NULL,
  drifted INTEGER NOT NULL) STRICT;
CREATE INDEX stacks_detections_by_stack ON stacks_detections(stack, number);
CREATE INDEX stacks_detections_at_work ON stacks_detections(number) WHERE stage = 0;
)sql";

constexpr int kKeptDetections = 100;

std::string contextOf(const std::string& stackId) { return "stacks/" + stackId; }

}  // namespace

std::vector<store::Migration> DriftStore::migrations() { return {{"stacks/005 drift", kSchema}}; }

void DriftStore::put(const std::string& stackId, const ResourceDrift& drift) {
  const store::Blob sealed{keyring_.seal(base::writeJson(Json(toJson(drift))), contextOf(stackId))};
  database_.execute("INSERT OR REPLACE INTO stacks_drifts(stack, logical_id, document) VALUES (?, ?, ?)", stackId,
                    drift.logicalId, sealed);
}

std::vector<ResourceDrift> DriftStore::list(const std::string& stackId) const {
  std::vector<ResourceDrift> drifts;
  for (auto rows =
           database_.query("SELECT document FROM stacks_drifts WHERE stack = ? ORDER BY logical_id", stackId);
       rows.next();) {
    const auto text = keyring_.open(rows.blob(0), contextOf(stackId));
    if (!text.ok()) throw store::DamagedRecord("stacks: a sealed value does not open");
    const auto json = base::parseJson(*text, 128);
    if (!json.ok()) throw store::DamagedRecord("stacks: a sealed document is damaged");
    drifts.push_back(driftOf(*json));
  }
  return drifts;
}

void DriftStore::insertDetection(const Detection& detection) {
  database_.execute(
      "INSERT INTO stacks_detections(id, stack, account, region, logical_ids, started, stage, reason, drifted) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      detection.id, detection.stackId, detection.account, detection.region,
      base::writeJson(Json(toJson(detection.logicalIds))), base::toMillis(detection.started),
      static_cast<int>(detection.stage), detection.reason, detection.drifted);
  database_.execute(
      "DELETE FROM stacks_detections WHERE stack = ? AND number <= (SELECT max(number) FROM stacks_detections "
      "WHERE "
      "stack = ?) - ? AND number NOT IN (SELECT number FROM stacks_detections WHERE stack = ? ORDER BY number DESC "
      "LIMIT ?)",
      detection.stackId, detection.stackId, kKeptDetections, detection.stackId, kKeptDetections);
}

void DriftStore::saveDetection(const Detection& detection) {
  database_.execute("UPDATE stacks_detections SET stage = ?, reason = ?, drifted = ? WHERE id = ?",
                    static_cast<int>(detection.stage), detection.reason, detection.drifted, detection.id);
}

std::optional<Detection> DriftStore::findDetection(const std::string& id) const {
  auto rows = database_.query(
      "SELECT id, stack, account, region, logical_ids, started, stage, reason, drifted FROM stacks_detections "
      "WHERE "
      "id = ?",
      id);
  if (!rows.next()) return std::nullopt;
  Detection detection;
  detection.id = rows.text(0);
  detection.stackId = rows.text(1);
  detection.account = rows.text(2);
  detection.region = rows.text(3);
  if (const auto ids = base::parseJson(rows.text(4)); ids.ok()) detection.logicalIds = textsOf(*ids);
  detection.started = base::fromMillis(rows.integer(5));
  detection.stage = static_cast<Detection::Stage>(rows.integer(6));
  detection.reason = rows.text(7);
  detection.drifted = rows.integer(8);
  return detection;
}

std::vector<std::string> DriftStore::detectionsInProgress() const {
  std::vector<std::string> ids;
  for (auto rows = database_.query("SELECT id FROM stacks_detections WHERE stage = 0 ORDER BY number");
       rows.next();) {
    ids.push_back(rows.text(0));
  }
  return ids;
}

bool DriftStore::isDetecting(const std::string& stackId, base::Time since) const {
  return database_
      .query("SELECT 1 FROM stacks_detections WHERE stack = ? AND stage = 0 AND started > ? LIMIT 1", stackId,
             base::toMillis(since))
      .next();
}

std::optional<StackDrift> DriftStore::findStackDrift(const std::string& stackId) const {
  auto rows = database_.query(
      "SELECT drifted, started FROM stacks_detections WHERE stack = ? AND stage = 1 AND logical_ids = '[]' ORDER "
      "BY "
      "number DESC LIMIT 1",
      stackId);
  if (!rows.next()) return std::nullopt;
  return StackDrift{rows.integer(0) > 0, base::fromMillis(rows.integer(1))};
}

void DriftStore::removeOrphans() {
  for (const char* table : {"stacks_drifts", "stacks_detections"}) {
    database_.execute("DELETE FROM " + std::string(table) + " WHERE stack NOT IN (SELECT id FROM stacks_stacks)");
  }
}

}  // namespace hearth::stacks
