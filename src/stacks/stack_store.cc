#include "stacks/stack_store.h"

#include <algorithm>
#include <array>
#include <utility>

#include "stacks/sealer.h"
#include "stacks/stack_json.h"
#include "store/damaged_record.h"

namespace hearth::stacks {
namespace {

constexpr std::string_view kSchema = R"sql(
CREATE TABLE stacks_stacks(
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
  status TEXT NOT NULL, reason TEXT NOT NULL,
  created INTEGER NOT NULL, updated INTEGER, deleted INTEGER,
  description TEXT NOT NULL,
  protected INTEGER NOT NULL, disable_rollback INTEGER NOT NULL, timeout_minutes INTEGER,
  operation TEXT, last_token TEXT NOT NULL,
  definition BLOB NOT NULL, pending BLOB, outputs BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX stacks_by_name ON stacks_stacks(account, region, name) WHERE deleted IS NULL;
CREATE INDEX stacks_at_work ON stacks_stacks(number) WHERE operation IS NOT NULL;
CREATE INDEX stacks_by_region ON stacks_stacks(account, region, number);

CREATE TABLE stacks_resources(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  stack TEXT NOT NULL, logical_id TEXT NOT NULL, type TEXT NOT NULL, physical_id TEXT NOT NULL,
  slot INTEGER NOT NULL, progress INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
  updated INTEGER NOT NULL, token TEXT NOT NULL,
  deletion_policy INTEGER NOT NULL, replace_policy INTEGER NOT NULL, needs TEXT NOT NULL,
  properties BLOB NOT NULL, former BLOB, attributes BLOB NOT NULL, metadata BLOB) STRICT;
CREATE INDEX stacks_resources_by_stack ON stacks_resources(stack, id);
CREATE INDEX stacks_resources_by_physical_id ON stacks_resources(physical_id) WHERE physical_id <> '';

CREATE TABLE stacks_events(
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  stack TEXT NOT NULL, stack_name TEXT NOT NULL, event_id TEXT NOT NULL, time INTEGER NOT NULL,
  logical_id TEXT NOT NULL, physical_id TEXT NOT NULL, type TEXT NOT NULL, status TEXT NOT NULL,
  reason TEXT NOT NULL, token TEXT NOT NULL, properties BLOB) STRICT;
CREATE INDEX stacks_events_by_stack ON stacks_events(stack, sequence);

CREATE TABLE stacks_exports(
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, stack TEXT NOT NULL, value BLOB NOT NULL,
  PRIMARY KEY(account, region, name)) STRICT, WITHOUT ROWID;
CREATE INDEX stacks_exports_by_stack ON stacks_exports(stack);

CREATE TABLE stacks_imports(
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, stack TEXT NOT NULL,
  PRIMARY KEY(account, region, name, stack)) STRICT, WITHOUT ROWID;
CREATE INDEX stacks_imports_by_stack ON stacks_imports(stack);
)sql";

// `cancelled` is the id of the operation that is to be given up: its run asks before every step.
constexpr std::string_view kRecoverySchema = R"sql(
ALTER TABLE stacks_stacks ADD COLUMN policy TEXT NOT NULL DEFAULT '';
ALTER TABLE stacks_stacks ADD COLUMN never_stood INTEGER NOT NULL DEFAULT 0;
ALTER TABLE stacks_stacks ADD COLUMN cancelled TEXT NOT NULL DEFAULT '';
)sql";

// `released` is the id of the operation whose parent lets it go on.
constexpr std::string_view kNestedSchema = R"sql(
ALTER TABLE stacks_stacks ADD COLUMN parent TEXT NOT NULL DEFAULT '';
ALTER TABLE stacks_stacks ADD COLUMN root TEXT NOT NULL DEFAULT '';
ALTER TABLE stacks_stacks ADD COLUMN released TEXT NOT NULL DEFAULT '';
CREATE INDEX stacks_by_root ON stacks_stacks(root) WHERE root <> '';
ALTER TABLE stacks_resources ADD COLUMN secret INTEGER NOT NULL DEFAULT 0;
ALTER TABLE stacks_resources ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
)sql";

