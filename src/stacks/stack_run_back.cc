// The way back of a StackRun: putting back what an update changed, and removing what is on its way out.
#include <algorithm>
#include <utility>

#include "stacks/exports.h"
#include "stacks/faults.h"
#include "stacks/references.h"
#include "stacks/scalars.h"
#include "stacks/stack_run.h"

namespace hearth::stacks {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Fault noProvider(const std::string& type) { return formatError("Unrecognized resource types: [" + type + "]"); }

}  // namespace

// What is still to be put back, each behind what it needed when it was made.
std::vector<ResourceRecord*> StackRun::rowsToRestore() {
  std::vector<std::string> names;
  Dependencies needs;
  for (const auto& row : rows_) {
    if (row->slot != Slot::kCurrent || row->progress != Progress::kUntouched) continue;
    names.push_back(row->logicalId);
    needs[row->logicalId].insert(row->needs.begin(), row->needs.end());
  }
  std::vector<ResourceRecord*> rows;
  std::set<std::string> held;  // what waits for something that takes time
  for (const auto& row : rows_) {
    if (row->slot == Slot::kCurrent && row->progress == Progress::kBegun) held.insert(row->logicalId);
  }
  for (const auto& name : orderByDependency(names, needs)) {
    ResourceRecord* row = findRow(name, Slot::kCurrent);
    const bool waits =
        std::any_of(row->needs.begin(), row->needs.end(), [&](const auto& need) { return held.contains(need); });
    if (waits) {
      held.insert(name);
    } else if (rows.size() < tools_.resourcesPerStep) {
      rows.push_back(row);
    }
  }
  return rows;
}

// Whether nothing that it needs is still on its way.
bool StackRun::isRestorable(const ResourceRecord& row) {
  return std::none_of(row.needs.begin(), row.needs.end(), [this](const auto& need) {
    const ResourceRecord* other = findRow(need, Slot::kCurrent);
    return other && (other->progress == Progress::kBegun || other->progress == Progress::kUntouched);
  });
}

void StackRun::rollbackStep() {
  const auto rows = rowsToRestore();
  std::vector<Result<PreparedHandle>> prepared(rows.size(), PreparedHandle());
  std::vector<PreparedHandle> handles;
  for (std::size_t at = 0; at < rows.size(); ++at) {
    if (!rows[at]->former) continue;
    auto* provider = tools_.providers.find(rows[at]->type);
    prepared[at] = provider ? prepare(*provider, restoringRequest(*rows[at]))
                            : Result<PreparedHandle>(noProvider(rows[at]->type));
    if (prepared[at].ok()) handles.push_back(*prepared[at]);
  }
  const auto work = [&] {
    resumeRestores();
    for (std::size_t at = 0; at < rows.size(); ++at) {
      if (isRestorable(*rows[at])) restore(*rows[at], prepared[at]);
    }
    if (rowsToRestore().empty() && !isAnyBegun()) finishRollback();
  };
  write(work, handles);
}

void StackRun::restore(ResourceRecord& row, const Result<PreparedHandle>& prepared) {
  event(row, Status::kUpdateInProgress);
  if (!prepared.ok()) {
    failRestore(row, prepared.fault().message);
    return;
  }
  if (!row.former) {
    event(row, Status::kUpdateComplete);
    row.progress = Progress::kDone;
    tools_.store.saveResource(row);
    return;
  }
  auto request = restoringRequest(row);
  request.prepared = *prepared;
  auto asked = ask(*tools_.providers.find(row.type), request);
  if (asked.ok()) {
    advanceRestore(row, *std::move(asked));
  } else {
    failRestore(row, asked.fault().message);
  }
}

void StackRun::finishRollback() {
  Operation& operation = *stack_.operation;
  if (!operation.failed.empty()) {
    endOperation(Status::kUpdateRollbackFailed,
                 "The following resource(s) failed to update: [" + joinNames(operation.failed) + "]. ");
    return;
  }
  for (const auto& row : rows_) {
    if (row->slot == Slot::kIncoming) row->slot = Slot::kOutgoing;
    row->progress = Progress::kUntouched;
    if (row->slot == Slot::kSuperseded) {
      row->slot = Slot::kGone;
      tools_.store.removeResource(row->id);
    } else {
      tools_.store.saveResource(*row);
    }
  }
  stack_.pending.reset();
  tools_.store.saveDefinition(stack_);
  tools_.store.replaceExports(stack_, exportsToRestore(tools_.store, stack_));
  auto document = parseTemplate(stack_.definition.finalText());
  if (document.ok()) {
    auto scope = makeScope(*document, stack_.definition.values(), pseudoParametersOf(stack_, stack_.definition));
    if (scope.ok()) tools_.store.replaceImports(stack_, importNames(*document, *scope));
  }
  operation.phase = Phase::kRemoval;
  operation.endsAs = Status::kUpdateRollbackComplete;
  operation.isHeld = operation.isDrivenByParent;
  setStatus(Status::kUpdateRollbackCompleteCleanupInProgress, "");
  tools_.store.saveState(stack_);
  if (operation.isHeld) return;
  settleRows();
  if (isRemovalOver()) finishRemoval();
}

