// The engine's change sets of nested stacks: a set for each stack below, made, executed and removed with the
// root's. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/change-sets-for-nested-stacks.html
#include <utility>

#include "stacks/change_set_draft.h"
#include "stacks/faults.h"
#include "stacks/nested_properties.h"
#include "stacks/nested_stacks.h"
#include "stacks/order_checks.h"

namespace hearth::stacks {
namespace {

constexpr std::string_view kFromRoot = "Executable from root change set";
constexpr std::size_t kTokenLength = 12;

}  // namespace

Result<std::shared_ptr<NestedTemplates>> Engine::gatherNested(CreateChangeSetInput input) const {
  input.nested = std::make_shared<NestedTemplates>(
      [this](const ports::ResourceRequest& request) -> Result<NestedTemplates::Document> {
        auto* provider = registry_.find(kStackType);
        if (!provider) return formatError("Unrecognized resource types: [" + request.type + "]");
        HEARTH_TRY(const auto prepared, provider->prepare(request));
        return NestedStacks::documentOf(prepared.get());
      });
  HEARTH_TRY(Draft draft, draftFor(input));
  HEARTH_CHECK(fillDraft(input, draft));
  input.nested->seal();
  return input.nested;
}

// The drafts of the nested stacks that the plan changes; answers those that it need not have changed.
Result<std::set<std::string>> Engine::draftNested(const CreateChangeSetInput& input, const Prepared& prepared,
                                                  Draft& draft) const {
  const auto former = std::exchange(draft.nested, {});
  std::set<std::string> unchanged;
  for (const ResourceChange& change : prepared.plan.changes) {
    if (change.type != kStackType || change.action == ChangeAction::kRemove) continue;
    auto& child = draft.nested[change.logicalId];
    const auto found = former.find(change.logicalId);
    if (found != former.end() && found->second->properties == change.after) {
      child = found->second;
    } else {
      HEARTH_TRY(child, draftChild(input, prepared, change, draft));
    }
    const bool isSame =
        change.action == ChangeAction::kModify && change.properties.empty() && !change.metadataChanged;
    if (isSame && child->isUnchanged()) unchanged.insert(change.logicalId);
  }
  return unchanged;
}

// What is wrong with the child is told by its set, which has failed then.
Result<std::shared_ptr<Engine::Draft>> Engine::draftChild(const CreateChangeSetInput& input,
                                                          const Prepared& prepared, const ResourceChange& change,
                                                          const Draft& parent) const {
  HEARTH_CHECK(input.nested->count());
  const bool isNew = change.action == ChangeAction::kAdd;
  const Definition& above = prepared.definition;
  ports::ResourceRequest request;
  request.account = parent.stack.account;
  request.region = parent.stack.region;
  request.stackName = parent.stack.name;
  request.stackId = "changeSet/" + base::randomUuid(random_);  // nobody else's
  request.logicalId = change.logicalId;
  request.type = change.type;
  request.verb = isNew ? ports::ResourceVerb::kCreate : ports::ResourceVerb::kUpdate;
  request.actor = above.roleArn.empty() ? input.order.place.caller : above.roleArn;
  request.physicalId = change.physicalId;
  request.properties = change.after;
  request.oldProperties = change.before;
  request.capabilities = above.capabilities;
  request.uniqueToken = base::randomText(random_, kTokenLength, base::kUpperAlphanumeric);

  auto child = std::make_shared<Draft>();
  child->depth = parent.depth + 1;
  child->properties = change.after;
  child->isNew = isNew;
  if (isNew) {
    child->stack = newStack(input.order.place, request.generatedName(kMostStackName));
  } else {
    HEARTH_TRY(child->stack, findActive(input.order.place, change.physicalId));
  }
  CreateChangeSetInput order;
  order.kind = isNew ? ChangeSetKind::kCreate : ChangeSetKind::kUpdate;
  order.nested = input.nested;
  order.order.place = input.order.place;
  order.order.stack = child->stack.id;
  order.order.parameters = nestedParameters(change.after);
  order.order.tags = nestedTags(change.after);
  order.order.capabilities = above.capabilities;
  order.order.roleArn = above.roleArn;
  order.order.token = input.order.token;
  request.stackName = parent.set.name;
  order.name = request.generatedName(kMostStackName);
  child->set.parentId = parent.set.id;
  child->set.rootId = parent.set.rootId.empty() ? parent.set.id : parent.set.rootId;

  const auto filled = [&]() -> Result<void> {
    if (child->depth > kMostNestDepth)
      return validationError("Stacks can be nested " + std::to_string(kMostNestDepth) + " deep, not deeper.");
    if (!isNew) {
      HEARTH_CHECK(checkCanBeUpdated(child->stack, true));
      const Definition& latest = child->stack.latest();
      HEARTH_TRY(order.order.standing, input.nested->standing(child->stack.id, latest.templateText));
      if (!latest.processedText.empty()) {
        HEARTH_TRY(order.before, input.nested->standing(child->stack.id + "/processed", latest.processedText));
      }
    }
    HEARTH_TRY(order.order.document, input.nested->get(request));
    if (const auto weighed = input.nested->weigh(order.order.document->text.size()); !weighed.ok()) {
      order.order.document = nullptr;  // nothing of it is kept
      return weighed.fault();
    }
    return fillDraft(order, *child);
  }();
  if (!filled.ok()) {
    child->nested.clear();
    nameDraft(order, *child);
    if (order.order.document) child->set.definition.templateText = order.order.document->text;
    child->set.definition.tags = order.order.tags.value_or(std::map<std::string, std::string>());
    child->set.definition.capabilities = order.order.capabilities;
    child->fail(filled.fault().message);
  } else if (!child->set.failed) {
    child->set.execution = Execution::kUnavailable;
    child->set.reason = kFromRoot;
  }
  return child;
}

void retireBelow(const EngineTools& tools, const std::string& rootSet) {
  for (const std::string& id : tools.changeSets.stacksBelow(rootSet)) {
    auto stack = tools.store.findStack(id);
    if (!stack || stack->status != Status::kReviewInProgress || stack->parentId.empty()) continue;
    stack->status = Status::kDeleteComplete;
    stack->statusReason.clear();
    stack->deleted = tools.clock.now();
    tools.store.saveState(*stack);
    StackEvent event;
    event.eventId = base::randomUuid(tools.random);
    event.stackId = stack->id;
    event.stackName = stack->name;
    event.time = *stack->deleted;
    event.logicalId = stack->name;
    event.physicalId = stack->id;
    event.type = kStackType;
    event.status = stack->status;
    event.token = stack->lastToken;
    tools.store.appendEvent(event);
  }
}

// The stack's change sets but one (empty: all), with what is nested in them. What they are nested in stays, of no
// use.
void Engine::dropOthers(const std::string& stackId, const std::string& but) {
  changeSets_.makeObsolete(stackId);
  for (const std::string& root : changeSets_.nestingRoots(stackId)) {
    if (root == but) continue;
    retireBelow(tools_, root);
    changeSets_.removeBelow(root);
  }
  changeSets_.removeOthers(stackId, but);
}

}  // namespace hearth::stacks
