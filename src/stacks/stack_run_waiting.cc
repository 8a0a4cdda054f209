// What a StackRun does about resources that take time: it begins them, leaves the stack to itself, and takes up
// what has come of them when it is woken. And what waits in a nested stack: the part of its update that cannot be
// undone, until its parent's update has got that far.
#include <algorithm>
#include <utility>

#include "stacks/exports.h"
#include "stacks/faults.h"
#include "stacks/stack_run.h"

namespace hearth::stacks {
namespace {

using ports::ResourceVerb;
using Stage = ports::ResourceProgress::Stage;

constexpr std::string_view kInitiated = "Resource creation Initiated";
constexpr std::string_view kSuperseding =
    "Requested update required the provider to create a new physical resource.";

// Released, but not to go on forward: as StackStore::release() keeps it.
std::string leftBehind(const std::string& operationId) { return operationId + "/left"; }

}  // namespace

std::string reasonOf(const Fault& fault) {
  if (fault.code == "ValidationError" || fault.code.empty()) return fault.message;
  return fault.message + " (Status Code: " + std::to_string(fault.status) + "; Error Code: " + fault.code + ")";
}

Result<ports::ResourceProgress> StackRun::ask(ports::ResourceProvider& provider,
                                              const ports::ResourceRequest& request) {
  ports::ResourceProgress progress;
  HEARTH_CHECK(attempt([&]() -> Result<ports::ResourceState> {
    ports::ResourceState state;
    switch (request.verb) {
      case ResourceVerb::kCreate: {
        HEARTH_TRY(state, provider.create(request));
        break;
      }
      case ResourceVerb::kUpdate:
      case ResourceVerb::kRestore: {
        HEARTH_TRY(state, provider.update(request));
        break;
      }
      case ResourceVerb::kRemove:
        HEARTH_CHECK(provider.remove(request));
        break;
      case ResourceVerb::kSettle:
        HEARTH_CHECK(provider.settle(request));
        break;
    }
    if (!provider.spec().takesTime) {
      progress.state = std::move(state);
      return ports::ResourceState{};
    }
    ports::ResourceRequest begun = request;
    if (!state.physicalId.empty()) begun.physicalId = state.physicalId;
    HEARTH_TRY(progress, provider.resume(begun));
    if (progress.state.physicalId.empty()) progress.state.physicalId = std::move(state.physicalId);
    return ports::ResourceState{};
  }));
  return progress;
}

ports::ResourceProgress StackRun::resume(const ResourceRecord& row, ports::ResourceRequest request) {
  ports::ResourceProgress progress;
  auto* provider = tools_.providers.find(row.type);
  auto asked = attempt([&]() -> Result<ports::ResourceState> {
    if (!provider) return formatError("Unrecognized resource types: [" + row.type + "]");
    HEARTH_TRY(progress, provider->resume(request));
    return ports::ResourceState{};
  });
  if (!asked.ok()) {
    progress.stage = Stage::kFailed;
    progress.reason = reasonOf(asked.fault());
  }
  return progress;
}

// The row is begun, and when to look at it again.
void StackRun::keepWaiting(ResourceRecord& row, const ports::ResourceProgress& progress) {
  row.progress = Progress::kBegun;
  waitUntil(progress.askAgain);
  tools_.store.saveResource(row);
}

void StackRun::waitUntil(const std::optional<base::Time>& time) {
  if (time) askAgain_ = askAgain_ ? std::min(*askAgain_, *time) : *time;
}

bool StackRun::isAnyBegun() const {
  return std::any_of(rows_.begin(), rows_.end(), [](const auto& row) { return row->progress == Progress::kBegun; });
}

bool StackRun::takesTime(const ResourceRecord& row) const {
  const auto* provider = tools_.providers.find(row.type);
  return provider && provider->spec().takesTime;
}

// What has come of a resource that the forward phase makes or changes.
void StackRun::advance(ResourceRecord& row, ports::ResourceProgress progress, const std::string& shown) {
  const bool isCreate = row.status == Status::kCreateInProgress;
  row.wasBegun = row.wasBegun || takesTime(row);
  if (progress.stage != Stage::kFailed) {
    takePhysicalId(row, progress.state.physicalId, shown);
  } else if (row.physicalId.empty()) {
    row.physicalId = progress.state.physicalId;
  }
  switch (progress.stage) {
    case Stage::kGoing:
      keepWaiting(row, progress);
      return;
    case Stage::kDone:
      row.attributes = std::move(progress.state.attributes);
      row.secret = progress.state.secret;
      event(row, isCreate ? Status::kCreateComplete : Status::kUpdateComplete, "", shown);
      row.progress = Progress::kDone;
      settled_.insert(row.logicalId);
      break;
    case Stage::kFailed:
      fail(row, progress.reason, shown);
      return;
  }
  tools_.store.saveResource(row);
}

void StackRun::fail(ResourceRecord& row, const std::string& reason, const std::string& shown) {
  const bool isCreate = row.status == Status::kCreateInProgress;
  event(row, isCreate ? Status::kCreateFailed : Status::kUpdateFailed, reason, shown);
  row.progress = Progress::kFailed;
  tools_.store.saveResource(row);
  (isCreate ? failedCreates_ : failedUpdates_).push_back(row.logicalId);
}

void StackRun::takePhysicalId(ResourceRecord& row, const std::string& physicalId, const std::string& shown) {
  if (physicalId.empty() || physicalId == row.physicalId) return;
  if (row.physicalId.empty()) {
    row.physicalId = physicalId;
    event(row, row.status, std::string(kInitiated), shown);
    return;
  }
  if (takesTime(row))
    supersede(row, stack_.operation->phase == Phase::kForward ? Slot::kSuperseded : Slot::kOutgoing);
  row.physicalId = physicalId;
  if (takesTime(row)) event(row, Status::kUpdateInProgress, std::string(kSuperseding), shown);
}

// An update has made another resource: what the row has been until now goes on as a row of its own.
void StackRun::supersede(const ResourceRecord& row, Slot slot) {
  auto left = std::make_unique<ResourceRecord>(row);
  left->slot = slot;
  left->progress = Progress::kUntouched;
  left->uniqueToken = uniqueToken(row.logicalId + "/" + row.physicalId);
  if (slot == Slot::kSuperseded && left->former) left->properties = *left->former;
  left->former.reset();
  tools_.store.insertResource(*left);
  rows_.push_back(std::move(left));
}

// By position: what is taken up can add rows.
void StackRun::resumeChanges() {
  for (std::size_t at = 0; at < rows_.size(); ++at) {
    ResourceRecord& row = *rows_[at];
    if (row.progress != Progress::kBegun) continue;
    auto request = requestFor(row);
    const bool isNew = row.slot == Slot::kIncoming && row.uniqueToken == uniqueToken(row.logicalId);
    request.verb = isNew ? ResourceVerb::kCreate : ResourceVerb::kUpdate;
    if (row.former) request.oldProperties = *row.former;
    advance(row, resume(row, std::move(request)), shownPropertiesOf(row.logicalId, row.properties));
  }
}

// One has failed, or the whole is given up: what is under way is not waited for. The way back puts it right.
void StackRun::cancelBegun() {
  for (const auto& row : rows_) {
    if (row->progress != Progress::kBegun) continue;
    const bool isCreate = row->status == Status::kCreateInProgress;
    fail(*row, isCreate ? "Resource creation cancelled" : "Resource update cancelled");
  }
}

void StackRun::resumeRestores() {
  for (std::size_t at = 0; at < rows_.size(); ++at) {
    ResourceRecord& row = *rows_[at];
    if (row.progress == Progress::kBegun) advanceRestore(row, resume(row, restoringRequest(row)));
  }
}

ports::ResourceRequest StackRun::restoringRequest(const ResourceRecord& row) const {
  auto request = requestFor(row);
  request.verb = ResourceVerb::kRestore;
  if (row.former) request.oldProperties = std::exchange(request.properties, *row.former);
  return request;
}

void StackRun::advanceRestore(ResourceRecord& row, ports::ResourceProgress progress) {
  if (progress.stage == Stage::kGoing) {
    keepWaiting(row, progress);
    return;
  }
  if (progress.stage == Stage::kFailed) {
    failRestore(row, progress.reason);
    return;
  }
  takePhysicalId(row, progress.state.physicalId, "");
  if (row.former) row.properties = *std::exchange(row.former, std::nullopt);
  row.attributes = std::move(progress.state.attributes);
  row.secret = progress.state.secret;
  event(row, Status::kUpdateComplete);
  row.progress = Progress::kDone;
  tools_.store.saveResource(row);
}

void StackRun::failRestore(ResourceRecord& row, const std::string& reason) {
  event(row, Status::kUpdateFailed, reason);
  row.progress = Progress::kFailed;
  tools_.store.saveResource(row);
  stack_.operation->failed.push_back(row.logicalId);
  tools_.store.saveState(stack_);
}

void StackRun::resumeRemovals() {
  for (const auto& row : rows_) {
    if (row->progress != Progress::kBegun) continue;
    auto request = requestFor(*row);
    request.verb = row->slot == Slot::kOutgoing ? ResourceVerb::kRemove : ResourceVerb::kSettle;
    auto progress = resume(*row, std::move(request));
    if (row->slot == Slot::kOutgoing) {
      advanceRemoval(*row, progress);
    } else {
      advanceSettling(*row, progress);
    }
  }
}

void StackRun::advanceRemoval(ResourceRecord& row, const ports::ResourceProgress& progress) {
  switch (progress.stage) {
    case Stage::kGoing:
      keepWaiting(row, progress);
      return;
    case Stage::kDone:
      event(row, Status::kDeleteComplete);
      row.progress = Progress::kDone;
      gone(row, Status::kDeleteComplete);
      return;
    case Stage::kFailed:
      event(row, Status::kDeleteFailed, progress.reason);
      row.progress = Progress::kFailed;
      tools_.store.saveResource(row);
      stack_.operation->failed.push_back(row.logicalId);
      tools_.store.saveState(stack_);
      return;
  }
}

// The operation is past the point of no return: whoever kept something for the other direction is told.
void StackRun::settleRows() {
  for (const auto& row : rows_) {
    if (row->slot != Slot::kCurrent || row->physicalId.empty() || !takesTime(*row)) continue;
    auto request = requestFor(*row);
    request.verb = ResourceVerb::kSettle;
    auto asked = ask(*tools_.providers.find(row->type), request);
    advanceSettling(*row, asked.ok() ? *asked : ports::ResourceProgress{});
  }
}

// An update ends where it stands, to be gone on with or to be taken back: so do its children's.
void StackRun::leaveChildren() {
  for (const auto& row : rows_) {
    if (row->type != kStackType || row->physicalId.empty()) continue;
    const auto child = tools_.store.findHeader(row->physicalId);
    if (!child || !child->operation || !child->operation->isDrivenByParent) continue;
    tools_.store.release(child->id, leftBehind(child->operation->id));
    tools_.database.afterCommit([&tools = tools_, id = child->id] { tools.wake(id); });
  }
}

void StackRun::advanceSettling(ResourceRecord& row, const ports::ResourceProgress& progress) {
  if (progress.stage == Stage::kGoing) {
    keepWaiting(row, progress);
  } else if (row.progress == Progress::kBegun) {
    row.progress = Progress::kUntouched;
    tools_.store.saveResource(row);
  }
}

bool StackRun::isRemovalOver() { return rowsToRemove().empty() && !isAnyBegun(); }

// --- nested stacks

bool StackRun::isHeld() const { return stack_.operation->isHeld; }

// The forward phase of a nested stack's update has come to its end; its parent's may not have.
void StackRun::hold(std::vector<Output> outputs) {
  if (stack_.pending) stack_.pending->outputs = std::move(outputs);
  tools_.store.saveDefinition(stack_);
  if (stack_.pending)
    tools_.store.holdExports(stack_, exportChanges(tools_.store, stack_, stack_.pending->outputs));
  stack_.operation->isHeld = true;
  setStatus(Status::kUpdateCompleteCleanupInProgress, "");
  tools_.store.saveState(stack_);
}

void StackRun::heldStep() {
  if (stack_.operation->phase == Phase::kForward) prepareScope();
  write([this] {
    Operation& operation = *stack_.operation;
    const bool isForward = operation.phase == Phase::kForward;
    const bool isLeft = tools_.store.isReleased(stack_.id, leftBehind(operation.id));
    const bool isCancelled = isForward && tools_.store.isCancelled(stack_.id, operation.id);
    if (isCancelled && !stack_.neverStood) {
      operation.isHeld = false;
      tools_.store.dropHeldExports(stack_.id);
      beginRollback("");
    } else if (isCancelled || (isForward && isLeft)) {
      operation.isHeld = false;
      tools_.store.dropHeldExports(stack_.id);
      leaveChildren();
      endOperation(Status::kUpdateFailed, "");
    } else if (isLeft || tools_.store.isReleased(stack_.id, operation.id)) {
      operation.isHeld = false;
      moved_ = true;
      if (isForward) {
        auto outputs = stack_.pending->outputs;
        adoptDefinition(std::move(outputs));
        beginCleanup();
      } else {
        tools_.store.saveState(stack_);
        settleRows();
        if (isRemovalOver()) finishRemoval();
      }
    }
  });
}

}  // namespace hearth::stacks
