#include "stacks/change_set_store.h"

#include "stacks/stack_json.h"
#include "store/damaged_record.h"

namespace hearth::stacks {
namespace {

constexpr std::string_view kSchema = R"sql(
CREATE TABLE stacks_change_sets(
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  stack TEXT NOT NULL, stack_name TEXT NOT NULL, name TEXT NOT NULL,
  kind INTEGER NOT NULL, failed INTEGER NOT NULL, reason TEXT NOT NULL, execution INTEGER NOT NULL,
  created INTEGER NOT NULL, description TEXT NOT NULL, token TEXT NOT NULL, operation TEXT NOT NULL,
  definition BLOB NOT NULL, changes BLOB NOT NULL,
  UNIQUE(stack, name)) STRICT;
CREATE INDEX stacks_change_sets_by_operation ON stacks_change_sets(operation) WHERE operation <> '';
)sql";

constexpr std::string_view kOnFailureSchema = "ALTER TABLE stacks_change_sets ADD COLUMN on_failure INTEGER;";

constexpr std::string_view kNestedSchema = R"sql(
ALTER TABLE stacks_change_sets ADD COLUMN parent TEXT NOT NULL DEFAULT '';
ALTER TABLE stacks_change_sets ADD COLUMN root TEXT NOT NULL DEFAULT '';
ALTER TABLE stacks_change_sets ADD COLUMN nested INTEGER NOT NULL DEFAULT 0;
CREATE INDEX stacks_change_sets_by_root ON stacks_change_sets(root) WHERE root <> '';
)sql";

constexpr std::string_view kColumns =
    "id, stack, stack_name, name, kind, failed, reason, execution, created, description, token, operation, "
    "definition, changes, on_failure, parent, root, nested";

std::string contextOf(const std::string& id) { return "stacks/" + id; }

Json openJson(const store::Keyring& keyring, const std::string& sealed, const std::string& id) {
  const auto text = keyring.open(sealed, contextOf(id));
  if (!text.ok()) throw store::DamagedRecord("stacks: a sealed value does not open");
  auto json = base::parseJson(*text, 80);
  if (!json.ok()) throw store::DamagedRecord("stacks: a sealed document is damaged");
  return *std::move(json);
}

// All but the definition and the changes, which are sealed.
ChangeSet readHead(const store::Rows& rows) {
  ChangeSet set;
  set.id = rows.text(0);
  set.stackId = rows.text(1);
  set.stackName = rows.text(2);
  set.name = rows.text(3);
  set.kind = static_cast<ChangeSetKind>(rows.integer(4));
  set.failed = rows.integer(5) != 0;
  set.reason = rows.text(6);
  set.execution = static_cast<Execution>(rows.integer(7));
  set.created = base::fromMillis(rows.integer(8));
  set.description = rows.text(9);
  set.token = rows.text(10);
  set.operationId = rows.text(11);
  if (const auto kept = rows.optionalInteger(14)) set.onFailure = static_cast<OnFailure>(*kept);
  set.parentId = rows.text(15);
  set.rootId = rows.text(16);
  set.includesNested = rows.integer(17) != 0;
  return set;
}

ChangeSet read(const store::Rows& rows, const store::Keyring& keyring) {
  ChangeSet set = readHead(rows);
  set.definition = definitionOf(openJson(keyring, rows.blob(12), set.id));
  set.changes = changesOf(openJson(keyring, rows.blob(13), set.id));
  return set;
}

std::vector<std::string> firstColumn(store::Rows rows) {
  std::vector<std::string> texts;
  while (rows.next()) texts.push_back(rows.text(0));
  return texts;
}

}  // namespace

std::vector<store::Migration> ChangeSetStore::migrations() {
  return {{"stacks/002 change sets", kSchema},
          {"stacks/004 change sets' failures", kOnFailureSchema},
          {"stacks/006 nested change sets", kNestedSchema}};
}

void ChangeSetStore::insert(const ChangeSet& set) {
  std::optional<int> onFailure;
  if (set.onFailure) onFailure = static_cast<int>(*set.onFailure);
  const auto seal = [&](const Json& json) {
    return store::Blob{keyring_.seal(base::writeJson(json), contextOf(set.id))};
  };
  database_.execute("INSERT INTO stacks_change_sets(" + std::string(kColumns) +
                        ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    set.id, set.stackId, set.stackName, set.name, static_cast<int>(set.kind), set.failed,
                    set.reason, static_cast<int>(set.execution), base::toMillis(set.created), set.description,
                    set.token, set.operationId, seal(Json(toJson(set.definition))), seal(Json(toJson(set.changes))),
                    onFailure, set.parentId, set.rootId, set.includesNested);
}

