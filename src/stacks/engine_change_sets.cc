// The engine's orders about change sets.
#include <algorithm>
#include <utility>

#include "stacks/change_set_draft.h"
#include "stacks/faults.h"
#include "stacks/order_checks.h"

namespace hearth::stacks {
namespace {

constexpr std::size_t kMostSets = 1000;  // of one stack
constexpr std::size_t kMostDescription = 1024;

Result<void> checkSetName(const std::string& name) {
  if (checkStackName(name).ok()) return {};
  return validationError(
      "1 validation error detected: Value '" + name.substr(0, 200) +
      "' at 'changeSetName' failed to satisfy constraint: Member must satisfy regular expression "
      "pattern: [a-zA-Z][-a-zA-Z0-9]*");
}

Fault invalidStatus(const std::string& message) { return {"InvalidChangeSetStatus", message, 400}; }

std::set<std::string> changedParameters(const ParameterValues& before, const ParameterValues& after) {
  std::set<std::string> changed;
  for (const auto& [name, value] : after) {
    const auto found = before.find(name);
    if (found == before.end() || found->second != value) changed.insert(name);
  }
  return changed;
}

}  // namespace

// The stack that the set is about; a new one, under review, when a kCreate is the first.
Result<Engine::Draft> Engine::draftFor(const CreateChangeSetInput& input) const {
  const UpdateStackInput& order = input.order;
  auto found = findActive(order.place, order.stack);
  if (found.ok() && found->status == Status::kDeleteComplete) found = validationError("");
  Draft draft;
  if (input.kind == ChangeSetKind::kUpdate) {
    if (!found.ok()) return validationError("Stack [" + order.stack.substr(0, 300) + "] does not exist");
    if (found->status == Status::kReviewInProgress) {
      return validationError("Stack [" + found->name +
                             "] is in REVIEW_IN_PROGRESS state: a change set of type CREATE makes it.");
    }
    HEARTH_CHECK(checkCanBeUpdated(*found, true));
    draft.stack = *std::move(found);
    return draft;
  }
  if (found.ok()) {
    if (found->status != Status::kReviewInProgress) {
      return validationError("Stack [" + found->name +
                             "] already exists and cannot be created again with the changeSet [" + input.name +
                             "].");
    }
    draft.stack = *std::move(found);
    return draft;
  }
  HEARTH_CHECK(checkStackName(order.stack));
  draft.stack = newStack(order.place, order.stack);
  draft.isNew = true;
  return draft;
}

void Engine::nameDraft(const CreateChangeSetInput& input, Draft& draft) const {
  ChangeSet& set = draft.set;
  set.name = input.name;
  set.id = "arn:aws:cloudformation:" + draft.stack.region + ":" + draft.stack.account + ":changeSet/" + set.name +
           "/" + base::randomUuid(random_);
  set.stackId = draft.stack.id;
  set.stackName = draft.stack.name;
  set.kind = input.kind;
  set.created = clock_.now();
  set.description = input.description;
  set.onFailure = input.onFailure;
  set.includesNested = input.nested != nullptr;
  set.token = input.order.token;
}

// What the set is to say. What nested stacks are found not to change by is taken into account once.
Result<void> Engine::fillDraft(const CreateChangeSetInput& input, Draft& draft) const {
  nameDraft(input, draft);
  const StackRecord& stack = draft.stack;
  const bool isUpdate = input.kind == ChangeSetKind::kUpdate;
  std::shared_ptr<const Template> before;
  if (isUpdate) {
    HEARTH_TRY(before,
               parsedTemplate(stack.latest().finalText(), input.before ? input.before : input.order.standing));
  }
  std::shared_ptr<const Template> after = input.order.document ? input.order.document : before;
  if (!after) return validationError("A change set of type CREATE needs a template.");
  if (!input.order.document && !stack.latest().processedText.empty()) {
    HEARTH_TRY(after, parsedTemplate(stack.latest().templateText, input.order.standing));
  }
  HEARTH_TRY(const Definition definition, definitionFor(stack, input.order, after));
  const auto current = currentResources(store_.resources(stack.id));
  HEARTH_TRY(Prepared prepared, prepare(stack, definition, input.order.place.caller, *after, current));
  if (input.nested) {
    HEARTH_TRY(const auto unchanged, draftNested(input, prepared, draft));
    if (!unchanged.empty()) {
      HEARTH_TRY(prepared, prepare(stack, definition, input.order.place.caller, *after, current, unchanged));
      HEARTH_CHECK(draftNested(input, prepared, draft));
    }
  }
  draft.set.changes = describeChanges(prepared.plan, before ? *before : *after, *after,
                                      changedParameters(stack.latest().values(), prepared.definition.values()));
  if (isUpdate && prepared.isSameAs(stack) && !stack.isHalfDone()) draft.fail(std::string(kNothingToDo));
  for (DescribedChange& change : draft.set.changes) {
    const auto found = draft.nested.find(change.logicalId);
    if (found == draft.nested.end()) continue;
    const Draft& child = *found->second;
    change.changeSetId = child.set.id;
    if (child.set.failed && !child.isUnchanged())
      draft.fail("Nested change set " + child.set.id + " was not successfully created: Currently in FAILED.");
  }
  draft.set.definition = std::move(prepared.definition);
  return {};
}

void Engine::keepDraft(const CreateChangeSetInput& input, Draft& draft, const Draft* parent) {
  StackRecord& stack = draft.stack;
  if (draft.isNew) {
    if (parent) {
      stack.parentId = parent->stack.id;
      stack.rootId = parent->stack.rootId.empty() ? parent->stack.id : parent->stack.rootId;
    }
    stack.operation = newOperation(input.order.place, OperationKind::kCreate, input.order.token);
    announce(stack, Status::kReviewInProgress);
    stack.operation.reset();
    store_.insertStack(stack);
  }
  changeSets_.insert(draft.set);
  for (auto& [logicalId, child] : draft.nested) keepDraft(input, *child, &draft);
}

Result<ChangeSet> Engine::createChangeSet(const CreateChangeSetInput& input) {
  HEARTH_CHECK(checkSetName(input.name));
  if (input.description.size() > kMostDescription) {
    return validationError(
        "1 validation error detected: Value at 'description' failed to satisfy constraint: Member must "
        "have length less than or equal to 1024");
  }
  HEARTH_TRY(Draft draft, draftFor(input));
  if (const auto twin = changeSets_.findByName(draft.stack.id, input.name)) {
    if (!input.order.token.empty() && twin->token == input.order.token) return *twin;
    return Fault("AlreadyExistsException", "ChangeSet " + input.name + " already exists", 400);
  }
  if (changeSets_.count(draft.stack.id) >= kMostSets) {
    return Fault("LimitExceededException", "A stack has at most 1000 change sets. Delete some.", 400);
  }
  HEARTH_CHECK(fillDraft(input, draft));
  keepDraft(input, draft, nullptr);
  return draft.set;
}

Result<ChangeSet> Engine::getChangeSet(const Place& place, const std::string& set, const std::string& stack) const {
  const store::Database::Snapshot snapshot(database_);
  const Fault missing("ChangeSetNotFound", "ChangeSet [" + set.substr(0, 300) + "] does not exist", 404);
  std::optional<ChangeSet> found;
  if (set.starts_with("arn:")) {
    found = changeSets_.find(set);
    const auto owner = found ? store_.findHeader(found->stackId) : std::nullopt;
    if (!owner || owner->account != place.account || owner->region != place.region) return missing;
    // Whoever names a stack, too, was asked about that one.
    if (!stack.empty() && stack != owner->id &&
        (stack != owner->name || owner->status == Status::kDeleteComplete)) {
      return missing;
    }
  } else {
    if (stack.empty())
      return validationError("StackName must be specified if ChangeSetName is not specified as an ARN.");
    HEARTH_TRY(const auto owner, getHeader(place, stack));
    found = changeSets_.findByName(owner.id, set);
  }
  if (!found) return missing;
  return *std::move(found);
}

Result<std::vector<ChangeSet>> Engine::listChangeSets(const Place& place, const std::string& stack,
                                                      const std::string& after, std::size_t limit) const {
  const store::Database::Snapshot snapshot(database_);
  HEARTH_TRY(const auto owner, getHeader(place, stack));
  return changeSets_.list(owner.id, after, limit);
}

Result<void> Engine::executeChangeSet(const Place& place, const std::string& name, const std::string& stackName,
                                      const std::shared_ptr<const Template>& document,
                                      const ExecuteOptions& options) {
  HEARTH_TRY(const ChangeSet set, getChangeSet(place, name, stackName));
  HEARTH_TRY(StackRecord stack, findActive(place, set.stackId));
  const bool isRetry = set.execution == Execution::kInProgress && stack.operation && !options.token.empty() &&
                       stack.operation->token == options.token;
  if (isRetry) return {};
  if (set.execution != Execution::kAvailable) {
    return invalidStatus("ChangeSet [" + set.id + "] cannot be executed in its current execution status of [" +
                         std::string(nameOf(set.execution)) + "]");
  }
  if (set.onFailure && options.disableRollback) {
    return validationError("You can specify DisableRollback or OnStackFailure, but not both.");
  }
  OnFailure onFailure = set.onFailure.value_or(OnFailure::kRollback);
  if (options.disableRollback.value_or(false)) onFailure = OnFailure::kDoNothing;
  HEARTH_TRY(const std::shared_ptr<const Template> parsed, parsedTemplate(set.definition.finalText(), document));
  if (set.kind == ChangeSetKind::kCreate) {
    if (stack.status != Status::kReviewInProgress) {
      return validationError("Stack:" + stack.id + " is in " + statusText(stack) +
                             " state and can not be created.");
    }
    HEARTH_TRY(Prepared prepared, prepare(stack, set.definition, place.caller, *parsed, {}));
    Operation operation = newOperation(place, OperationKind::kCreate, options.token);
    operation.retainExceptOnCreate = options.retainExceptOnCreate;
    acceptCreate(stack, std::move(prepared), onFailure, std::move(operation));
    store_.saveDefinition(stack);
    store_.saveState(stack);
  } else {
    HEARTH_CHECK(checkCanBeUpdated(stack, onFailure == OnFailure::kDoNothing));
    HEARTH_TRY(Prepared prepared,
               prepare(stack, set.definition, place.caller, *parsed, currentResources(store_.resources(stack.id))));
    Operation operation = newOperation(place, OperationKind::kUpdate, options.token);
    operation.onFailure = onFailure;
    operation.retainExceptOnCreate = options.retainExceptOnCreate;
    acceptUpdate(stack, std::move(prepared), std::move(operation));
  }
  changeSets_.beginExecution(set.id, stack.operation->id);
  dropOthers(stack.id, set.id);
  return {};
}

Result<void> Engine::deleteChangeSet(const Place& place, const std::string& name, const std::string& stack) {
  const auto set = getChangeSet(place, name, stack);
  if (!set.ok()) return set.fault().code == "ChangeSetNotFound" ? Result<void>() : Result<void>(set.fault());
  if (set->execution == Execution::kInProgress) {
    return invalidStatus("ChangeSet [" + set->id + "] cannot be deleted in status [EXECUTE_IN_PROGRESS]");
  }
  if (!set->rootId.empty()) {
    return invalidStatus("ChangeSet [" + set->id + "] is nested: it is deleted with its root change set [" +
                         set->rootId + "]");
  }
  retireBelow(tools_, set->id);
  changeSets_.removeBelow(set->id);
  changeSets_.remove(set->id);
  return {};
}

}  // namespace hearth::stacks
