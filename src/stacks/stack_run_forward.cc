// The forward phase of a StackRun: making and changing what the definition wants.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "stacks/faults.h"
#include "stacks/properties.h"
#include "stacks/scalars.h"
#include "stacks/stack_run.h"

namespace hearth::stacks {
namespace {

constexpr std::string_view kReplacing =
    "Requested update requires the creation of a new physical resource; hence creating one.";
constexpr std::string_view kInitiated = "Resource creation Initiated";

// "MESSAGE (Status Code: 409; Error Code: BucketAlreadyExists)", the form that services' faults take in events.
std::string reasonOf(const Fault& fault) {
  if (fault.code == "ValidationError" || fault.code.empty()) return fault.message;
  return fault.message + " (Status Code: " + std::to_string(fault.status) + "; Error Code: " + fault.code + ")";
}

}  // namespace

// One resource that the definition wants made or changed.
struct StackRun::Change {
  enum class Kind : unsigned char { kCreate, kModify, kReplace };
  const ResourceDeclaration* declaration = nullptr;
  ports::ResourceProvider* provider = nullptr;
  Kind kind = Kind::kCreate;
  ResourceRecord* standing = nullptr;  // of kModify and kReplace
  ResourceRecord* row = nullptr;       // the one that is worked on; of kCreate and kReplace from announce() on
  JsonObject properties;
  std::string shownProperties;  // JSON with secrets masked
  std::optional<Fault> fault;   // known before its turn came