// What can be removed now: nothing else that is still to go was made after it and needs it.
std::vector<ResourceRecord*> StackRun::rowsToRemove() {
  const bool isUpdate = stack_.operation->kind == OperationKind::kUpdate;
  std::vector<ResourceRecord*> waiting;   // to be removed, newest first
  std::vector<ResourceRecord*> standing;  // still there, and holding what they need
  bool anyFailed = false;
  bool anyBegun = false;
  for (auto row = rows_.rbegin(); row != rows_.rend(); ++row) {
    if ((*row)->slot != Slot::kOutgoing) continue;
    const bool failed = (*row)->progress == Progress::kFailed;
    const bool begun = (*row)->progress == Progress::kBegun;
    anyFailed = anyFailed || failed;
    anyBegun = anyBegun || begun;
    if (!failed && !begun) waiting.push_back(row->get());
    if (!failed || !isUpdate) standing.push_back(row->get());
  }
  std::vector<ResourceRecord*> rows;
  for (ResourceRecord* row : waiting) {
    const bool needed = std::any_of(standing.begin(), standing.end(), [&](const ResourceRecord* other) {
      return other != row && other->logicalId != row->logicalId && contains(other->needs, row->logicalId);
    });
    if (!needed && rows.size() < tools_.resourcesPerStep) rows.push_back(row);
  }
  // Two definitions can need each other the other way round; then the newest goes first.
  if (rows.empty() && !waiting.empty() && !anyBegun && (!anyFailed || isUpdate)) rows.push_back(waiting.front());
  return rows;
}

void StackRun::removalStep() {
  write([&] {
    resumeRemovals();
    for (ResourceRecord* row : rowsToRemove()) removeRow(*row);
    if (isRemovalOver()) finishRemoval();
  });
}

// Whether a policy, or the caller, wants the resource itself to stay.
bool StackRun::isKept(const ResourceRecord& row) const {
  const Operation& operation = *stack_.operation;
  const bool keepsMade = row.deletionPolicy == KeepPolicy::kRetain && !operation.retainExceptOnCreate;
  switch (operation.kind) {
    case OperationKind::kCreate:
      return keepsMade;
    case OperationKind::kDelete:
      return row.deletionPolicy != KeepPolicy::kDelete || contains(operation.retained, row.logicalId);
    case OperationKind::kUpdate:
      break;
  }
  const bool replaced = std::any_of(rows_.begin(), rows_.end(), [&](const auto& other) {
    return other->slot == Slot::kCurrent && other->logicalId == row.logicalId;
  });
  if (operation.endsAs == Status::kUpdateRollbackComplete) {
    return !replaced && keepsMade;
  }
  return (replaced ? row.updateReplacePolicy : row.deletionPolicy) != KeepPolicy::kDelete;
}

void StackRun::removeRow(ResourceRecord& row) {
  if (row.physicalId.empty() && !row.wasBegun) {
    event(row, Status::kDeleteComplete);
    gone(row, Status::kDeleteComplete);
    return;
  }
  if (isKept(row)) {
    event(row, Status::kDeleteSkipped);
    gone(row, Status::kDeleteSkipped);
    return;
  }
  event(row, Status::kDeleteInProgress);
  auto* provider = tools_.providers.find(row.type);
  auto request = requestFor(row);
  request.verb = ports::ResourceVerb::kRemove;
  auto asked = provider ? ask(*provider, request) : Result<ports::ResourceProgress>(noProvider(row.type));
  ports::ResourceProgress progress;
  if (asked.ok()) {
    progress = *std::move(asked);
  } else {
    progress.stage = ports::ResourceProgress::Stage::kFailed;
    progress.reason = asked.fault().message;
  }
  advanceRemoval(row, progress);
}

// A stack that ends here goes on showing what it had; one that lives on forgets it.
void StackRun::gone(ResourceRecord& row, Status status) {
  row.slot = Slot::kGone;
  row.status = status;
  if (stack_.operation->kind == OperationKind::kUpdate) {
    tools_.store.removeResource(row.id);
  } else {
    tools_.store.saveResource(row);
  }
}

void StackRun::finishRemoval() {
  const Operation operation = *stack_.operation;
  if (operation.kind == OperationKind::kUpdate) {
    // What could not be removed has left the stack all the same.
    for (const auto& row : rows_) {
      if (row->slot == Slot::kOutgoing) tools_.store.removeResource(row->id);
    }
    const bool forward = operation.endsAs == Status::kUpdateComplete;
    endOperation(operation.endsAs, operation.failed.empty() ? ""
                                   : forward
                                       ? "Update successful. One or more resources could not be deleted."
                                       : "Update rollback successful. One or more resources could not be deleted.");
    return;
  }
  if (!operation.failed.empty()) {
    for (const auto& row : rows_) {
      if (row->slot != Slot::kOutgoing) continue;
      row->slot = Slot::kCurrent;
      row->progress = Progress::kUntouched;
      tools_.store.saveResource(*row);
    }
    const bool rollback = operation.endsAs == Status::kRollbackComplete;
    endOperation(rollback ? Status::kRollbackFailed : Status::kDeleteFailed,
                 "The following resource(s) failed to delete: [" + joinNames(operation.failed) + "]. ");
    return;
  }
  if (operation.endsAs == Status::kDeleteComplete) stack_.deleted = tools_.clock.now();
  tools_.store.replaceExports(stack_, {});
  tools_.store.replaceImports(stack_, {});
  endOperation(operation.endsAs, "");
}

}  // namespace hearth::stacks