constexpr std::string_view kHeldExportsSchema = R"sql(
CREATE TABLE stacks_held_exports(
  account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, stack TEXT NOT NULL, root TEXT NOT NULL,
  value BLOB, PRIMARY KEY(account, region, name, stack)) STRICT, WITHOUT ROWID;
CREATE INDEX stacks_held_exports_by_stack ON stacks_held_exports(stack);
)sql";

constexpr std::array<std::pair<Status, std::string_view>, 19> kStatusNames = {{
    {Status::kCreateInProgress, "CREATE_IN_PROGRESS"},
    {Status::kCreateFailed, "CREATE_FAILED"},
    {Status::kCreateComplete, "CREATE_COMPLETE"},
    {Status::kRollbackInProgress, "ROLLBACK_IN_PROGRESS"},
    {Status::kRollbackFailed, "ROLLBACK_FAILED"},
    {Status::kRollbackComplete, "ROLLBACK_COMPLETE"},
    {Status::kDeleteInProgress, "DELETE_IN_PROGRESS"},
    {Status::kDeleteFailed, "DELETE_FAILED"},
    {Status::kDeleteComplete, "DELETE_COMPLETE"},
    {Status::kDeleteSkipped, "DELETE_SKIPPED"},
    {Status::kUpdateInProgress, "UPDATE_IN_PROGRESS"},
    {Status::kUpdateFailed, "UPDATE_FAILED"},
    {Status::kUpdateComplete, "UPDATE_COMPLETE"},
    {Status::kUpdateCompleteCleanupInProgress, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"},
    {Status::kUpdateRollbackInProgress, "UPDATE_ROLLBACK_IN_PROGRESS"},
    {Status::kUpdateRollbackFailed, "UPDATE_ROLLBACK_FAILED"},
    {Status::kUpdateRollbackComplete, "UPDATE_ROLLBACK_COMPLETE"},
    {Status::kUpdateRollbackCompleteCleanupInProgress, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"},
    {Status::kReviewInProgress, "REVIEW_IN_PROGRESS"},
}};

constexpr std::array<std::pair<OnFailure, std::string_view>, 3> kOnFailureNames = {{
    {OnFailure::kRollback, "ROLLBACK"},
    {OnFailure::kDelete, "DELETE"},
    {OnFailure::kDoNothing, "DO_NOTHING"},
}};

constexpr std::string_view kHeaderColumns =
    "id, account, region, name, status, reason, created, updated, deleted, description, protected, "
    "disable_rollback, timeout_minutes, operation, last_token, policy, never_stood, parent, root";
// Behind those of the header.
constexpr std::string_view kInnerColumns = "definition, pending, outputs";
constexpr int kFirstInner = 19;
constexpr std::string_view kResourceColumns =
    "id, stack, logical_id, type, physical_id, slot, progress, status, reason, updated, token, deletion_policy, "
    "replace_policy, needs, properties, former, attributes, metadata, secret, begun";

std::optional<std::int64_t> millisOf(const std::optional<base::Time>& time) {
  if (!time) return std::nullopt;
  return base::toMillis(*time);
}

std::optional<base::Time> timeOf(const std::optional<std::int64_t>& millis) {
  if (!millis) return std::nullopt;
  return base::fromMillis(*millis);
}

void readHeader(const store::Rows& rows, StackHeader& stack) {
  stack.id = rows.text(0);
  stack.account = rows.text(1);
  stack.region = rows.text(2);
  stack.name = rows.text(3);
  stack.status = statusOf(rows.text(4));
  stack.statusReason = rows.text(5);
  stack.created = base::fromMillis(rows.integer(6));
  stack.updated = timeOf(rows.optionalInteger(7));
  stack.deleted = timeOf(rows.optionalInteger(8));
  stack.description = rows.text(9);
  stack.terminationProtection = rows.integer(10) != 0;
  stack.disableRollback = rows.integer(11) != 0;
  stack.timeoutMinutes = rows.optionalInteger(12);
  if (const auto operation = rows.optionalText(13)) {
    const auto json = base::parseJson(*operation);
    if (!json.ok()) throw store::DamagedRecord("stacks: an operation is damaged");
    stack.operation = operationOf(*json);
  }
  stack.lastToken = rows.text(14);
  stack.policy = rows.text(15);
  stack.neverStood = rows.integer(16) != 0;
  stack.parentId = rows.text(17);
  stack.rootId = rows.text(18);
}

StackRecord readStack(const store::Rows& rows, const store::Keyring& keyring) {
  StackRecord stack;
  readHeader(rows, stack);
  const Sealer sealer(keyring, stack.id);
  stack.definition = definitionOf(sealer.open(rows.blob(kFirstInner)));
  if (!rows.isNull(kFirstInner + 1)) stack.pending = definitionOf(sealer.open(rows.blob(kFirstInner + 1)));
  stack.outputs = outputsOf(sealer.open(rows.blob(kFirstInner + 2)));
  return stack;
}

std::string headerQuery(std::string_view rest) {
  return "SELECT " + std::string(kHeaderColumns) + " FROM stacks_stacks " + std::string(rest);
}

std::string stackQuery(std::string_view rest) {
  return "SELECT " + std::string(kHeaderColumns) + ", " + std::string(kInnerColumns) + " FROM stacks_stacks " +
         std::string(rest);
}

constexpr std::string_view kById = "WHERE id = ?";
constexpr std::string_view kByName = "WHERE account = ? AND region = ? AND name = ? AND deleted IS NULL";
// Newest first, behind one.
constexpr std::string_view kOfPlace =
    "WHERE account = ? AND region = ? AND (? OR deleted IS NULL) AND (? = '' OR number < (SELECT number FROM "
    "stacks_stacks WHERE id = ?)) ORDER BY number DESC LIMIT ?";

ResourceRecord readResource(const store::Rows& rows, const Sealer& sealer) {
  ResourceRecord resource;
  resource.id = rows.integer(0);
  resource.stackId = rows.text(1);
  resource.logicalId = rows.text(2);
  resource.type = rows.text(3);
  resource.physicalId = rows.text(4);
  resource.slot = static_cast<Slot>(rows.integer(5));
  resource.progress = static_cast<Progress>(rows.integer(6));
  resource.status = statusOf(rows.text(7));
  resource.statusReason = rows.text(8);
  resource.updated = base::fromMillis(rows.integer(9));
  resource.uniqueToken = rows.text(10);
  resource.deletionPolicy = static_cast<KeepPolicy>(rows.integer(11));
  resource.updateReplacePolicy = static_cast<KeepPolicy>(rows.integer(12));
  if (const auto needs = base::parseJson(rows.text(13)); needs.ok()) resource.needs = textsOf(*needs);
  resource.properties = sealer.openObject(rows.blob(14));
  if (!rows.isNull(15)) resource.former = sealer.openObject(rows.blob(15));
  resource.attributes = sealer.openObject(rows.blob(16));
  if (!rows.isNull(17)) resource.metadata = sealer.open(rows.blob(17));
  resource.secret = rows.integer(18) != 0;
  resource.wasBegun = rows.integer(19) != 0;
  return resource;
}

std::optional<std::string> operationText(const StackHeader& stack) {
  if (!stack.operation) return std::nullopt;
  return base::writeJson(Json(toJson(*stack.operation)));
}

}  // namespace

std::string_view nameOf(Status status) {
  for (const auto& [known, name] : kStatusNames) {
    if (known == status) return name;
  }
  return "CREATE_FAILED";
}

std::string_view nameOf(OnFailure onFailure) {
  for (const auto& [known, name] : kOnFailureNames) {
    if (known == onFailure) return name;
  }
  return "ROLLBACK";
}

std::optional<OnFailure> onFailureOf(std::string_view name) {
  for (const auto& [known, spelled] : kOnFailureNames) {
    if (spelled == name) return known;
  }
  return std::nullopt;
}

Status statusOf(std::string_view name) {
  for (const auto& [status, known] : kStatusNames) {
    if (known == name) return status;
  }
  return Status::kCreateFailed;
}

std::vector<store::Migration> StackStore::migrations() {
  return {{"stacks/001 stacks", kSchema},
          {"stacks/003 recovery and policies", kRecoverySchema},
          {"stacks/004 nested stacks", kNestedSchema},
          {"stacks/007 held exports", kHeldExportsSchema}};
}

void StackStore::insertStack(const StackRecord& stack) {
  const Sealer sealer(keyring_, stack.id);
  database_.execute("INSERT INTO stacks_stacks(" + std::string(kHeaderColumns) + ", " + std::string(kInnerColumns) +
                        ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    stack.id, stack.account, stack.region, stack.name, nameOf(stack.status), stack.statusReason,
                    base::toMillis(stack.created), millisOf(stack.updated), millisOf(stack.deleted),
                    stack.description, stack.terminationProtection, stack.disableRollback, stack.timeoutMinutes,
                    operationText(stack), stack.lastToken, stack.policy, stack.neverStood, stack.parentId,
                    stack.rootId, sealer.seal(Json(toJson(stack.definition))), nullptr,
                    sealer.seal(Json(toJson(stack.outputs))));
}

void StackStore::saveState(const StackHeader& stack) {
  database_.execute(
      "UPDATE stacks_stacks SET status = ?, reason = ?, updated = ?, deleted = ?, operation = ?, "
      "last_token = ? WHERE id = ?",
      nameOf(stack.status), stack.statusReason, millisOf(stack.updated), millisOf(stack.deleted),
      operationText(stack), stack.lastToken, stack.id);
}

void StackStore::saveDefinition(const StackRecord& stack) {
  const Sealer sealer(keyring_, stack.id);
  std::optional<store::Blob> pending;
  if (stack.pending) pending = sealer.seal(Json(toJson(*stack.pending)));
  database_.execute(
      "UPDATE stacks_stacks SET description = ?, disable_rollback = ?, timeout_minutes = ?, definition = ?, "
      "pending = ?, outputs = ?, never_stood = ? WHERE id = ?",
      stack.description, stack.disableRollback, stack.timeoutMinutes, sealer.seal(Json(toJson(stack.definition))),
      pending, sealer.seal(Json(toJson(stack.outputs))), stack.neverStood, stack.id);
}

void StackStore::setPolicy(const std::string& id, const std::string& policy) {
  database_.execute("UPDATE stacks_stacks SET policy = ? WHERE id = ?", policy, id);
}

void StackStore::cancel(const std::string& id, const std::string& operationId) {
  database_.execute("UPDATE stacks_stacks SET cancelled = ? WHERE id = ?", operationId, id);
}

bool StackStore::isCancelled(const std::string& id, const std::string& operationId) const {
  auto rows = database_.query("SELECT cancelled = ? FROM stacks_stacks WHERE id = ?", operationId, id);
  return rows.next() && rows.integer(0) != 0;
}

std::int64_t StackStore::countNested(const std::string& rootId) const {
  auto rows = database_.query(
      "SELECT COUNT(*) FROM stacks_stacks WHERE root = ? AND root <> '' AND deleted IS NULL AND status <> ?",
      rootId, nameOf(Status::kReviewInProgress));
  return rows.next() ? rows.integer(0) : 0;
}

void StackStore::release(const std::string& id, const std::string& operationId) {
  database_.execute("UPDATE stacks_stacks SET released = ? WHERE id = ?", operationId, id);
}

bool StackStore::isReleased(const std::string& id, const std::string& operationId) const {
  auto rows = database_.query("SELECT released = ? FROM stacks_stacks WHERE id = ?", operationId, id);
  return rows.next() && rows.integer(0) != 0;
}

void StackStore::setProtection(const std::string& id, bool on) {
  database_.execute("UPDATE stacks_stacks SET protected = ? WHERE id = ?", on, id);
}

std::optional<StackHeader> StackStore::findHeader(const std::string& id) const {
  auto rows = database_.query(headerQuery(kById), id);
  if (!rows.next()) return std::nullopt;
  StackHeader header;
  readHeader(rows, header);
  return header;
}

std::optional<StackHeader> StackStore::findHeaderByName(const std::string& account, const std::string& region,
                                                        const std::string& name) const {
  auto rows = database_.query(headerQuery(kByName), account, region, name);
  if (!rows.next()) return std::nullopt;
  StackHeader header;
  readHeader(rows, header);
  return header;
}

std::vector<StackHeader> StackStore::listHeaders(const std::string& account, const std::string& region,
                                                 bool withDeleted, const std::string& before,
                                                 std::size_t limit) const {
  std::vector<StackHeader> headers;
  for (auto rows = database_.query(headerQuery(kOfPlace), account, region, withDeleted, before, before, limit);
       rows.next();) {
    readHeader(rows, headers.emplace_back());
  }
  return headers;
}

std::optional<StackRecord> StackStore::findStack(const std::string& id) const {
  auto rows = database_.query(stackQuery(kById), id);
  if (!rows.next()) return std::nullopt;
  return readStack(rows, keyring_);
}

std::optional<StackRecord> StackStore::findByName(const std::string& account, const std::string& region,
                                                  const std::string& name) const {
  auto rows = database_.query(stackQuery(kByName), account, region, name);
  if (!rows.next()) return std::nullopt;
  return readStack(rows, keyring_);
}

std::vector<StackRecord> StackStore::listStacks(const std::string& account, const std::string& region,
                                                bool withDeleted, const std::string& before,
                                                std::size_t limit) const {
  std::vector<StackRecord> stacks;
  for (auto rows = database_.query(stackQuery(kOfPlace), account, region, withDeleted, before, before, limit);
       rows.next();) {
    stacks.push_back(readStack(rows, keyring_));
  }
  return stacks;
}

std::vector<std::string> StackStore::stacksAtWork() const {
  std::vector<std::string> ids;
  for (auto rows = database_.query("SELECT id FROM stacks_stacks WHERE operation IS NOT NULL ORDER BY number");
       rows.next();) {
    ids.push_back(rows.text(0));
  }
  return ids;
}

void StackStore::removeDeletedBefore(base::Time time) {
  const std::int64_t millis = base::toMillis(time);
  for (const char* table : {"stacks_resources", "stacks_events"}) {
    database_.execute(
        "DELETE FROM " + std::string(table) + " WHERE stack IN (SELECT id FROM stacks_stacks WHERE deleted < ?)",
        millis);
  }
  database_.execute("DELETE FROM stacks_stacks WHERE deleted < ?", millis);
}

void StackStore::insertResource(ResourceRecord& resource) {
  const Sealer sealer(keyring_, resource.stackId);
  std::optional<store::Blob> metadata;
  if (resource.metadata) metadata = sealer.seal(*resource.metadata);
  auto rows = database_.query(
      "INSERT INTO stacks_resources(stack, logical_id, type, physical_id, slot, progress, status, reason, updated, "
      "token, deletion_policy, replace_policy, needs, properties, former, attributes, metadata, secret, begun) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?) RETURNING id",
      resource.stackId, resource.logicalId, resource.type, resource.physicalId, static_cast<int>(resource.slot),
      static_cast<int>(resource.progress), nameOf(resource.status), resource.statusReason,
      base::toMillis(resource.updated), resource.uniqueToken, static_cast<int>(resource.deletionPolicy),
      static_cast<int>(resource.updateReplacePolicy), base::writeJson(Json(toJson(resource.needs))),
      sealer.seal(Json(resource.properties)), sealer.seal(Json(resource.attributes)), metadata, resource.secret,
      resource.wasBegun);
  while (rows.next()) resource.id = rows.integer(0);
}

void StackStore::saveResource(const ResourceRecord& resource) {
  const Sealer sealer(keyring_, resource.stackId);
  std::optional<store::Blob> former;
  if (resource.former) former = sealer.seal(Json(*resource.former));
  std::optional<store::Blob> metadata;
  if (resource.metadata) metadata = sealer.seal(*resource.metadata);
  database_.execute(
      "UPDATE stacks_resources SET physical_id = ?, slot = ?, progress = ?, status = ?, reason = ?, updated = ?, "
      "deletion_policy = ?, replace_policy = ?, needs = ?, properties = ?, former = ?, attributes = ?, metadata = "
      "?, secret = ?, begun = ? "
      "WHERE id = ?",
      resource.physicalId, static_cast<int>(resource.slot), static_cast<int>(resource.progress),
      nameOf(resource.status), resource.statusReason, base::toMillis(resource.updated),
      static_cast<int>(resource.deletionPolicy), static_cast<int>(resource.updateReplacePolicy),
      base::writeJson(Json(toJson(resource.needs))), sealer.seal(Json(resource.properties)), former,
      sealer.seal(Json(resource.attributes)), metadata, resource.secret, resource.wasBegun, resource.id);
}

void StackStore::removeResource(std::int64_t id) {
  database_.execute("DELETE FROM stacks_resources WHERE id = ?", id);
}

std::vector<ResourceRecord> StackStore::resources(const std::string& stackId) const {
  const Sealer sealer(keyring_, stackId);
  std::vector<ResourceRecord> resources;
  for (auto rows = database_.query(
           "SELECT " + std::string(kResourceColumns) + " FROM stacks_resources WHERE stack = ? ORDER BY id",
           stackId);
       rows.next();) {
    resources.push_back(readResource(rows, sealer));
  }
  return resources;
}

std::optional<std::string> StackStore::findStackOfResource(const std::string& account, const std::string& region,
                                                           const std::string& physicalId) const {
  auto rows = database_.query(
      "SELECT s.id FROM stacks_resources r JOIN stacks_stacks s ON s.id = r.stack WHERE r.physical_id = ? AND "
      "r.physical_id <> '' AND s.account = ? AND s.region = ? ORDER BY s.deleted IS NOT NULL, s.number DESC LIMIT "
      "1",
      physicalId, account, region);
  if (!rows.next()) return std::nullopt;
  return rows.text(0);
}

void StackStore::appendEvent(const StackEvent& event) {
  std::optional<store::Blob> properties;
  if (!event.properties.empty()) properties = Sealer(keyring_, event.stackId).sealText(event.properties);
  database_.execute(
      "INSERT INTO stacks_events(stack, stack_name, event_id, time, logical_id, physical_id, type, status, reason, "
      "token, properties) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      event.stackId, event.stackName, event.eventId, base::toMillis(event.time), event.logicalId, event.physicalId,
      event.type, nameOf(event.status), event.reason, event.token, properties);
}

std::vector<StackEvent> StackStore::events(const std::string& stackId, std::int64_t before,
                                           std::size_t limit) const {
  const Sealer sealer(keyring_, stackId);
  std::vector<StackEvent> events;
  for (auto rows = database_.query("SELECT sequence, event_id, stack, stack_name, time, logical_id, physical_id, "
                                   "type, status, reason, token, "
                                   "properties FROM stacks_events WHERE stack = ? AND (? = 0 OR sequence < ?) "
                                   "ORDER BY sequence DESC LIMIT ?",
                                   stackId, before, before, limit);
       rows.next();) {
    StackEvent event;
    event.sequence = rows.integer(0);
    event.eventId = rows.text(1);
    event.stackId = rows.text(2);
    event.stackName = rows.text(3);
    event.time = base::fromMillis(rows.integer(4));
    event.logicalId = rows.text(5);
    event.physicalId = rows.text(6);
    event.type = rows.text(7);
    event.status = statusOf(rows.text(8));
    event.reason = rows.text(9);
    event.token = rows.text(10);
    if (!rows.isNull(11)) event.properties = sealer.openText(rows.blob(11));
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace hearth::stacks
