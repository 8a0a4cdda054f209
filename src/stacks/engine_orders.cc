// The engine's orders: everything that is checked before an operation is accepted.
#include <algorithm>
#include <utility>

#include "stacks/dynamic_reference.h"
#include "stacks/engine.h"
#include "stacks/exports.h"
#include "stacks/faults.h"
#include "stacks/order_checks.h"
#include "stacks/plan.h"
#include "stacks/references.h"
#include "stacks/scalars.h"
#include "stacks/template_summary.h"

namespace hearth::stacks {
bool Engine::Prepared::isSameAs(const StackRecord& stack) const {
  return plan.changes.empty() && definition.tags == stack.definition.tags &&
         definition.notificationArns == stack.definition.notificationArns && outputs == stack.outputs;
}

Result<Engine::Prepared> Engine::prepare(const StackRecord& stack, Definition definition, const std::string& caller,
                                         const Template& document,
                                         const std::map<std::string, CurrentResource>& current,
                                         const std::set<std::string>& settled) const {
  HEARTH_CHECK(checkTags(definition.tags));
  HEARTH_CHECK(checkCapabilities(document, definition.capabilities));
  HEARTH_CHECK(checkTypes(document, registry_.specs()));
  HEARTH_CHECK(checkReferenceCount(definition.finalText()));
  const std::string& actor = definition.roleArn.empty() ? caller : definition.roleArn;
  // A change set has them from the time when it was made.
  if (tools_.values && definition.stored.empty()) {
    ParameterValues keys = definition.parameters;
    for (const std::string& name : definition.unknown) keys.erase(name);
    HEARTH_TRY(definition.stored,
               fetchStored(document, keys, *tools_.values, {stack.account, stack.region, actor}));
  }
  HEARTH_TRY(Scope scope,
             makeScope(document, definition.values(), pseudoParametersOf(stack, definition), definition.unknown));
  scope.plain = tools_.plainValues(stack, actor);
  HEARTH_CHECK(checkRules(document.rules, scope));
  scope.import = [&](const std::string& name) { return importedValue(store_, stack, name); };
  Prepared prepared;
  HEARTH_TRY(prepared.plan, makePlan(document, scope, definition.tags, registry_.specs(), current, settled));

  // Outputs see what stays as it is, and nothing yet of what changes.
  std::set<std::string> changing;
  for (const auto& change : prepared.plan.changes) changing.insert(change.logicalId);
  const auto isKnown = [&](const std::string& logicalId) {
    return !changing.contains(logicalId) && current.contains(logicalId);
  };
  scope.ref = [&, inner = scope.ref](const std::string& logicalId) -> Result<Json> {
    if (!isKnown(logicalId)) return inner(logicalId);
    const CurrentResource& known = current.at(logicalId);
    return withoutForeign(Json(known.physicalId), registry_.specs()(known.type), logicalId);
  };
  scope.attribute = [&, inner = scope.attribute](const std::string& logicalId,
                                                 const std::string& attribute) -> Result<Json> {
    const Json* value = isKnown(logicalId) ? current.at(logicalId).attributes.if_contains(attribute) : nullptr;
    if (!value) return inner(logicalId, attribute);
    return withoutForeign(*value, registry_.specs()(current.at(logicalId).type), logicalId + "." + attribute);
  };
  HEARTH_TRY(prepared.outputs, evaluateOutputs(document, scope));
  prepared.imports = importNames(document, scope);
  prepared.definition = std::move(definition);
  prepared.description = document.description;
  return prepared;
}

Operation Engine::newOperation(const Place& place, OperationKind kind, const std::string& token) {
  Operation operation;
  operation.caller = place.caller;
  operation.id = base::randomUuid(random_);
  operation.kind = kind;
  operation.token = token;
  operation.started = clock_.now();
  return operation;
}

void Engine::announce(StackRecord& stack, Status status) {
  stack.status = status;
  stack.statusReason = "User Initiated";
  stack.lastToken = stack.operation->token;
  StackEvent event;
  event.eventId = base::randomUuid(random_);
  event.stackId = stack.id;
  event.stackName = stack.name;
  event.time = stack.operation->started;
  event.logicalId = stack.name;
  event.physicalId = stack.id;
  event.type = kStackType;
  event.status = status;
  event.reason = stack.statusReason;
  event.token = stack.lastToken;
  store_.appendEvent(event);
}

Result<std::string> Engine::createStack(const CreateStackInput& input) {
  HEARTH_CHECK(checkStackName(input.name));
  const auto existing = store_.findByName(input.place.account, input.place.region, input.name);
  const bool isReviewed = existing && existing->id == input.reviewed;
  if (existing && !isReviewed) {
    const bool isRetry =
        !input.token.empty() && existing->lastToken == input.token && existing->status != Status::kDeleteInProgress;
    if (isRetry) return existing->id;
    return Fault("AlreadyExistsException", "Stack [" + input.name + "] already exists", 400);
  }
  HEARTH_CHECK(checkExpansion(*input.document, input.capabilities));
  StackRecord stack = isReviewed ? *existing : newStack(input.place, input.name);
  if (!isReviewed) {
    stack.parentId = input.parentId;
    stack.rootId = input.rootId;
  }
  Definition definition;
  definition.templateText = input.document->text;
  HEARTH_TRY(definition.parameters, resolveParameters(*input.document, input.parameters, {}));
  HEARTH_TRY(const auto document, transformedFor(input.document, definition.parameters, stack.region));
  definition.processedText = document->processed;
  definition.noEcho = noEchoNames(*input.document);
  definition.tags = input.tags;
  definition.capabilities = input.capabilities;
  definition.notificationArns = input.notificationArns;
  definition.roleArn = input.roleArn;
  HEARTH_TRY(auto prepared, prepare(stack, std::move(definition), input.place.caller, *document, {}));

  HEARTH_CHECK(checkPolicy(input.policy, prepared.plan.order));
  stack.policy = input.policy;
  stack.terminationProtection = input.terminationProtection;
  stack.timeoutMinutes = input.timeoutMinutes;
  Operation operation = newOperation(input.place, OperationKind::kCreate, input.token);
  operation.retainExceptOnCreate = input.retainExceptOnCreate;
  acceptCreate(stack, std::move(prepared), input.onFailure, std::move(operation));
  if (isReviewed) {
    store_.saveDefinition(stack);
    store_.saveState(stack);
  } else {
    store_.insertStack(stack);
  }
  return stack.id;
}

StackRecord Engine::newStack(const Place& place, const std::string& name) const {
  StackRecord stack;
  stack.account = place.account;
  stack.region = place.region;
  stack.name = name;
  stack.id = "arn:aws:cloudformation:" + stack.region + ":" + stack.account + ":stack/" + stack.name + "/" +
             base::randomUuid(random_);
  stack.created = clock_.now();
  return stack;
}

void Engine::acceptCreate(StackRecord& stack, Prepared prepared, OnFailure onFailure, Operation operation) {
  stack.description = std::move(prepared.description);
  stack.disableRollback = onFailure == OnFailure::kDoNothing;
  stack.definition = std::move(prepared.definition);
  stack.operation = std::move(operation);
  stack.operation->onFailure = onFailure;
  announce(stack, Status::kCreateInProgress);
  store_.addImports(stack, prepared.imports);
  wakeAfterCommit(stack.id);
}

Result<Engine::Prepared> Engine::prepareUpdate(const StackRecord& stack, const UpdateStackInput& input) const {
  std::shared_ptr<const Template> given = input.document;
  if (!given) {
    HEARTH_TRY(given, parsedTemplate(stack.latest().templateText, input.standing));
  }
  HEARTH_TRY(Definition definition, definitionFor(stack, input, given));
  return prepare(stack, std::move(definition), input.place.caller, *given,
                 currentResources(store_.resources(stack.id)));
}

Result<Definition> Engine::definitionFor(const StackRecord& stack, const UpdateStackInput& input,
                                         std::shared_ptr<const Template>& document) const {
  Definition definition;
  definition.templateText = document->text;
  const Definition& latest = stack.latest();
  HEARTH_TRY(definition.parameters, resolveParameters(*document, input.parameters, latest.parameters));
  ParameterValues known = definition.parameters;
  for (const ParameterInput& one : input.parameters) {
    if (!one.isUnknown) continue;
    known.erase(one.key);
    definition.unknown.insert(one.key);
  }
  HEARTH_TRY(document, transformedFor(document, known, stack.region));
  definition.processedText = document->processed;
  definition.noEcho = noEchoNames(*document);
  definition.tags = input.tags.value_or(latest.tags);
  definition.capabilities = input.capabilities;
  definition.notificationArns = input.notificationArns.value_or(latest.notificationArns);
  definition.roleArn = input.roleArn.empty() ? latest.roleArn : input.roleArn;
  return definition;
}

Result<std::string> Engine::updateStack(const UpdateStackInput& input) {
  auto found = findActive(input.place, input.stack);
  if (!found.ok()) return validationError("Stack [" + input.stack.substr(0, 300) + "] does not exist");
  StackRecord& stack = *found;
  const bool isRetry = stack.operation && stack.operation->kind == OperationKind::kUpdate && !input.token.empty() &&
                       stack.operation->token == input.token;
  if (isRetry) return stack.id;
  HEARTH_CHECK(checkCanBeUpdated(stack, input.disableRollback));
  const std::shared_ptr<const Template>& ordered = input.document ? input.document : input.standing;
  if (ordered) HEARTH_CHECK(checkExpansion(*ordered, input.capabilities));
  HEARTH_TRY(auto prepared, prepareUpdate(stack, input));
  if (prepared.isSameAs(stack) && !stack.isHalfDone()) return validationError(kNoUpdates);
  Operation operation = newOperation(input.place, OperationKind::kUpdate, input.token);
  if (input.disableRollback) operation.onFailure = OnFailure::kDoNothing;
  operation.retainExceptOnCreate = input.retainExceptOnCreate;
  operation.policy = input.policyDuringUpdate;
  operation.policyAfterwards = input.policyAfterwards;
  std::vector<std::string> names = prepared.plan.order;
  HEARTH_CHECK(checkPolicy(operation.policyAfterwards.value_or(""), names));
  for (const auto& change : prepared.plan.changes) names.push_back(change.logicalId);
  HEARTH_CHECK(checkPolicy(operation.policy.value_or(""), names));
  changeSets_.makeObsolete(stack.id);
  acceptUpdate(stack, std::move(prepared), std::move(operation));
  return stack.id;
}

void Engine::acceptUpdate(StackRecord& stack, Prepared prepared, Operation operation) {
  if (stack.isHalfDone()) resumeRows(stack);
  stack.updated = clock_.now();
  stack.pending = std::move(prepared.definition);
  stack.operation = std::move(operation);
  announce(stack, Status::kUpdateInProgress);
  store_.saveDefinition(stack);
  store_.saveState(stack);
  store_.addImports(stack, prepared.imports);
  wakeAfterCommit(stack.id);
}

// What a failed update or creation left: what it could not make is forgotten, the rest is looked at anew.
void Engine::resumeRows(const StackRecord& stack) {
  for (ResourceRecord& row : store_.resources(stack.id)) {
    if (row.slot == Slot::kGone) continue;
    if (row.physicalId.empty()) {
      store_.removeResource(row.id);
      continue;
    }
    row.progress = Progress::kUntouched;
    store_.saveResource(row);
  }
}

Result<Plan> Engine::planUpdate(const UpdateStackInput& input) const {
  const store::Database::Snapshot snapshot(database_);
  HEARTH_TRY(const auto stack, findActive(input.place, input.stack));
  HEARTH_TRY(auto prepared, prepareUpdate(stack, input));
  return std::move(prepared.plan);
}

// The role that an order gives stays the stack's.
void Engine::takeRole(StackRecord& stack, const std::string& roleArn) {
  if (roleArn.empty()) return;
  stack.definition.roleArn = roleArn;
  store_.saveDefinition(stack);
}

Result<void> Engine::deleteStack(const DeleteStackInput& input) {
  auto found = findActive(input.place, input.stack);
  if (!found.ok()) return {};
  StackRecord& stack = *found;
  if (stack.status == Status::kDeleteComplete || stack.status == Status::kDeleteInProgress) return {};
  if (!input.byParent && isProtected(stack)) {
    return validationError("Stack [" + stack.name + "] cannot be deleted while TerminationProtection is enabled");
  }
  if (stack.status == Status::kCreateInProgress && stack.operation) {
    store_.cancel(stack.id, stack.operation->id);
    wakeAfterCommit(stack.id);
    return {};
  }
  if (stack.operation) {
    return validationError("Stack [" + stack.name + "] cannot be deleted while in status " + statusText(stack));
  }
  if (!input.retainResources.empty() && stack.status != Status::kDeleteFailed) {
    return validationError("Invalid operation on stack [" + stack.id +
                           "]. RetainResources can only be specified for a stack in DELETE_FAILED state.");
  }
  auto rows = store_.resources(stack.id);
  for (const auto& logicalId : input.retainResources) {
    if (std::none_of(rows.begin(), rows.end(), [&](const auto& row) { return row.logicalId == logicalId; })) {
      return validationError(
          "The specified resources to retain must be in a valid state. Do not specify unknown "
          "resources: [" +
          logicalId.substr(0, 300) + "]");
    }
  }
  for (const auto& exported : store_.exportsOf(stack.id)) {
    const auto importers = store_.importersOf(stack.account, stack.region, exported.name);
    if (importers.empty()) continue;
    return validationError("Export " + exported.name + " cannot be deleted as it is in use by " +
                           joinNames(importers));
  }
  for (auto& row : rows) {
    if (row.slot == Slot::kGone) continue;
    row.slot = Slot::kOutgoing;
    row.progress = Progress::kUntouched;
    store_.saveResource(row);
  }
  dropOthers(stack.id, "");
  stack.operation = newOperation(input.place, OperationKind::kDelete, input.token);
  stack.operation->phase = Phase::kRemoval;
  stack.operation->endsAs = Status::kDeleteComplete;
  stack.operation->retained = input.retainResources;
  takeRole(stack, input.roleArn);
  announce(stack, Status::kDeleteInProgress);
  store_.saveState(stack);
  wakeAfterCommit(stack.id);
  return {};
}

Result<std::string> Engine::setTerminationProtection(const Place& place, const std::string& stackName, bool on) {
  HEARTH_TRY(StackRecord stack, findActive(place, stackName));
  if (stack.status == Status::kDeleteComplete || stack.status == Status::kDeleteInProgress) {
    return validationError("Stack:" + stack.id + " is in " + statusText(stack) + " state and can not be updated.");
  }
  if (!stack.rootId.empty()) {
    return validationError("Stack [" + stack.name +
                           "] is nested: its termination protection is that of its root stack " + stack.rootId);
  }
  store_.setProtection(stack.id, on);
  return stack.id;
}

}  // namespace hearth::stacks
