// The engine's orders after a failure, or instead of waiting for one; and about stack policies.
#include <algorithm>
#include <utility>

#include "stacks/engine.h"
#include "stacks/faults.h"
#include "stacks/order_checks.h"
#include "stacks/stack_policy.h"

namespace hearth::stacks {

Result<std::string> Engine::rollbackStack(const Place& place, const std::string& stackName,
                                          const std::string& token, const std::string& roleArn,
                                          bool retainExceptOnCreate) {
  HEARTH_TRY(StackRecord stack, findActive(place, stackName));
  if (stack.operation && !token.empty() && stack.operation->token == token) return stack.id;
  if (!stack.isHalfDone() || stack.operation) {
    return validationError("Stack:" + stack.id + " is in " + statusText(stack) +
                           " state and can not be rolled back.");
  }
  takeRole(stack, roleArn);
  stack.updated = clock_.now();
  auto rows = store_.resources(stack.id);
  if (stack.neverStood) {
    for (ResourceRecord& row : rows) {
      if (row.slot != Slot::kGone) row.slot = Slot::kOutgoing;
      row.progress = Progress::kUntouched;
      store_.saveResource(row);
    }
    stack.pending.reset();
    stack.operation = newOperation(place, OperationKind::kCreate, token);
    stack.operation->phase = Phase::kRemoval;
    stack.operation->endsAs = Status::kRollbackComplete;
    announce(stack, Status::kRollbackInProgress);
  } else {
    for (ResourceRecord& row : rows) {
      if (row.slot != Slot::kCurrent) continue;
      const bool isReplaced = std::any_of(rows.begin(), rows.end(), [&](const ResourceRecord& other) {
        return other.slot == Slot::kIncoming && other.logicalId == row.logicalId;
      });
      row.progress = wasTouched(row, isReplaced) ? Progress::kUntouched : Progress::kDone;
      store_.saveResource(row);
    }
    stack.operation = newOperation(place, OperationKind::kUpdate, token);
    stack.operation->phase = Phase::kRollback;
    announce(stack, Status::kUpdateRollbackInProgress);
  }
  stack.operation->retainExceptOnCreate = retainExceptOnCreate;
  store_.saveDefinition(stack);
  store_.saveState(stack);
  wakeAfterCommit(stack.id);
  return stack.id;
}

Result<void> Engine::cancelUpdate(const Place& place, const std::string& stackName) {
  HEARTH_TRY(const StackHeader stack, getHeader(place, stackName));
  if (!stack.operation || stack.status != Status::kUpdateInProgress) {
    return validationError("CancelUpdateStack cannot be called from current stack status");
  }
  store_.cancel(stack.id, stack.operation->id);
  wakeAfterCommit(stack.id);
  return {};
}

Result<void> Engine::continueUpdateRollback(const Place& place, const std::string& stackName,
                                            const std::vector<std::string>& skip, const std::string& token,
                                            const std::string& roleArn) {
  HEARTH_TRY(StackRecord stack, findActive(place, stackName));
  if (stack.operation && !token.empty() && stack.operation->token == token) return {};
  if (stack.operation || stack.status != Status::kUpdateRollbackFailed) {
    return validationError("Stack:" + stack.id + " is in " + statusText(stack) +
                           " state and can not be continued to roll back.");
  }
  auto rows = store_.resources(stack.id);
  const auto isFailed = [](const ResourceRecord& row) {
    return row.slot == Slot::kCurrent && row.progress == Progress::kFailed;
  };
  for (const auto& logicalId : skip) {
    const bool failed = std::any_of(rows.begin(), rows.end(),
                                    [&](const auto& row) { return row.logicalId == logicalId && isFailed(row); });
    if (!failed) {
      return validationError("Only resources that failed to roll back can be skipped: " + logicalId.substr(0, 300));
    }
  }
  for (auto& row : rows) {
    if (!isFailed(row)) continue;
    const bool skipped = std::find(skip.begin(), skip.end(), row.logicalId) != skip.end();
    row.progress = skipped ? Progress::kDone : Progress::kUntouched;
    if (skipped) {
      row.former.reset();
      row.status = Status::kUpdateComplete;  // as AWS says, whatever it is
      row.statusReason.clear();
    }
    store_.saveResource(row);
  }
  stack.updated = clock_.now();
  stack.operation = newOperation(place, OperationKind::kUpdate, token);
  stack.operation->phase = Phase::kRollback;
  takeRole(stack, roleArn);
  announce(stack, Status::kUpdateRollbackInProgress);
  store_.saveState(stack);
  wakeAfterCommit(stack.id);
  return {};
}

Result<void> Engine::setPolicy(const Place& place, const std::string& stackName, const std::string& text) {
  HEARTH_TRY(const StackHeader stack, getHeader(place, stackName));
  std::vector<std::string> names;
  for (const ResourceRecord& row : store_.resources(stack.id)) {
    if (row.slot != Slot::kGone) names.push_back(row.logicalId);
  }
  HEARTH_CHECK(checkPolicy(text, names));
  store_.setPolicy(stack.id, text);
  return {};
}

Result<std::string> Engine::getPolicy(const Place& place, const std::string& stackName) const {
  HEARTH_TRY(const StackHeader stack, getHeader(place, stackName));
  if (stack.operation && stack.operation->policy) return *stack.operation->policy;
  return stack.policy;
}

}  // namespace hearth::stacks
