// Change sets.
#include "services/cloudformation/cloudformation_service.h"
#include "services/cloudformation/request_parts.h"
#include "services/page_token.h"

namespace hearth::services::cloudformation {

using namespace api::cloudformation;

namespace {

constexpr std::size_t kPage = 100;

Result<void> refuseUnsupported(const CreateChangeSetInput& in) {
  if (in.resourcesToImport || in.changeSetType.value_or("") == "IMPORT")
    return invalid("Importing resources into a stack (ChangeSetType IMPORT) is not supported.");
  if (in.importExistingResources.value_or(false)) return invalid("ImportExistingResources is not supported.");
  HEARTH_CHECK(refuseRollbackTriggers(in.rollbackConfiguration));
  if (in.resourceTypes && !in.resourceTypes->empty()) return invalid("ResourceTypes is not supported.");
  if (!withoutEmpty(in.notificationARNs).empty())
    return invalid("NotificationARNs are not supported: Hearth does not run SNS.");
  return {};
}

std::string actionOf(stacks::ChangeAction action) {
  switch (action) {
    case stacks::ChangeAction::kAdd:
      return "Add";
    case stacks::ChangeAction::kModify:
      return "Modify";
    case stacks::ChangeAction::kRemove:
      return "Remove";
  }
  return "Dynamic";
}

std::string replacementOf(stacks::Replacement replacement) {
  switch (replacement) {
    case stacks::Replacement::kFalse:
      return "False";
    case stacks::Replacement::kTrue:
      return "True";
    case stacks::Replacement::kConditional:
      return "Conditional";
  }
  return "Conditional";
}

Change changeOf(const stacks::DescribedChange& given, bool withValues) {
  ResourceChange resource;
  resource.action = actionOf(given.action);
  resource.logicalResourceId = given.logicalId;
  resource.physicalResourceId = unlessEmpty(given.physicalId);
  resource.resourceType = given.type;
  resource.changeSetId = unlessEmpty(given.changeSetId);
  if (given.action == stacks::ChangeAction::kModify) resource.replacement = replacementOf(given.replacement);
  resource.scope = given.scope();
  auto& details = resource.details.emplace();
  for (const stacks::ChangeDetail& one : given.details) {
    ResourceChangeDetail detail;
    auto& target = detail.target.emplace();
    target.attribute = one.attribute;
    target.name = unlessEmpty(one.name);
    target.requiresRecreation = one.recreation;
    detail.evaluation = one.isDynamic ? "Dynamic" : "Static";
    detail.changeSource = one.source;
    detail.causingEntity = unlessEmpty(one.cause);
    if (withValues && one.attribute != "Metadata" && one.source != "Automatic") {
      target.path = "/Properties/" + (one.name.empty() ? one.attribute : one.name);
      target.beforeValue = one.before;
      target.afterValue = one.after;
      target.attributeChangeType = one.before && one.after ? "Modify" : one.after ? "Add" : "Remove";
    }
    details.push_back(std::move(detail));
  }
  if (withValues) {
    resource.beforeContext = unlessEmpty(given.before);
    resource.afterContext = unlessEmpty(given.after);
  }
  Change change;
  change.type = "Resource";
  change.resourceChange = std::move(resource);
  return change;
}

std::vector<Parameter> shownParameters(const stacks::Definition& definition) {
  std::vector<Parameter> parameters;
  for (const auto& [key, value] : definition.parameters) {
    Parameter parameter;
    parameter.parameterKey = key;
    parameter.parameterValue = value;
    if (const auto stored = definition.stored.find(key); stored != definition.stored.end())
      parameter.resolvedValue = stored->second;
    for (const std::string& secret : definition.noEcho) {
      if (secret != key) continue;
      parameter.parameterValue = stacks::kMaskedValue;
      if (parameter.resolvedValue) parameter.resolvedValue = stacks::kMaskedValue;
    }
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

}  // namespace

Task<Result<CreateChangeSetOutput>> CloudFormationService::createChangeSet(const api::Call& call,
                                                                           CreateChangeSetInput in) {
  HEARTH_CO_CHECK(refuseUnsupported(in));
  const std::string type = in.changeSetType.value_or("UPDATE");
  if (type != "CREATE" && type != "UPDATE")
    co_return invalid("1 validation error detected: Value '" + type.substr(0, 64) +
                      "' at 'changeSetType' failed to satisfy constraint: Member must satisfy enum value set: "
                      "[IMPORT, UPDATE, CREATE]");
  stacks::CreateChangeSetInput order;
  order.name = in.changeSetName;
  order.kind = type == "CREATE" ? stacks::ChangeSetKind::kCreate : stacks::ChangeSetKind::kUpdate;
  order.description = in.description.value_or("");
  if (in.onStackFailure) {
    order.onFailure = stacks::onFailureOf(*in.onStackFailure);
    if (!order.onFailure)
      co_return invalid("1 validation error detected: Value '" + in.onStackFailure->substr(0, 64) +
                        "' at 'onStackFailure' failed to satisfy constraint: Member must satisfy enum value set: "
                        "[ROLLBACK, DELETE, DO_NOTHING]");
    if (order.onFailure == stacks::OnFailure::kDelete && type != "CREATE")
      co_return invalid("OnStackFailure DELETE is only for change sets of type CREATE.");
  }
  order.order.place = placeOf(call);
  order.order.stack = in.stackName;
  order.order.parameters = parametersOf(in.parameters);
  if (in.tags) {
    HEARTH_CO_TRY(order.order.tags, tagsOf(*in.tags));
  }
  order.order.capabilities = withoutEmpty(in.capabilities);
  HEARTH_CO_TRY(order.order.roleArn, roleOf(call, in.roleARN));
  order.order.token = in.clientToken.value_or("");
  const stacks::TransformInput known = transformInputOf(call, order.order.parameters, order.order.stack);
  if (order.kind == stacks::ChangeSetKind::kUpdate) {
    // A stack that cannot be found is the engine's to refuse, in its own words.
    auto standing = engine_.getTemplateText(order.order.place, order.order.stack);
    if (standing.ok() && !standing->empty()) {
      auto processed =
          engine_.getTemplateText(order.order.place, order.order.stack, stacks::TemplateStage::kProcessed);
      if (processed.ok() && *processed != *standing) {
        const stacks::TransformInput nothing;  // it has been transformed
        HEARTH_CO_TRY(order.before, co_await parse(std::move(processed).value(), nothing));
      }
      HEARTH_CO_TRY(order.order.standing, co_await parse(std::move(standing).value(), known));
    }
  }
  if (!in.usePreviousTemplate.value_or(false)) {
    HEARTH_CO_TRY(order.order.document, co_await loadDocument(call, in.templateBody, in.templateURL, known));
  } else if (in.templateBody || in.templateURL) {
    co_return invalid("You can specify only one of TemplateBody, TemplateURL and UsePreviousTemplate.");
  }
  if (in.includeNestedStacks.value_or(false)) {
    auto gather = [this, &order] { return engine_.gatherNested(order); };
    HEARTH_CO_TRY(order.nested, co_await base::runOn(pool_, gather));
  }
  CreateChangeSetOutput out;
  auto work = [this, &order, &out]() -> Result<void> {
    HEARTH_TRY(const stacks::ChangeSet set, engine_.createChangeSet(order));
    out.id = set.id;
    out.stackId = set.stackId;
    return {};
  };
  HEARTH_CO_CHECK(co_await database_.write(work));
  co_return out;
}

Result<DescribeChangeSetOutput> CloudFormationService::describeChangeSet(const api::Call& call,
                                                                         DescribeChangeSetInput in) const {
  HEARTH_TRY(const stacks::ChangeSet set,
             engine_.getChangeSet(placeOf(call), in.changeSetName, in.stackName.value_or("")));
  DescribeChangeSetOutput out;
  out.changeSetName = set.name;
  out.changeSetId = set.id;
  out.stackId = set.stackId;
  out.stackName = set.stackName;
  out.description = unlessEmpty(set.description);
  out.parameters = shownParameters(set.definition);
  out.creationTime = set.created;
  out.executionStatus = std::string(stacks::nameOf(set.execution));
  out.status = std::string(set.status());
  out.statusReason = unlessEmpty(set.reason);
  out.notificationARNs = set.definition.notificationArns;
  out.rollbackConfiguration.emplace();
  out.capabilities = set.definition.capabilities;
  auto& tags = out.tags.emplace();
  for (const auto& [key, value] : set.definition.tags) tags.push_back({key, value});
  out.includeNestedStacks = set.includesNested;
  out.parentChangeSetId = unlessEmpty(set.parentId);
  out.rootChangeSetId = unlessEmpty(set.rootId);
  if (set.onFailure) out.onStackFailure = std::string(stacks::nameOf(*set.onFailure));
  auto& changes = out.changes.emplace();
  auto begin = set.changes.begin();
  if (in.nextToken) {
    while (begin != set.changes.end() && begin->logicalId != *in.nextToken) ++begin;
    if (begin == set.changes.end()) return invalid("NextToken is not valid");
    ++begin;
  }
  for (; begin != set.changes.end() && changes.size() < kPage; ++begin) {
    changes.push_back(changeOf(*begin, in.includePropertyValues.value_or(false)));
  }
  if (begin != set.changes.end()) out.nextToken = std::prev(begin)->logicalId;
  return out;
}

Result<ListChangeSetsOutput> CloudFormationService::listChangeSets(const api::Call& call,
                                                                   ListChangeSetsInput in) const {
  HEARTH_TRY(const std::string after, pageAfter("change sets", in.nextToken));
  HEARTH_TRY(auto sets, engine_.listChangeSets(placeOf(call), in.stackName, after, kPage + 1));
  ListChangeSetsOutput out;
  if (sets.size() > kPage) {
    sets.resize(kPage);
    out.nextToken = writePageToken("change sets", sets.back().id);
  }
  auto& summaries = out.summaries.emplace();
  for (const stacks::ChangeSet& set : sets) {
    ChangeSetSummary summary;
    summary.stackId = set.stackId;
    summary.stackName = set.stackName;
    summary.changeSetId = set.id;
    summary.changeSetName = set.name;
    summary.executionStatus = std::string(stacks::nameOf(set.execution));
    summary.status = std::string(set.status());
    summary.statusReason = unlessEmpty(set.reason);
    summary.creationTime = set.created;
    summary.description = unlessEmpty(set.description);
    summary.includeNestedStacks = set.includesNested;
    summary.parentChangeSetId = unlessEmpty(set.parentId);
    summary.rootChangeSetId = unlessEmpty(set.rootId);
    summaries.push_back(std::move(summary));
  }
  return out;
}

Task<Result<ExecuteChangeSetOutput>> CloudFormationService::executeChangeSet(const api::Call& call,
                                                                             ExecuteChangeSetInput in) {
  const stacks::Place place = placeOf(call);
  const std::string stack = in.stackName.value_or("");
  HEARTH_CO_TRY(stacks::ChangeSet set, engine_.getChangeSet(place, in.changeSetName, stack));
  const stacks::TransformInput nothing;  // it has been transformed
  HEARTH_CO_TRY(const std::shared_ptr<const stacks::Template> document,
                co_await parse(set.definition.finalText(), nothing));
  stacks::ExecuteOptions options;
  options.token = in.clientRequestToken.value_or("");
  options.disableRollback = in.disableRollback;
  options.retainExceptOnCreate = in.retainExceptOnCreate.value_or(false);
  auto work = [&]() -> Result<void> {
    return engine_.executeChangeSet(place, in.changeSetName, stack, document, options);
  };
  HEARTH_CO_CHECK(co_await database_.write(work));
  co_return ExecuteChangeSetOutput{};
}

Result<DeleteChangeSetOutput> CloudFormationService::deleteChangeSet(const api::Call& call,
                                                                     DeleteChangeSetInput in) {
  HEARTH_CHECK(engine_.deleteChangeSet(placeOf(call), in.changeSetName, in.stackName.value_or("")));
  return DeleteChangeSetOutput{};
}

}  // namespace hearth::services::cloudformation
