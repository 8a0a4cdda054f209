// The forward phase of a StackRun: making and changing what the definition wants.
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "stacks/exports.h"
#include "stacks/faults.h"
#include "stacks/properties.h"
#include "stacks/scalars.h"
#include "stacks/stack_run.h"

namespace hearth::stacks {
namespace {

constexpr std::string_view kReplacing =
    "Requested update requires the creation of a new physical resource; hence creating one.";

}  // namespace

// One resource that the definition wants made or changed.
struct StackRun::Change {
  enum class Kind : unsigned char { kCreate, kModify, kReplace, kDenied };
  const ResourceDeclaration* declaration = nullptr;
  ports::ResourceProvider* provider = nullptr;
  Kind kind = Kind::kCreate;
  ResourceRecord* standing = nullptr;  // of all but kCreate
  ResourceRecord* row = nullptr;       // the one that is worked on; of kCreate and kReplace from announce() on
  JsonObject properties;
  std::string shownProperties;  // JSON with secrets masked
  std::optional<Fault> fault;   // known before its turn came
  PreparedHandle prepared;

  Status inProgress() const {
    return kind == Kind::kCreate ? Status::kCreateInProgress : Status::kUpdateInProgress;
  }
  Status failed() const { return kind == Kind::kCreate ? Status::kCreateFailed : Status::kUpdateFailed; }
};

void StackRun::forwardStep() {
  prepareScope();
  if (isTimedOut()) {
    write([this] {
      if (tools_.store.isCancelled(stack_.id, stack_.operation->id)) {
        giveUp();
      } else {
        beginFailure("Stack creation time exceeded the specified timeout.");
      }
    });
    return;
  }
  std::vector<Change> changes = selectChanges();
  std::vector<PreparedHandle> handles;
  for (Change& change : changes) {
    if (change.fault) continue;
    ResourceRecord row;
    if (change.kind == Change::Kind::kModify) row = *change.standing;
    if (change.kind != Change::Kind::kModify) row.uniqueToken = uniqueToken(change.declaration->logicalId);
    row.logicalId = change.declaration->logicalId;
    row.type = change.declaration->type;
    auto request = requestFor(row);
    request.verb =
        change.kind == Change::Kind::kModify ? ports::ResourceVerb::kUpdate : ports::ResourceVerb::kCreate;
    request.properties = change.properties;
    if (change.standing) request.oldProperties = change.standing->properties;
    auto prepared = prepare(*change.provider, request);
    if (prepared.ok()) {
      change.prepared = *prepared;
      handles.push_back(*std::move(prepared));
    } else {
      change.fault = std::move(prepared).fault();
    }
  }
  const auto work = [&] {
    if (tools_.store.isCancelled(stack_.id, stack_.operation->id)) {
      giveUp();
      return;
    }
    resumeChanges();
    carryOut(changes);
    const bool failed = !failedCreates_.empty() || !failedUpdates_.empty();
    if (failed) {
      cancelBegun();
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
  };
  write(work, handles);
}

// The order to stop where it is: an update goes back, what is being created goes altogether. An update of what has
// never stood has nothing to go back to: it ends as a failure that is kept, to be gone on with or removed.
void StackRun::giveUp() {
  if (stack_.operation->kind == OperationKind::kUpdate) {
    if (!stack_.neverStood) {
      beginRollback("User Initiated");
      return;
    }
    stack_.operation->onFailure = OnFailure::kDoNothing;
    beginFailure("User Initiated");
    return;
  }
  stack_.operation->onFailure = OnFailure::kDelete;
  beginFailure("");
}

bool StackRun::isTimedOut() const {
  const auto deadline = timeout();
  return deadline && tools_.clock.now() > *deadline;
}

std::optional<base::Time> StackRun::timeout() const {
  if (stack_.operation->kind != OperationKind::kCreate || !stack_.timeoutMinutes) return std::nullopt;
  return stack_.operation->started + std::chrono::minutes(*stack_.timeoutMinutes);
}

bool StackRun::isBegun(const std::string& logicalId) {
  const ResourceRecord* incoming = findRow(logicalId, Slot::kIncoming);
  const ResourceRecord* current = findRow(logicalId, Slot::kCurrent);
  return (incoming && incoming->progress == Progress::kBegun) || (current && current->progress == Progress::kBegun);
}

// The next resources whose needs are all settled. Those that need no change are settled on the way.
std::vector<StackRun::Change> StackRun::selectChanges() {
  std::vector<Change> changes;
  const std::set<std::string> active(order_.begin(), order_.end());
  for (const auto& logicalId : order_) {
    if (changes.size() >= tools_.resourcesPerStep) break;
    if (settled_.contains(logicalId) || isBegun(logicalId)) continue;
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
  change.standing = findStanding(declaration.logicalId);
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
    if (differences.empty() && !spec.alwaysUpdated) return std::nullopt;
    if (std::any_of(differences.begin(), differences.end(), [](const auto& one) { return one.replaces; })) {
      change.kind = Change::Kind::kReplace;
    }
    const bool replaces = change.kind == Change::Kind::kReplace;
    change.fault =
        deniedByPolicy(*change.standing, replaces ? StackPolicy::Action::kReplace : StackPolicy::Action::kModify);
    if (change.fault) change.kind = Change::Kind::kDenied;
  }
  change.shownProperties = shownPropertiesOf(declaration.logicalId, change.properties);
  return change;
}

// As JSON, with what is secret masked.
std::string StackRun::shownPropertiesOf(const std::string& logicalId, const JsonObject& properties) {
  const bool anySecret =
      maskedScope_ || std::any_of(rows_.begin(), rows_.end(), [](const auto& row) { return row->secret; });
  if (!anySecret) return base::writeJson(Json(properties));
  if (!maskedScope_) {
    maskedScope_ = scope_;
    maskAttributes(*maskedScope_);
  }
  const auto shown = evaluate(document_->findResource(logicalId)->properties, *maskedScope_);
  return shown.ok() && *shown ? base::writeJson(**shown) : std::string();
}

// What the stack's policy has against the change of a resource that stands.
std::optional<Fault> StackRun::deniedByPolicy(const ResourceRecord& row, StackPolicy::Action action) {
  if (!policy_) {
    auto policy = StackPolicy::parse(stack_.operation->policy.value_or(stack_.policy));
    // It was accepted when it was set.
    if (!policy.ok()) throw std::runtime_error("stacks: a kept policy does not parse");
    policy_ = *std::move(policy);
  }
  const auto refusal = policy_->refusalOf(action, row.logicalId, row.type);
  if (!refusal) return std::nullopt;
  return validationError(*refusal);
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
    if (!applied.ok()) recordFailure(change, reasonOf(applied.fault()));
    cancelled = change.row->progress == Progress::kFailed;
  }
}

void StackRun::announce(Change& change) {
  if (change.kind == Change::Kind::kDenied) {
    change.row = change.standing;  // it is not even begun
    return;
  }
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
  // What an update that failed has made, and this one replaces, goes whichever way it ends.
  if (replaces && change.standing->slot == Slot::kIncoming && !change.fault) {
    change.standing->slot = Slot::kOutgoing;
    tools_.store.saveResource(*change.standing);
  }
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
  request.prepared = change.prepared;
  const bool isModify = change.kind == Change::Kind::kModify;
  request.verb = isModify ? ports::ResourceVerb::kUpdate : ports::ResourceVerb::kCreate;
  if (isModify) request.oldProperties = row.properties;
  HEARTH_TRY(auto progress, ask(*change.provider, request));
  if (isModify) {
    if (!row.former && row.slot == Slot::kCurrent) row.former = std::move(row.properties);
    row.properties = std::move(change.properties);
  }
  advance(row, std::move(progress), change.shownProperties);
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
  HEARTH_CHECK(checkExports(tools_.store, stack_, outputs));
  return outputs;
}

void StackRun::finishForward() {
  auto outputs = finalOutputs();
  if (!outputs.ok()) {
    beginFailure(outputs.fault().message + " ");
    return;
  }
  const bool isUpdate = stack_.operation->kind == OperationKind::kUpdate;
  if (isUpdate && !checkRemovals()) return;
  if (stack_.operation->isDrivenByParent) {
    hold(*std::move(outputs));
    return;
  }
  adoptDefinition(*std::move(outputs));
  if (isUpdate) {
    setStatus(Status::kUpdateCompleteCleanupInProgress, "");
    beginCleanup();
  } else {
    endOperation(Status::kCreateComplete, "");
  }
}

// Of an update that stands: what it has replaced and left over goes.
void StackRun::beginCleanup() {
  stack_.operation->phase = Phase::kRemoval;
  stack_.operation->endsAs = Status::kUpdateComplete;
  tools_.store.saveState(stack_);
  settleRows();
  if (isRemovalOver()) finishRemoval();
}

// Whether the policy lets everything go that the definition no longer has; false when the update has failed of it.
bool StackRun::checkRemovals() {
  const std::set<std::string> active(order_.begin(), order_.end());
  for (const auto& row : rows_) {
    if (row->slot != Slot::kCurrent || active.contains(row->logicalId)) continue;
    const auto denied = deniedByPolicy(*row, StackPolicy::Action::kDelete);
    if (!denied) continue;
    event(*row, Status::kUpdateFailed, denied->message);
    row->progress = Progress::kFailed;
    tools_.store.saveResource(*row);
    failedUpdates_.push_back(row->logicalId);
  }
  if (failedUpdates_.empty()) return true;
  beginFailure("The following resource(s) failed to update: [" + joinNames(failedUpdates_) + "]. ");
  return false;
}

// The point of no return: what was made becomes what stands.
void StackRun::adoptDefinition(std::vector<Output> outputs) {
  const std::set<std::string> active(order_.begin(), order_.end());
  for (const auto& row : rows_) {
    const bool isReplaced = row->slot == Slot::kCurrent && findRow(row->logicalId, Slot::kIncoming);
    const bool isLeftOver = row->slot != Slot::kGone && !active.contains(row->logicalId);
    if (isReplaced || isLeftOver || row->slot == Slot::kSuperseded) row->slot = Slot::kOutgoing;
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
  if (stack_.pending) stack_.definition = *std::exchange(stack_.pending, std::nullopt);
  stack_.description = document_->description;
  stack_.outputs = std::move(outputs);
  stack_.neverStood = false;
  tools_.store.saveDefinition(stack_);
  if (const auto& policy = stack_.operation->policyAfterwards) tools_.store.setPolicy(stack_.id, *policy);
  tools_.store.replaceExports(stack_, exportsIn(stack_));
  tools_.store.dropHeldExports(stack_.id);
  tools_.store.replaceImports(stack_, importNames(*document_, *scope_));
}

// The way back of an update, from wherever it stands.
void StackRun::beginRollback(const std::string& reason) {
  cancelBegun();
  for (const auto& row : rows_) {
    if (row->slot != Slot::kCurrent) continue;
    const bool isReplaced = findRow(row->logicalId, Slot::kIncoming) != nullptr;
    row->progress = wasTouched(*row, isReplaced) ? Progress::kUntouched : Progress::kDone;
    tools_.store.saveResource(*row);
  }
  stack_.operation->phase = Phase::kRollback;
  setStatus(Status::kUpdateRollbackInProgress, reason);
  tools_.store.saveState(stack_);
}

void StackRun::beginFailure(const std::string& reason) {
  cancelBegun();
  Operation& operation = *stack_.operation;
  const bool keep = operation.onFailure == OnFailure::kDoNothing;
  if (operation.kind == OperationKind::kUpdate) {
    if (keep) {
      leaveChildren();
      endOperation(Status::kUpdateFailed, reason);
    } else {
      beginRollback(reason);
    }
    return;
  }
  for (const auto& row : rows_) {
    row->slot = keep ? Slot::kCurrent : Slot::kOutgoing;
    row->progress = Progress::kUntouched;
    tools_.store.saveResource(*row);
  }
  if (keep) {
    stack_.neverStood = true;
    tools_.store.saveDefinition(stack_);
    endOperation(Status::kCreateFailed, reason);
    return;
  }
  const std::string sentence = reason + (reason.empty() || reason.ends_with(' ') ? "" : " ");
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
