// Describe and list.
#include <algorithm>
#include <charconv>
#include <map>

#include "services/cloudformation/cloudformation_service.h"
#include "services/cloudformation/request_parts.h"
#include "services/page_token.h"

namespace hearth::services::cloudformation {

using namespace api::cloudformation;

namespace {

constexpr std::size_t kPage = 100;

std::string text(stacks::Status status) { return std::string(stacks::nameOf(status)); }

// Those of imports, too, which no stack here ever has.
Result<void> checkStatus(const std::string& status) {
  constexpr std::string_view kAll =
      "CREATE_IN_PROGRESS, CREATE_FAILED, CREATE_COMPLETE, ROLLBACK_IN_PROGRESS, ROLLBACK_FAILED, "
      "ROLLBACK_COMPLETE, "
      "DELETE_IN_PROGRESS, DELETE_FAILED, DELETE_COMPLETE, UPDATE_IN_PROGRESS, "
      "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS, "
      "UPDATE_COMPLETE, UPDATE_FAILED, UPDATE_ROLLBACK_IN_PROGRESS, UPDATE_ROLLBACK_FAILED, "
      "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS, UPDATE_ROLLBACK_COMPLETE, REVIEW_IN_PROGRESS, "
      "IMPORT_IN_PROGRESS, IMPORT_COMPLETE, IMPORT_ROLLBACK_IN_PROGRESS, IMPORT_ROLLBACK_FAILED, "
      "IMPORT_ROLLBACK_COMPLETE";
  const std::string all = ", " + std::string(kAll) + ",";
  if (all.find(", " + status + ",") != std::string::npos) return {};
  return invalid(
      "1 validation error detected: Value '[" + status.substr(0, 64) +
      "]' at 'stackStatusFilter' failed to satisfy constraint: Member must satisfy constraint: [Member must "
      "satisfy enum value set: [" +
      std::string(kAll) + "]]");
}

std::string driftStatus(const std::optional<stacks::StackDrift>& drift) {
  if (!drift) return "NOT_CHECKED";
  return drift->isDrifted ? "DRIFTED" : "IN_SYNC";
}

Stack stackOf(const stacks::StackView& view, const std::optional<stacks::StackDrift>& drift) {
  Stack stack;
  stack.stackId = view.id;
  stack.parentId = unlessEmpty(view.parentId);
  stack.rootId = unlessEmpty(view.rootId);
  stack.stackName = view.name;
  stack.description = unlessEmpty(view.description);
  if (!view.parameters.empty()) {
    auto& parameters = stack.parameters.emplace();
    for (const auto& [key, value] : view.parameters) {
      Parameter parameter;
      parameter.parameterKey = key;
      parameter.parameterValue = value;
      if (const auto stored = view.stored.find(key); stored != view.stored.end())
        parameter.resolvedValue = stored->second;
      parameters.push_back(std::move(parameter));
    }
  }
  stack.creationTime = view.created;
  stack.lastUpdatedTime = view.updated;
  stack.deletionTime = view.deleted;
  stack.rollbackConfiguration.emplace();
  stack.stackStatus = text(view.status);
  stack.stackStatusReason = unlessEmpty(view.statusReason);
  stack.disableRollback = view.disableRollback;
  stack.notificationARNs = view.notificationArns;
  stack.timeoutInMinutes = view.timeoutMinutes;
  if (!view.capabilities.empty()) stack.capabilities = view.capabilities;
  if (!view.outputs.empty()) {
    auto& outputs = stack.outputs.emplace();
    for (const auto& given : view.outputs) {
      Output output;
      output.outputKey = given.key;
      output.outputValue = given.value;
      output.description = unlessEmpty(given.description);
      output.exportName = unlessEmpty(given.exportName);
      outputs.push_back(std::move(output));
    }
  }
  stack.roleARN = unlessEmpty(view.roleArn);
  auto& tags = stack.tags.emplace();
  for (const auto& [key, value] : view.tags) tags.push_back({key, value});
  stack.enableTerminationProtection = view.terminationProtection;
  auto& information = stack.driftInformation.emplace();
  information.stackDriftStatus = driftStatus(drift);
  if (drift) information.lastCheckTimestamp = drift->checked;
  return stack;
}

// NOT_CHECKED when it was not looked at since it was made or changed.
template <class Information>
Information resourceDrift(const std::map<std::string, stacks::ResourceDrift>& drifts,
                          const std::string& logicalId) {
  Information information;
  const auto found = drifts.find(logicalId);
  information.stackResourceDriftStatus =
      std::string(stacks::nameOf(found == drifts.end() ? stacks::DriftStatus::kNotChecked : found->second.status));
  if (found != drifts.end()) information.lastCheckTimestamp = found->second.checked;
  return information;
}

}  // namespace

// What was found before the stack changed says nothing any more.
std::optional<stacks::StackDrift> CloudFormationService::driftOf(const std::string& stackId,
                                                                 const std::optional<base::Time>& updated) const {
  auto drift = engine_.drift().ofStack(stackId);
  if (drift && updated && *updated > drift->checked) drift.reset();
  return drift;
}

std::map<std::string, stacks::ResourceDrift> CloudFormationService::driftsOf(
    const std::vector<stacks::ResourceView>& views) const {
  if (views.empty()) return {};
  return engine_.drift().ofResources(views.front().stackId);
}

Result<DescribeStacksOutput> CloudFormationService::describeStacks(const api::Call& call,
                                                                   DescribeStacksInput in) const {
  DescribeStacksOutput out;
  auto& list = out.stacks.emplace();
  if (in.stackName && !in.stackName->empty()) {
    HEARTH_TRY(stacks::StackView view, engine_.getStack(placeOf(call), *in.stackName));
    list.push_back(stackOf(view, driftOf(view.id, view.updated)));
    return out;
  }
  HEARTH_TRY(const std::string after, pageAfter("stacks", in.nextToken));
  auto views = engine_.listStacks(placeOf(call), false, after, kPage + 1);
  if (views.size() > kPage) {
    views.resize(kPage);
    out.nextToken = writePageToken("stacks", views.back().id);
  }
  for (const auto& view : views) list.push_back(stackOf(view, driftOf(view.id, view.updated)));
  return out;
}

Result<ListStacksOutput> CloudFormationService::listStacks(const api::Call& call, ListStacksInput in) const {
  HEARTH_TRY(const std::string after, pageAfter("all stacks", in.nextToken));
  const std::vector<std::string> wanted = withoutEmpty(in.stackStatusFilter);
  for (const std::string& status : wanted) HEARTH_CHECK(checkStatus(status));
  ListStacksOutput out;
  auto& list = out.stackSummaries.emplace();
  auto views = engine_.listHeaders(placeOf(call), after, kPage + 1);
  if (views.size() > kPage) {
    views.resize(kPage);
    out.nextToken = writePageToken("all stacks", views.back().id);
  }
  for (const auto& view : views) {
    std::string status = text(view.status);
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), status) == wanted.end()) continue;
    StackSummary summary;
    summary.stackId = view.id;
    summary.parentId = unlessEmpty(view.parentId);
    summary.rootId = unlessEmpty(view.rootId);
    summary.stackName = view.name;
    summary.templateDescription = unlessEmpty(view.description);
    summary.creationTime = view.created;
    summary.lastUpdatedTime = view.updated;
    summary.deletionTime = view.deleted;
    summary.stackStatus = status;
    summary.stackStatusReason = unlessEmpty(view.statusReason);
    const auto drift = driftOf(view.id, view.updated);
    auto& information = summary.driftInformation.emplace();
    information.stackDriftStatus = driftStatus(drift);
    if (drift) information.lastCheckTimestamp = drift->checked;
    list.push_back(std::move(summary));
  }
  return out;
}