std::optional<ChangeSet> ChangeSetStore::find(const std::string& id) const {
  auto rows = database_.query("SELECT " + std::string(kColumns) + " FROM stacks_change_sets WHERE id = ?", id);
  if (!rows.next()) return std::nullopt;
  return read(rows, keyring_);
}

std::optional<ChangeSet> ChangeSetStore::findByName(const std::string& stackId, const std::string& name) const {
  auto rows = database_.query(
      "SELECT " + std::string(kColumns) + " FROM stacks_change_sets WHERE stack = ? AND name = ?", stackId, name);
  if (!rows.next()) return std::nullopt;
  return read(rows, keyring_);
}

std::vector<ChangeSet> ChangeSetStore::list(const std::string& stackId, const std::string& before,
                                            std::size_t limit) const {
  std::vector<ChangeSet> sets;
  for (auto rows = database_.query(
           "SELECT " + std::string(kColumns) +
               " FROM stacks_change_sets WHERE stack = ? AND (? = '' OR number < (SELECT number FROM "
               "stacks_change_sets WHERE id = ?)) ORDER BY number DESC LIMIT ?",
           stackId, before, before, limit);
       rows.next();) {
    sets.push_back(readHead(rows));
  }
  return sets;
}

std::size_t ChangeSetStore::count(const std::string& stackId) const {
  auto rows = database_.query("SELECT count(*) FROM stacks_change_sets WHERE stack = ?", stackId);
  return rows.next() ? static_cast<std::size_t>(rows.integer(0)) : 0;
}

void ChangeSetStore::remove(const std::string& id) {
  database_.execute("DELETE FROM stacks_change_sets WHERE id = ?", id);
}

void ChangeSetStore::removeOthers(const std::string& stackId, const std::string& but) {
  database_.execute("DELETE FROM stacks_change_sets WHERE stack = ? AND id <> ?", stackId, but);
}

void ChangeSetStore::beginExecution(const std::string& id, const std::string& operationId) {
  database_.execute("UPDATE stacks_change_sets SET execution = ?, operation = ? WHERE id = ?",
                    static_cast<int>(Execution::kInProgress), operationId, id);
}

void ChangeSetStore::endExecution(const std::string& operationId, bool succeeded) {
  database_.execute("UPDATE stacks_change_sets SET execution = ? WHERE operation = ? AND operation <> ''",
                    static_cast<int>(succeeded ? Execution::kComplete : Execution::kFailed), operationId);
}

void ChangeSetStore::endWithoutWork(const std::string& id) {
  database_.execute("UPDATE stacks_change_sets SET execution = ? WHERE id = ?",
                    static_cast<int>(Execution::kComplete), id);
}

std::optional<ChangeSet> ChangeSetStore::findNested(const std::string& operationId,
                                                    const std::string& logicalId) const {
  const auto executed = firstColumn(database_.query(
      "SELECT id FROM stacks_change_sets WHERE operation = ? AND operation <> '' AND nested <> 0", operationId));
  const auto parent = executed.empty() ? std::nullopt : find(executed.front());
  if (!parent) return std::nullopt;
  for (const DescribedChange& change : parent->changes) {
    if (change.logicalId == logicalId && !change.changeSetId.empty()) return find(change.changeSetId);
  }
  return std::nullopt;
}

std::string ChangeSetStore::executedRoot(const std::string& operationId) const {
  const auto ids = firstColumn(
      database_.query("SELECT id FROM stacks_change_sets WHERE operation = ? AND operation <> '' AND nested <> 0 "
                      "AND parent = ''",
                      operationId));
  return ids.empty() ? std::string() : ids.front();
}

std::vector<std::string> ChangeSetStore::nestingRoots(const std::string& stackId) const {
  return firstColumn(database_.query(
      "SELECT id FROM stacks_change_sets WHERE stack = ? AND nested <> 0 AND parent = ''", stackId));
}

std::vector<std::string> ChangeSetStore::stacksBelow(const std::string& rootId) const {
  return firstColumn(
      database_.query("SELECT DISTINCT stack FROM stacks_change_sets WHERE root = ? AND root <> ''", rootId));
}

void ChangeSetStore::removeBelow(const std::string& rootId) {
  database_.execute("DELETE FROM stacks_change_sets WHERE root = ? AND root <> ''", rootId);
}

void ChangeSetStore::makeObsolete(const std::string& stackId) {
  database_.execute(
      "UPDATE stacks_change_sets SET execution = ? WHERE execution = ? AND (stack = ? OR id IN (SELECT root FROM "
      "stacks_change_sets WHERE stack = ? AND root <> ''))",
      static_cast<int>(Execution::kObsolete), static_cast<int>(Execution::kAvailable), stackId, stackId);
}

void ChangeSetStore::removeOrphans() {
  database_.execute("DELETE FROM stacks_change_sets WHERE stack NOT IN (SELECT id FROM stacks_stacks)");
}

}  // namespace hearth::stacks