  Status inProgress() const {
    return kind == Kind::kCreate ? Status::kCreateInProgress : Status::kUpdateInProgress;
  }
  Status complete() const { return kind == Kind::kCreate ? Status::kCreateComplete : Status::kUpdateComplete; }
  Status failed() const { return kind == Kind::kCreate ? Status::kCreateFailed : Status::kUpdateFailed; }
};

void StackRun::forwardStep() {
  prepareScope();
  if (isTimedOut()) {
    write([this] { beginFailure("Stack creation time exceeded the specified timeout."); });
    return;
  }
  std::vector<Change> changes = selectChanges();
  for (Change& change : changes) {
    if (change.fault) continue;
    ResourceRecord row;
    if (change.kind == Change::Kind::kModify) row = *change.standing;
    if (change.kind != Change::Kind::kModify) row.uniqueToken = uniqueToken(change.declaration->logicalId);
    row.logicalId = change.declaration->logicalId;
    auto request = requestFor(row);
    request.properties = change.properties;
    if (change.standing) request.oldProperties = change.standing->properties;
    auto prepared = prepare(*change.provider, request);
    if (!prepared.ok()) change.fault = std::move(prepared).fault();
  }
  write([&] {
    carryOut(changes);
    const bool failed = !failedCreates_.empty() || !failedUpdates_.empty();
    if (failed) {
      std::string reason;
      if (!failedCreates_.empty()) {
        reason += "The following resource(s) failed to create: [" + joinNames(failedCreates_) + "]. ";
      }
      if (!failedUpdates_.empty()) {
        reason += "The following resource(s) failed to update: [" + joinNames(failedUpdates_) + "]. ";
      }
      beginFailure(reason);
    } else if (std::all_of(order_.begin(), order_.end(), [&](const auto& id) { return settled_.contains(id); })) {
      finishForward();
    }
  });
}

bool StackRun::isTimedOut() const {
  return stack_.operation->kind == OperationKind::kCreate && stack_.timeoutMinutes &&
         tools_.clock.now() - stack_.operation->started > std::chrono::minutes(*stack_.timeoutMinutes);
}

// The next resources whose needs are all settled. Those that need no change are settled on the way.
std::vector<StackRun::Change> StackRun::selectChanges() {
  std::vector<Change> changes;
  const std::set<std::string> active(order_.begin(), order_.end());
  for (const auto& logicalId : order_) {
    if (changes.size() >= tools_.resourcesPerStep) break;
    if (settled_.contains(logicalId)) continue;
    const auto& needs = needs_[logicalId];
    const bool ready = std::all_of(needs.begin(), needs.end(), [&](const auto& need) {
      return !active.contains(need) || settled_.contains(need);
    });
    if (!ready) continue;
    if (auto change = changeOf(*document_->findResource(logicalId))) {
      changes.push_back(*std::move(change));
    } else {
      settled_.insert(logicalId);
    }
  }
  return changes;
}

// What has to be done about a resource; nullopt when it stands as it is wanted.
std::optional<StackRun::Change> StackRun::changeOf(const ResourceDeclaration& declaration) {
  Change change;
  change.declaration = &declaration;
  change.standing = findRow(declaration.logicalId, Slot::kCurrent);
  if (change.standing) change.kind = Change::Kind::kModify;
  change.provider = tools_.providers.find(declaration.type);
  if (!change.provider) {
    change.fault = formatError("Unrecognized resource types: [" + declaration.type + "]");
    return change;
  }
  const auto& spec = change.provider->spec();
  auto properties = resolveProperties(declaration, spec, *scope_, target().tags);
  if (!properties.ok()) {
    change.fault = std::move(properties).fault();
    return change;
  }
  change.properties = *std::move(properties);
  if (hasUnknown(Json(change.properties))) {
    change.fault = Fault("InternalFailure", "A value that the resource needs does not exist", 500);
    return change;
  }
  if (change.standing) {
    const auto differences = diffProperties(spec, change.standing->properties, change.properties);
    if (differences.empty()) return std::nullopt;
    if (std::any_of(differences.begin(), differences.end(), [](const auto& one) { return one.replaces; })) {
      change.kind = Change::Kind::kReplace;
    }
  }
  if (maskedScope_) {
    auto shown = evaluate(declaration.properties, *maskedScope_);
    if (shown.ok() && *shown) change.shownProperties = base::writeJson(**shown);
  } else {
    change.shownProperties = base::writeJson(Json(change.properties));
  }
  return change;
}

void StackRun::carryOut(std::vector<Change>& changes) {
  for (Change& change : changes) announce(change);
  bool cancelled = false;
  for (Change& change : changes) {
    if (cancelled) {
      recordFailure(change, change.kind == Change::Kind::kCreate ? "Resource creation cancelled"
                                                                 : "Resource update cancelled");
      continue;
    }
    auto applied = apply(change);
    if (applied.ok()) {
      settled_.insert(change.row->logicalId);
    } else {
      recordFailure(change, reasonOf(applied.fault()));
      cancelled = true;
    }
  }
}

void StackRun::announce(Change& change) {
  if (change.kind == Change::Kind::kModify) {
    change.row = change.standing;
    event(*change.row, change.inProgress(), "", change.shownProperties);
    return;
  }
  auto row = std::make_unique<ResourceRecord>();
  const ResourceDeclaration& declaration = *change.declaration;
  row->stackId = stack_.id;
  row->logicalId = declaration.logicalId;
  row->type = declaration.type;
  row->slot = Slot::kIncoming;
  row->uniqueToken = uniqueToken(declaration.logicalId);
  row->deletionPolicy = declaration.deletionPolicy;
  row->updateReplacePolicy = declaration.updateReplacePolicy;
  row->metadata = declaration.metadata;
  row->needs.assign(needs_[declaration.logicalId].begin(), needs_[declaration.logicalId].end());
  row->properties = change.properties;
  const bool replaces = change.kind == Change::Kind::kReplace;
  event(*row, change.inProgress(), replaces ? std::string(kReplacing) : "", change.shownProperties,
        replaces ? change.standing->physicalId : "");
  tools_.store.insertResource(*row);
  change.row = row.get();
  rows_.push_back(std::move(row));
}

Result<void> StackRun::apply(Change& change) {
  if (change.fault) return *change.fault;
  ResourceRecord& row = *change.row;
  auto request = requestFor(row);
  request.properties = change.properties;
  if (change.kind == Change::Kind::kModify) {
    request.oldProperties = row.properties;
    HEARTH_TRY(auto state, attempt([&] { return change.provider->update(request); }));
    if (!row.former) row.former = std::move(row.properties);
    row.properties = std::move(change.properties);
    row.attributes = std::move(state.attributes);
    if (!state.physicalId.empty()) row.physicalId = state.physicalId;
  } else {
    HEARTH_TRY(auto state, attempt([&] { return change.provider->create(request); }));
    row.physicalId = std::move(state.physicalId);
    row.attributes = std::move(state.attributes);
    event(row, change.inProgress(), std::string(kInitiated), change.shownProperties);
  }
  event(row, change.complete(), "", change.shownProperties);
  row.progress = Progress::kDone;
  tools_.store.saveResource(row);
  return {};
}

void StackRun::recordFailure(Change& change, const std::string& reason) {
  const bool isCreate = change.kind == Change::Kind::kCreate;
  event(*change.row, change.failed(), reason, change.shownProperties);
  change.row->progress = Progress::kFailed;
  tools_.store.saveResource(*change.row);
  (isCreate ? failedCreates_ : failedUpdates_).push_back(change.row->logicalId);
}

Result<std::vector<Output>> StackRun::finalOutputs() {
  HEARTH_TRY(auto outputs, evaluateOutputs(*document_, *scope_));
  for (const auto& output : outputs) {
    if (!output.value) return validationError("Output " + output.key + " has no value");
  }
  HEARTH_CHECK(checkExports(outputs));
  return outputs;
}

// Nobody else's name is taken, and what others import stays as it is.
Result<void> StackRun::checkExports(const std::vector<Output>& outputs) const {
  std::map<std::string, std::string> values;
  for (const auto& output : outputs) {
    if (output.exportName.empty()) continue;
    values[output.exportName] = *output.value;
    const auto other = tools_.store.findExport(stack_.account, stack_.region, output.exportName);
    if (other && other->stackId != stack_.id) {
      const auto owner = tools_.store.findStack(other->stackId);
      return validationError("Export with name " + output.exportName + " is already exported by stack " +
                             (owner ? owner->name : other->stackId) + ".");
    }
  }
  for (const auto& standing : tools_.store.exportsOf(stack_.id)) {
    const auto found = values.find(standing.name);
    if (found != values.end() && found->second == standing.value) continue;
    const auto importers = tools_.store.importersOf(stack_.account, stack_.region, standing.name);
    if (importers.empty()) continue;
    return validationError("Export " + standing.name + " cannot be " +
                           (found == values.end() ? "deleted" : "updated") + " as it is in use by " +
                           joinNames(importers));
  }
  return {};
}

void StackRun::finishForward() {
  auto outputs = finalOutputs();
  if (!outputs.ok()) {
    beginFailure(outputs.fault().message + " ");
    return;
  }
  const bool isUpdate = stack_.operation->kind == OperationKind::kUpdate;
  adoptDefinition(*std::move(outputs));
  if (!isUpdate) {
    endOperation(Status::kCreateComplete, "");
    return;
  }
  stack_.operation->phase = Phase::kRemoval;
  stack_.operation->endsAs = Status::kUpdateComplete;
  setStatus(Status::kUpdateCompleteCleanupInProgress, "");
  tools_.store.saveState(stack_);
  if (rowsToRemove().empty()) finishRemoval();
}

// The point of no return: what was made becomes what stands.
void StackRun::adoptDefinition(std::vector<Output> outputs) {
  const std::set<std::string> active(order_.begin(), order_.end());
  for (const auto& row : rows_) {
    if (row->slot != Slot::kCurrent) continue;
    if (!active.contains(row->logicalId) || findRow(row->logicalId, Slot::kIncoming)) row->slot = Slot::kOutgoing;
  }
  for (const auto& row : rows_) {
    row->progress = Progress::kUntouched;
    row->former.reset();
    if (row->slot == Slot::kIncoming) row->slot = Slot::kCurrent;
    if (row->slot == Slot::kCurrent) {
      const ResourceDeclaration& declaration = *document_->findResource(row->logicalId);
      row->deletionPolicy = declaration.deletionPolicy;
      row->updateReplacePolicy = declaration.updateReplacePolicy;
      row->metadata = declaration.metadata;
      row->needs.assign(needs_[row->logicalId].begin(), needs_[row->logicalId].end());
    }
    tools_.store.saveResource(*row);
  }
  std::vector<ExportRecord> exports;
  for (const auto& output : outputs) {
    if (!output.exportName.empty()) exports.push_back({output.exportName, *output.value, stack_.id});
  }
  if (stack_.pending) stack_.definition = *std::exchange(stack_.pending, std::nullopt);
  stack_.description = document_->description;
  stack_.outputs = std::move(outputs);
  tools_.store.saveDefinition(stack_);
  tools_.store.replaceExports(stack_, exports);
  tools_.store.replaceImports(stack_, importNames(*document_, *scope_));
}

void StackRun::beginFailure(const std::string& reason) {
  Operation& operation = *stack_.operation;
  if (operation.kind == OperationKind::kUpdate) {
    for (const auto& row : rows_) {
      if (row->slot != Slot::kCurrent) continue;
      const bool touched =
          row->former || row->progress == Progress::kFailed || findRow(row->logicalId, Slot::kIncoming) != nullptr;
      row->progress = touched ? Progress::kUntouched : Progress::kDone;
      tools_.store.saveResource(*row);
    }
    operation.phase = Phase::kRollback;
    setStatus(Status::kUpdateRollbackInProgress, reason);
    tools_.store.saveState(stack_);
    return;
  }
  const bool keep = operation.onFailure == OnFailure::kDoNothing;
  for (const auto& row : rows_) {
    row->slot = keep ? Slot::kCurrent : Slot::kOutgoing;
    row->progress = Progress::kUntouched;
    tools_.store.saveResource(*row);
  }
  if (keep) {
    endOperation(Status::kCreateFailed, reason);
    return;
  }
  const std::string sentence = reason + (reason.ends_with(' ') ? "" : " ");
  operation.phase = Phase::kRemoval;
  if (operation.onFailure == OnFailure::kDelete) {
    operation.endsAs = Status::kDeleteComplete;
    setStatus(Status::kDeleteInProgress, sentence + "Delete requested by user.");
  } else {
    operation.endsAs = Status::kRollbackComplete;
    setStatus(Status::kRollbackInProgress, sentence + "Rollback requested by user.");
  }
  tools_.store.saveState(stack_);
}

}  // namespace hearth::stacks
