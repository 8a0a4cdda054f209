// Targets: the operations on them, and what happens when a rule fires.
#include "base/log.h"
#include "services/constraints.h"
#include "services/events/events_service.h"
#include "services/page_token.h"

namespace hearth::services::events {

using namespace api::events;

namespace {

constexpr std::size_t kMostTargets = 5;
constexpr std::size_t kMostTargetsPerCall = 100;

Fault invalid(std::string message) { return {"ValidationException", std::move(message)}; }

// What an ARN of the form arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE says.
struct ArnParts {
  std::string_view service;
  std::string_view region;
  std::string_view resource;
};

std::optional<ArnParts> splitArn(std::string_view arn) {
  std::string_view fields[5];
  for (auto& field : fields) {
    const auto colon = arn.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    field = arn.substr(0, colon);
    arn.remove_prefix(colon + 1);
  }
  if (fields[0] != "arn" || fields[1].empty() || fields[2].empty() || arn.empty()) return std::nullopt;
  return ArnParts{fields[2], fields[3], arn};
}

// The first of the members that only targets other than functions have; empty when there is none.
std::string_view foreignParameter(const Target& target) {
  if (target.kinesisParameters) return "KinesisParameters";
  if (target.runCommandParameters) return "RunCommandParameters";
  if (target.ecsParameters) return "EcsParameters";
  if (target.batchParameters) return "BatchParameters";
  if (target.sqsParameters) return "SqsParameters";
  if (target.httpParameters) return "HttpParameters";
  if (target.redshiftDataParameters) return "RedshiftDataParameters";
  if (target.sageMakerPipelineParameters) return "SageMakerPipelineParameters";
  return {};
}

Result<void> checkId(const std::string& id, const std::string& member) {
  return checkName(id, member, 64, ".-_", "[\\.\\-_A-Za-z0-9]+");
}

Result<void> checkTarget(const api::Call& call, const Target& target, const std::string& member) {
  HEARTH_CHECK(checkId(target.id, member + ".id"));
  HEARTH_CHECK(checkLength(target.arn, member + ".arn", 1, 1600));
  const auto arn = splitArn(target.arn);
  const Fault malformed =
      invalid("Parameter " + target.arn + " is not valid. Reason: Provided Arn is not in correct format.");
  if (!arn) return malformed;
  if (arn->service != "lambda")
    return invalid(std::string(arn->service) + " is not a supported service for a target.");
  if (!arn->resource.starts_with("function:")) return malformed;
  if (arn->region != call.region)
    return invalid("Parameter " + target.arn +
                   " is not valid. Reason: The target must be in the Region of its rule.");
  if (const auto foreign = foreignParameter(target); !foreign.empty())
    return invalid("Parameter " + std::string(foreign) + " is not supported for target " + target.id + ".");
  if (target.deadLetterConfig && target.deadLetterConfig->arn)
    return invalid("Parameter DeadLetterConfig is not supported for target " + target.id + ".");
  if (target.retryPolicy) {
    HEARTH_CHECK(
        checkRange(target.retryPolicy->maximumRetryAttempts, member + ".retryPolicy.maximumRetryAttempts", 0, 185));
    HEARTH_CHECK(checkRange(target.retryPolicy->maximumEventAgeInSeconds,
                            member + ".retryPolicy.maximumEventAgeInSeconds", 60, 86'400));
  }
  return checkTargetInput(target);
}

bool isForLater(const Fault& fault) { return fault.status == 429 || fault.status >= 500; }

// Whether the target's retry policy, where it has one, allows another try behind this one.
bool mayRetry(const Target& target, const ScheduledEvent& event, int attempt) {
  if (!target.retryPolicy) return true;
  const auto& policy = *target.retryPolicy;
  if (policy.maximumRetryAttempts && attempt > *policy.maximumRetryAttempts) return false;
  return !policy.maximumEventAgeInSeconds ||
         event.ingested - event.time < std::chrono::seconds(*policy.maximumEventAgeInSeconds);
}

}  // namespace

Result<PutTargetsOutput> EventsService::putTargets(const api::Call& call, PutTargetsInput in) {
  HEARTH_TRY(const RuleRow row, getRule(call, in.rule, in.eventBusName));
  if (in.targets.empty() || in.targets.size() > kMostTargetsPerCall)
    return invalid("1 validation error detected: 'targets' must have between 1 and 100 members");
  for (std::size_t i = 0; i < in.targets.size(); ++i)
    HEARTH_CHECK(checkTarget(call, in.targets[i], "targets." + std::to_string(i + 1) + ".member"));
  for (const Target& target : in.targets) store_.putTarget(row.name, target);
  if (store_.countTargets(row.name) > static_cast<std::int64_t>(kMostTargets))
    return Fault("LimitExceededException", "The requested resource exceeds the maximum number allowed.");
  return PutTargetsOutput{.failedEntryCount = 0, .failedEntries = std::vector<PutTargetsResultEntry>{}};
}

Result<RemoveTargetsOutput> EventsService::removeTargets(const api::Call& call, RemoveTargetsInput in) {
  HEARTH_TRY(const RuleRow row, getRule(call, in.rule, in.eventBusName));
  if (in.ids.empty() || in.ids.size() > kMostTargetsPerCall)
    return invalid("1 validation error detected: 'ids' must have between 1 and 100 members");
  RemoveTargetsOutput out;
  auto& failed = out.failedEntries.emplace();
  for (std::size_t i = 0; i < in.ids.size(); ++i) {
    HEARTH_CHECK(checkId(in.ids[i], "ids." + std::to_string(i + 1) + ".member"));
    if (!store_.deleteTarget(row.name, in.ids[i]))
      failed.push_back(
          {.targetId = in.ids[i],
           .errorCode = "ResourceNotFoundException",
           .errorMessage = "Rule " + row.name.name + " does not have a target with the Id " + in.ids[i] + "."});
  }
  out.failedEntryCount = static_cast<std::int64_t>(failed.size());
  return out;
}

Result<ListTargetsByRuleOutput> EventsService::listTargetsByRule(const api::Call& call,
                                                                 ListTargetsByRuleInput in) const {
  HEARTH_TRY(const RuleRow row, getRule(call, in.rule, in.eventBusName));
  HEARTH_CHECK(checkRange(in.limit, "limit", 1, 100));
  const auto most = static_cast<std::size_t>(in.limit.value_or(100));
  const std::string list = "targets/" + row.name.name;
  std::string after;
  if (in.nextToken) {
    auto last = readPageToken(list, *in.nextToken);
    if (!last) return invalid("Parameter NextToken is not valid.");
    after = std::move(*last);
  }
  auto targets = store_.listTargets(row.name, after, most + 1);
  ListTargetsByRuleOutput out;
  if (targets.size() > most) {
    targets.resize(most);
    out.nextToken = writePageToken(list, targets.back().id);
  }
  out.targets = std::move(targets);
  return out;
}

Result<void> EventsService::fire(const schedule::Fire& fire) {
  const auto name = parseRuleArn(fire.arn);
  if (!name) return Fault("ValidationException", "This is not the ARN of a rule.");
  const ScheduledEvent event{
      .rule = *name, .id = base::randomUuid(random_), .time = fire.scheduled, .ingested = fire.now};
  for (const Target& target : store_.listTargets(*name, "", kMostTargets))
    HEARTH_CHECK(deliver(target, event, fire.attempt));
  return {};
}

Result<void> EventsService::deliver(const Target& target, const ScheduledEvent& event, int attempt) {
  const auto outcome = database_.transact([&]() -> Result<void> {
    HEARTH_TRY(std::string payload, makeTargetInput(target, event));
    ports::Invocation invocation;
    invocation.functionArn = target.arn;
    invocation.payload = std::move(payload);
    invocation.caller = {.servicePrincipal = "events.amazonaws.com",
                         .sourceArn = event.rule.arn(),
                         .sourceAccount = event.rule.account};
    return invoker_.enqueue(invocation);
  });
  if (outcome.ok()) return {};
  if (isForLater(outcome.fault()) && mayRetry(target, event, attempt)) return outcome.fault();
  base::logWarning("events", "FailedInvocations: the target did not take the event, which is dropped",
                   {{"rule", event.rule.arn()},
                    {"target", target.arn},
                    {"code", outcome.fault().code},
                    {"reason", outcome.fault().message}});
  return {};
}

}  // namespace hearth::services::events