Result<DescribeStackEventsOutput> CloudFormationService::describeStackEvents(const api::Call& call,
                                                                             DescribeStackEventsInput in) const {
  if (!in.stackName) return invalid("Stack name must be specified");
  std::int64_t before = 0;
  if (in.nextToken) {
    auto end = std::from_chars(in.nextToken->data(), in.nextToken->data() + in.nextToken->size(), before);
    if (end.ec != std::errc() || *end.ptr != '\0') return invalid("NextToken is not valid");
  }
  HEARTH_TRY(auto events, engine_.getEvents(placeOf(call), *in.stackName, before, kPage + 1));
  DescribeStackEventsOutput out;
  if (events.size() > kPage) {
    events.resize(kPage);
    out.nextToken = std::to_string(events.back().sequence);
  }
  auto& list = out.stackEvents.emplace();
  for (const auto& event : events) {
    StackEvent item;
    item.stackId = event.stackId;
    item.eventId = event.eventId;
    item.stackName = event.stackName;
    item.logicalResourceId = event.logicalId;
    item.physicalResourceId = event.physicalId;
    item.resourceType = event.type;
    item.timestamp = event.time;
    item.resourceStatus = text(event.status);
    item.resourceStatusReason = unlessEmpty(event.reason);
    item.resourceProperties = unlessEmpty(event.properties);
    item.clientRequestToken = unlessEmpty(event.token);
    list.push_back(std::move(item));
  }
  return out;
}

Result<DescribeStackResourceOutput> CloudFormationService::describeStackResource(
    const api::Call& call, DescribeStackResourceInput in) const {
  HEARTH_TRY(auto view, engine_.getResource(placeOf(call), in.stackName, in.logicalResourceId));
  StackResourceDetail detail;
  detail.stackName = view.stackName;
  detail.stackId = view.stackId;
  detail.logicalResourceId = view.logicalId;
  detail.physicalResourceId = unlessEmpty(view.physicalId);
  detail.resourceType = view.type;
  detail.lastUpdatedTimestamp = view.updated;
  detail.resourceStatus = text(view.status);
  detail.resourceStatusReason = unlessEmpty(view.statusReason);
  detail.metadata = unlessEmpty(view.metadata);
  detail.driftInformation =
      resourceDrift<StackResourceDriftInformation>(engine_.drift().ofResources(view.stackId), view.logicalId);
  DescribeStackResourceOutput out;
  out.stackResourceDetail = std::move(detail);
  return out;
}

