// Drift: looking for it, and telling what was found.
#include <algorithm>

#include "services/cloudformation/cloudformation_service.h"
#include "services/cloudformation/request_parts.h"
#include "services/page_token.h"

namespace hearth::services::cloudformation {

using namespace api::cloudformation;

namespace {

constexpr std::int64_t kMostDrifts = 100;

// A value as a difference shows it: scalars as they are, others as JSON.
std::string shownValue(const Json& value) { return base::scalarText(value).value_or(base::writeJson(value)); }

StackResourceDrift shownDrift(const std::string& stackId, const stacks::ResourceDrift& drift) {
  StackResourceDrift out;
  out.stackId = stackId;
  out.logicalResourceId = drift.logicalId;
  out.physicalResourceId = unlessEmpty(drift.physicalId);
  out.resourceType = drift.type;
  out.stackResourceDriftStatus = std::string(stacks::nameOf(drift.status));
  out.timestamp = drift.checked;
  if (drift.expected) out.expectedProperties = base::writeJson(Json(*drift.expected));
  if (drift.actual) out.actualProperties = base::writeJson(Json(*drift.actual));
  auto& differences = out.propertyDifferences.emplace();
  for (const stacks::PropertyDifference& one : drift.differences) {
    PropertyDifference difference;
    difference.propertyPath = one.path;
    difference.expectedValue = shownValue(one.expected);
    difference.actualValue = shownValue(one.actual);
    difference.differenceType = std::string(stacks::nameOf(one.kind));
    differences.push_back(std::move(difference));
  }
  return out;
}

}  // namespace

Task<Result<DetectStackDriftOutput>> CloudFormationService::detectStackDrift(const api::Call& call,
                                                                             DetectStackDriftInput in) {
  DetectStackDriftOutput out;
  const std::vector<std::string> logicalIds = withoutEmpty(in.logicalResourceIds);
  auto work = [&]() -> Result<void> {
    HEARTH_TRY(const stacks::StackHeader stack, engine_.getHeader(placeOf(call), in.stackName));
    HEARTH_TRY(out.stackDriftDetectionId, engine_.drift().begin(stack.id, logicalIds));
    return {};
  };
  HEARTH_CO_CHECK(co_await database_.write(work));
  pool_.post(
      [this, id = out.stackDriftDetectionId, actor = placeOf(call).caller] { engine_.drift().run(id, actor); });
  co_return out;
}

Task<Result<DetectStackResourceDriftOutput>> CloudFormationService::detectStackResourceDrift(
    const api::Call& call, DetectStackResourceDriftInput in) {
  HEARTH_CO_TRY(const stacks::StackHeader stack, engine_.getHeader(placeOf(call), in.stackName));
  auto look = [this, id = stack.id, logicalId = in.logicalResourceId, actor = placeOf(call).caller] {
    return engine_.drift().detect(id, logicalId, actor);
  };
  HEARTH_CO_TRY(const stacks::ResourceDrift drift, co_await base::runOn(pool_, look));
  DetectStackResourceDriftOutput out;
  out.stackResourceDrift = shownDrift(stack.id, drift);
  co_return out;
}

Result<DescribeStackDriftDetectionStatusOutput> CloudFormationService::describeStackDriftDetectionStatus(
    const api::Call& call, DescribeStackDriftDetectionStatusInput in) const {
  const auto found = engine_.drift().find(in.stackDriftDetectionId);
  if (!found || found->account != call.account || found->region != call.region)
    return invalid("Drift detection operation [" + in.stackDriftDetectionId.substr(0, 64) + "] does not exist");
  DescribeStackDriftDetectionStatusOutput out;
  out.stackId = found->stackId;
  out.stackDriftDetectionId = found->id;
  out.detectionStatus = std::string(stacks::nameOf(found->stage));
  out.detectionStatusReason = unlessEmpty(found->reason);
  out.timestamp = found->started;
  if (found->stage == stacks::Detection::Stage::kInProgress) return out;
  out.driftedStackResourceCount = found->drifted;
  out.stackDriftStatus = found->drifted > 0                                    ? "DRIFTED"
                         : found->stage == stacks::Detection::Stage::kComplete ? "IN_SYNC"
                                                                               : "UNKNOWN";
  return out;
}

Result<DescribeStackResourceDriftsOutput> CloudFormationService::describeStackResourceDrifts(
    const api::Call& call, DescribeStackResourceDriftsInput in) const {
  const std::vector<std::string> wanted = withoutEmpty(in.stackResourceDriftStatusFilters);
  for (const std::string& status : wanted)
    if (!stacks::driftStatusOf(status))
      return invalid(
          "1 validation error detected: Value '" + status.substr(0, 64) +
          "' at 'stackResourceDriftStatusFilters' failed to satisfy constraint: Member must satisfy enum "
          "value set: [DELETED, MODIFIED, IN_SYNC, NOT_CHECKED]");
  const std::int64_t most = in.maxResults.value_or(kMostDrifts);
  if (most < 1 || most > kMostDrifts)
    return invalid("1 validation error detected: Value '" + std::to_string(most) +
                   "' at 'maxResults' failed to satisfy constraint: Member must have value between 1 and 100");
  HEARTH_TRY(const stacks::StackHeader stack, engine_.getHeader(placeOf(call), in.stackName));
  HEARTH_TRY(const std::string after, pageAfter("drifts", in.nextToken));
  DescribeStackResourceDriftsOutput out;
  const auto drifts = engine_.drift().ofResources(stack.id);
  auto at = in.nextToken ? drifts.upper_bound(after) : drifts.begin();
  for (; at != drifts.end(); ++at) {
    const std::string status(stacks::nameOf(at->second.status));
    const bool isWanted = wanted.empty() ? at->second.status != stacks::DriftStatus::kNotChecked
                                         : std::find(wanted.begin(), wanted.end(), status) != wanted.end();
    if (!isWanted) continue;
    if (static_cast<std::int64_t>(out.stackResourceDrifts.size()) == most) {
      out.nextToken = writePageToken("drifts", out.stackResourceDrifts.back().logicalResourceId);
      break;
    }
    out.stackResourceDrifts.push_back(shownDrift(stack.id, at->second));
  }
  return out;
}

}  // namespace hearth::services::cloudformation
