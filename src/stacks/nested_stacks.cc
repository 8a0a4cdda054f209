#include "stacks/nested_stacks.h"

#include <algorithm>
#include <utility>

#include "base/role_arn.h"
#include "stacks/faults.h"
#include "stacks/nested_properties.h"
#include "stacks/scalars.h"

namespace hearth::stacks {
namespace {

using ports::PropertyKind;
using ports::ResourceProgress;
using ports::ResourceRequest;
using ports::ResourceState;
using ports::ResourceVerb;
using Stage = ResourceProgress::Stage;

constexpr std::size_t kEventsLookedAt = 500;

class PreparedStack final : public ports::PreparedWork {
 public:
  explicit PreparedStack(Template read) : document(std::make_shared<const Template>(std::move(read))) {}
  const std::shared_ptr<const Template> document;
};

Place placeOf(const ResourceRequest& request) { return {request.account, request.region, request.actor}; }

// In whose rights the child's operations run: as the parent's.
std::string roleOf(const ResourceRequest& request) {
  return base::accountOfRole(request.actor).empty() ? std::string() : request.actor;
}

Result<void> checkSupported(const ResourceRequest& request) {
  const Json* topics = request.properties.if_contains("NotificationARNs");
  if (topics && topics->is_array() && !topics->get_array().empty())
    return validationError("NotificationARNs are not supported: Hearth does not run SNS.");
  return {};
}

ResourceProgress going() {
  ResourceProgress progress;
  progress.stage = Stage::kGoing;
  return progress;
}

ResourceProgress failed(std::string reason) {
  ResourceProgress progress;
  progress.stage = Stage::kFailed;
  progress.reason = std::move(reason);
  return progress;
}

ResourceProgress done(const StackRecord& child, const std::vector<Output>& outputs) {
  ResourceProgress progress;
  progress.state.physicalId = child.id;
  for (const auto& output : outputs) progress.state.attributes["Outputs." + output.key] = output.value.value_or("");
  return progress;
}

ResourceProgress notUpdated(const StackRecord& child, Status status, const std::string& reason) {
  return failed("Embedded stack " + child.id + " was not successfully updated. Currently in " +
                std::string(nameOf(status)) + " with reason: " + reason);
}

}  // namespace

const ports::ResourceSpec& NestedStacks::spec() const {
  static const ports::ResourceSpec kSpec{
      .type = std::string(kStackType),
      .properties = {{.name = "TemplateURL", .required = true},
                     {.name = "Parameters", .kind = PropertyKind::kMap, .members = {{.name = "Value"}}},
                     {.name = "Tags",
                      .kind = PropertyKind::kList,
                      .members = {{.name = "Tag",
                                   .kind = PropertyKind::kObject,
                                   .members = {{.name = "Key", .required = true},
                                               {.name = "Value", .required = true}}}}},
                     {.name = "TimeoutInMinutes", .kind = PropertyKind::kInteger},
                     {.name = "NotificationARNs", .kind = PropertyKind::kList, .members = {{.name = "Item"}}}},
      .attributes = {"Outputs.*"},
      .taggable = true,
      .takesTime = true,
      .alwaysUpdated = true};
  return kSpec;
}

NestedStacks::NestedStacks(store::Database& database, const store::Keyring& keyring, Engine& engine, Fetch fetch)
    : database_(database),
      engine_(engine),
      store_(database, keyring),
      changeSets_(database, keyring),
      fetch_(std::move(fetch)) {}

// What the change set says that the parent executes.
std::optional<ChangeSet> NestedStacks::findSet(const ResourceRequest& request) const {
  const auto parent = store_.findHeader(request.stackId);
  if (!parent || !parent->operation) return std::nullopt;
  return changeSets_.findNested(parent->operation->id, request.logicalId);
}

// The child's operation that was just ordered is what its change set comes to.
void NestedStacks::beginExecution(const ChangeSet& set) {
  const auto child = store_.findHeader(set.stackId);
  if (child && child->operation) changeSets_.beginExecution(set.id, child->operation->id);
}

// Fetches and parses the template. A child that goes back remembers its own: what is behind the URL may be another
// by now.
Result<std::shared_ptr<ports::PreparedWork>> NestedStacks::prepare(const ResourceRequest& request) {
  if (request.verb == ResourceVerb::kRestore) return std::shared_ptr<ports::PreparedWork>();
  HEARTH_CHECK(checkSupported(request));
  std::string text;
  if (const auto set = findSet(request)) {
    text = set->definition.templateText;
  } else {
    const auto url = base::findString(Json(request.properties), "TemplateURL");
    HEARTH_TRY(text, fetch_(request.account, url.value_or("")));
  }
  TransformInput known{{}, request.region};
  for (const ParameterInput& one : nestedParameters(request.properties)) {
    if (one.value) known.parameters[one.key] = *one.value;
  }
  HEARTH_TRY(Template document, parseTemplate(std::move(text), known));
  return std::shared_ptr<ports::PreparedWork>(std::make_shared<PreparedStack>(std::move(document)));
}

std::shared_ptr<const Template> NestedStacks::documentOf(const ports::PreparedWork* prepared) {
  const auto* stack = dynamic_cast<const PreparedStack*>(prepared);
  if (!stack) throw std::logic_error("stacks: a nested stack's template was not prepared");
  return stack->document;
}

// A template can name itself.
Result<void> NestedStacks::checkNest(const StackHeader& parent) const {
  int depth = 1;
  for (std::string above = parent.parentId; !above.empty(); ++depth) {
    const auto stack = store_.findHeader(above);
    above = stack && depth <= kMostNestDepth ? stack->parentId : "";
  }
  if (depth > kMostNestDepth)
    return validationError("Stacks can be nested " + std::to_string(kMostNestDepth) + " deep, not deeper.");
  const std::string& root = parent.rootId.empty() ? parent.id : parent.rootId;
  if (store_.countNested(root) >= kMostNestedStacks) {
    return validationError("Limit for nested stacks has been exceeded: there are " +
                           std::to_string(kMostNestedStacks) + " below one stack at most.");
  }
  return {};
}

Result<ResourceState> NestedStacks::create(const ResourceRequest& request) {
  const auto parent = store_.findHeader(request.stackId);
  if (!parent) return validationError("Stack with id " + request.stackId + " does not exist");
  CreateStackInput input;
  input.place = placeOf(request);
  input.name = request.generatedName(kMostStackName);
  const auto set = findSet(request);
  const auto reviewed = set ? store_.findHeader(set->stackId) : std::nullopt;
  if (reviewed && reviewed->status == Status::kReviewInProgress) {
    input.name = reviewed->name;
    input.reviewed = reviewed->id;
  }
  HEARTH_CHECK(checkNest(*parent));
  input.document = documentOf(request.prepared.get());
  input.parameters = nestedParameters(request.properties);
  input.tags = nestedTags(request.properties);
  input.capabilities = request.capabilities;
  input.roleArn = roleOf(request);
  input.onFailure = OnFailure::kDoNothing;  // what has failed is its parent's to remove
  input.parentId = parent->id;
  input.rootId = parent->topId();
  if (const Json* minutes = request.properties.if_contains("TimeoutInMinutes"))
    input.timeoutMinutes = integerOf(*minutes);
  HEARTH_TRY(const std::string id, engine_.createStack(input));
  if (!input.reviewed.empty()) beginExecution(*set);
  return ResourceState{id, {}};
}

Result<ResourceState> NestedStacks::update(const ResourceRequest& request) {
  const auto child = store_.findHeader(request.physicalId);
  if (!child || child->deleted) return validationError("Stack [" + request.physicalId + "] does not exist");
  if (request.verb == ResourceVerb::kRestore) {
    HEARTH_CHECK(goBack(*child, request));
  } else {
    HEARTH_CHECK(orderUpdate(*child, request));
  }
  return ResourceState{child->id, {}};
}

Result<void> NestedStacks::orderUpdate(const StackHeader& child, const ResourceRequest& request) {
  UpdateStackInput input;
  input.place = placeOf(request);
  input.stack = child.id;
  input.document = documentOf(request.prepared.get());
  input.parameters = nestedParameters(request.properties);
  input.tags = nestedTags(request.properties);
  input.capabilities = request.capabilities;
  input.roleArn = roleOf(request);
  input.disableRollback = child.isHalfDone();  // left with its parent, which goes on
  const auto ordered = engine_.updateStack(input);
  if (!ordered.ok() && ordered.fault().message != kNoUpdates) return ordered.fault();
  if (ordered.ok()) drive(child.id);
  const auto set = findSet(request);
  if (set && ordered.ok()) beginExecution(*set);
  if (set && !ordered.ok() && !set->failed) changeSets_.endWithoutWork(set->id);
  return {};
}

Result<void> NestedStacks::goBack(const StackHeader& child, const ResourceRequest& request) {
  if (child.operation) {
    if (child.operation->phase == Phase::kForward) cancel(child);
    return {};
  }
  if (child.isHalfDone()) {
    HEARTH_CHECK(engine_.rollbackStack(placeOf(request), child.id, "", roleOf(request), false));
    drive(child.id);
    return {};
  }
  if (child.status == Status::kUpdateRollbackFailed) {
    HEARTH_CHECK(engine_.continueUpdateRollback(placeOf(request), child.id, {}, "", roleOf(request)));
    drive(child.id);
    return {};
  }
  return {};  // it was not changed, or is back already
}

void NestedStacks::drive(const std::string& childId) {
  auto child = store_.findHeader(childId);
  child->operation->isDrivenByParent = true;
  store_.saveState(*child);
}

void NestedStacks::cancel(const StackHeader& child) {
  store_.cancel(child.id, child.operation->id);
  database_.afterCommit([this, id = child.id] { engine_.wake(id); });
}

void NestedStacks::release(const StackHeader& child) {
  store_.release(child.id, child.operation->id);
  database_.afterCommit([this, id = child.id] { engine_.wake(id); });
}

Result<void> NestedStacks::remove(const ResourceRequest& request) {
  const auto child = store_.findHeader(request.physicalId);
  if (!child || child->deleted) return {};
  if (!child->operation) return orderRemoval(*child, request);
  letEnd(*child);
  return {};
}

// What is under way in a child that is to go comes to its end: what goes forward gives up, and nothing waits for
// the parent any more. The removal follows; see progressOfRemoval().
void NestedStacks::letEnd(const StackHeader& child) {
  const Operation& operation = *child.operation;
  const bool isForward = operation.phase == Phase::kForward;
  if (isForward && (operation.kind == OperationKind::kCreate || operation.isDrivenByParent)) cancel(child);
  if (operation.isDrivenByParent) release(child);
}

Result<void> NestedStacks::orderRemoval(const StackHeader& child, const ResourceRequest& request) {
  DeleteStackInput input;
  input.place = placeOf(request);
  input.stack = child.id;
  input.roleArn = roleOf(request);
  input.byParent = true;
  return engine_.deleteStack(input);
}

Result<ResourceState> NestedStacks::read(const ResourceRequest& request) {
  const auto child = store_.findStack(request.physicalId);
  if (!child || child->deleted) return Fault("NotFound", "Stack [" + request.physicalId + "] does not exist", 404);
  return done(*child, child->outputs).state;
}

Result<void> NestedStacks::settle(const ResourceRequest& request) {
  const auto child = store_.findHeader(request.physicalId);
  if (child && child->operation && child->operation->isDrivenByParent) release(*child);
  return {};
}

Result<ResourceProgress> NestedStacks::resume(const ResourceRequest& request) {
  const auto child = store_.findStack(request.physicalId);
  const bool isThere = child && !child->deleted;
  switch (request.verb) {
    case ResourceVerb::kCreate:
      if (child && child->status == Status::kCreateComplete) return done(*child, child->outputs);
      if (child && child->status == Status::kCreateInProgress) return going();
      return failed("Embedded stack " + request.physicalId +
                    " was not successfully created: " + (child ? child->statusReason : ""));
    case ResourceVerb::kUpdate:
      if (isThere) return progressOfUpdate(*child);
      break;
    case ResourceVerb::kRestore:
      if (isThere) return progressOfRestore(*child);
      break;
    case ResourceVerb::kRemove:
      if (isThere) return progressOfRemoval(*child, request);
      return ResourceProgress{};
    case ResourceVerb::kSettle:
      return isThere && child->operation ? going() : ResourceProgress{};
  }
  return failed("Stack [" + request.physicalId + "] does not exist");
}

ResourceProgress NestedStacks::progressOfUpdate(const StackRecord& child) const {
  if (!child.operation) {
    const bool isWell = child.status == Status::kCreateComplete || child.status == Status::kUpdateComplete ||
                        child.status == Status::kUpdateRollbackComplete;
    if (isWell) return done(child, child.outputs);
    return notUpdated(child, child.status, child.statusReason);
  }
  if (child.operation->kind == OperationKind::kUpdate && child.operation->phase == Phase::kForward) {
    return child.operation->isHeld && child.pending ? done(child, child.pending->outputs) : going();
  }
  return notUpdated(child, Status::kUpdateRollbackInProgress, failureOf(child, Status::kUpdateRollbackInProgress));
}

ResourceProgress NestedStacks::progressOfRestore(const StackRecord& child) const {
  if (child.operation) {
    const bool isForward = child.operation->phase == Phase::kForward;
    const bool isLeaving = isForward && store_.isCancelled(child.id, child.operation->id);
    if (!child.operation->isHeld || isLeaving) return going();
    return done(child, isForward && child.pending ? child.pending->outputs : child.outputs);
  }
  const bool isWell = child.status == Status::kCreateComplete || child.status == Status::kUpdateComplete ||
                      child.status == Status::kUpdateRollbackComplete;
  return isWell ? done(child, child.outputs) : notUpdated(child, child.status, child.statusReason);
}

Result<ResourceProgress> NestedStacks::progressOfRemoval(const StackRecord& child, const ResourceRequest& request) {
  if (child.operation) return going();
  if (child.status == Status::kDeleteFailed)
    return failed("Embedded stack " + child.id + " was not successfully deleted: " + child.statusReason);
  // What was under way there has ended.
  HEARTH_CHECK(orderRemoval(child, request));
  return going();
}

// The reason of the newest event in which the stack itself took that status.
std::string NestedStacks::failureOf(const StackRecord& child, Status status) const {
  for (const auto& event : store_.events(child.id, 0, kEventsLookedAt)) {
    if (event.physicalId == child.id && event.status == status) return event.reason;
  }
  return "";
}

}  // namespace hearth::stacks