Result<DescribeStackResourcesOutput> CloudFormationService::describeStackResources(
    const api::Call& call, DescribeStackResourcesInput in) const {
  if (in.stackName.has_value() == in.physicalResourceId.has_value())
    return invalid("Either the StackName or the PhysicalResourceId must be specified.");
  std::vector<stacks::ResourceView> views;
  if (in.stackName) {
    HEARTH_TRY(views, engine_.getResources(placeOf(call), *in.stackName));
  } else {
    HEARTH_TRY(views, engine_.getResourcesOf(placeOf(call), *in.physicalResourceId));
  }
  DescribeStackResourcesOutput out;
  const auto drifts = driftsOf(views);
  auto& list = out.stackResources.emplace();
  for (const auto& view : views) {
    if (in.logicalResourceId && view.logicalId != *in.logicalResourceId) continue;
    if (list.size() == kPage) break;  // AWS shows the first hundred; ListStackResources pages
    StackResource item;
    item.stackName = view.stackName;
    item.stackId = view.stackId;
    item.logicalResourceId = view.logicalId;
    item.physicalResourceId = unlessEmpty(view.physicalId);
    item.resourceType = view.type;
    item.timestamp = view.updated;
    item.resourceStatus = text(view.status);
    item.resourceStatusReason = unlessEmpty(view.statusReason);
    item.driftInformation = resourceDrift<StackResourceDriftInformation>(drifts, view.logicalId);
    list.push_back(std::move(item));
  }
  return out;
}

Result<ListStackResourcesOutput> CloudFormationService::listStackResources(const api::Call& call,
                                                                           ListStackResourcesInput in) const {
  HEARTH_TRY(auto views, engine_.getResources(placeOf(call), in.stackName));
  auto begin = views.begin();
  if (in.nextToken) {
    begin =
        std::find_if(views.begin(), views.end(), [&](const auto& view) { return view.logicalId == *in.nextToken; });
    if (begin == views.end()) return invalid("NextToken is not valid");
    ++begin;
  }
  ListStackResourcesOutput out;
  const auto drifts = driftsOf(views);
  auto& list = out.stackResourceSummaries.emplace();
  for (; begin != views.end() && list.size() < kPage; ++begin) {
    StackResourceSummary summary;
    summary.logicalResourceId = begin->logicalId;
    summary.physicalResourceId = unlessEmpty(begin->physicalId);
    summary.resourceType = begin->type;
    summary.lastUpdatedTimestamp = begin->updated;
    summary.resourceStatus = text(begin->status);
    summary.resourceStatusReason = unlessEmpty(begin->statusReason);
    summary.driftInformation = resourceDrift<StackResourceDriftInformationSummary>(drifts, begin->logicalId);
    list.push_back(std::move(summary));
  }
  if (begin != views.end()) out.nextToken = list.back().logicalResourceId;
  return out;
}

Result<GetTemplateOutput> CloudFormationService::getTemplate(const api::Call& call, GetTemplateInput in) const {
  GetTemplateOutput out;
  const std::string given = in.templateStage ? std::string(*in.templateStage) : "Processed";
  if (given != "Original" && given != "Processed") {
    return invalid("1 validation error detected: Value '" + given.substr(0, 64) +
                   "' at 'templateStage' failed to satisfy constraint: Member must satisfy enum value set: "
                   "[Original, Processed]");
  }
  const auto stage = given == "Original" ? stacks::TemplateStage::kOriginal : stacks::TemplateStage::kProcessed;
  if (in.changeSetName) {
    HEARTH_TRY(stacks::ChangeSet set,
               engine_.getChangeSet(placeOf(call), *in.changeSetName, in.stackName.value_or("")));
    out.templateBody =
        stage == stacks::TemplateStage::kOriginal ? set.definition.templateText : set.definition.finalText();
  } else {
    if (!in.stackName) return invalid("StackName is required");
    HEARTH_TRY(out.templateBody, engine_.getTemplateText(placeOf(call), *in.stackName, stage));
  }
  out.stagesAvailable = std::vector<std::string>{"Original", "Processed"};
  return out;
}

Result<ListExportsOutput> CloudFormationService::listExports(const api::Call& call, ListExportsInput in) const {
  HEARTH_TRY(const std::string after, pageAfter("exports", in.nextToken));
  auto records = engine_.listExports(placeOf(call), after, kPage + 1);
  ListExportsOutput out;
  if (records.size() > kPage) {
    records.resize(kPage);
    out.nextToken = writePageToken("exports", records.back().name);
  }
  auto& list = out.exports.emplace();
  for (const auto& record : records) list.push_back({record.stackId, record.name, record.value});
  return out;
}

Result<ListImportsOutput> CloudFormationService::listImports(const api::Call& call, ListImportsInput in) const {
  ListImportsOutput out;
  HEARTH_TRY(out.imports, engine_.getImporters(placeOf(call), in.exportName));
  return out;
}

}  // namespace hearth::services::cloudformation
