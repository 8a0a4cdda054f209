// Schedules: the operations on them, and what happens when one fires.
#include "services/scheduler/scheduler_service.h"

#include "api/document.h"
#include "base/log.h"
#include "services/constraints.h"
#include "services/page_token.h"
#include "services/scheduler/faults.h"
#include "services/scheduler/target_input.h"

namespace hearth::services::scheduler {

using namespace api::scheduler;

namespace {

constexpr std::int64_t kDefaultEventAge = 86'400;
constexpr std::int64_t kDefaultRetries = 185;
constexpr std::string_view kEnabled = "ENABLED";
constexpr std::string_view kDelete = "DELETE";
constexpr auto kEarliestStart = std::chrono::minutes{5};
constexpr std::size_t kMostInput = 256 << 10;  // what Lambda's asynchronous invocation takes on AWS

// The names of arn:aws:iam::ACCOUNT:role/NAME; the path may have several parts.
bool isRoleOf(std::string_view arn, const std::string& account) {
  const std::string prefix = "arn:aws:iam::" + account + ":role/";
  return arn.starts_with(prefix) && arn.size() > prefix.size();
}

Fault roleNotAssumable() {
  return invalid("The execution role you provide must allow AWS EventBridge Scheduler to assume the role.");
}

bool isOneTime(const std::string& expression) { return expression.starts_with("at("); }

Result<void> checkWindow(const FlexibleTimeWindow& window) {
  HEARTH_CHECK(checkOneOf(window.mode, "flexibleTimeWindow.mode", {"OFF", "FLEXIBLE"}));
  if (window.mode == "OFF") {
    if (window.maximumWindowInMinutes)
      return invalid("A FlexibleTimeWindow whose Mode is OFF has no MaximumWindowInMinutes.");
    return {};
  }
  if (!window.maximumWindowInMinutes)
    return invalid("A FlexibleTimeWindow whose Mode is FLEXIBLE needs MaximumWindowInMinutes.");
  return checkRange(window.maximumWindowInMinutes, "flexibleTimeWindow.maximumWindowInMinutes", 1, 1440);
}

// The first of the members that only targets other than functions have; empty when there is none.
std::string_view foreignParameter(const Target& target) {
  if (target.ecsParameters) return "EcsParameters";
  if (target.eventBridgeParameters) return "EventBridgeParameters";
  if (target.kinesisParameters) return "KinesisParameters";
  if (target.sageMakerPipelineParameters) return "SageMakerPipelineParameters";
  if (target.sqsParameters) return "SqsParameters";
  if (target.deadLetterConfig && target.deadLetterConfig->arn) return "DeadLetterConfig";
  return {};
}

bool isForLater(const Fault& fault) { return fault.status == 429 || fault.status >= 500; }

bool mayRetry(const RetryPolicy& policy, const schedule::Fire& fire) {
  return fire.attempt <= policy.maximumRetryAttempts.value_or(kDefaultRetries) &&
         fire.now - fire.scheduled <
             std::chrono::seconds(policy.maximumEventAgeInSeconds.value_or(kDefaultEventAge));
}

}  // namespace

SchedulerService::SchedulerService(store::Database& database, schedule::ScheduleEngine& engine,
                                   ports::Invoker& invoker, ports::CredentialIssuer& roles,
                                   const ports::Authorizer& authorizer, const base::Clock& clock,
                                   base::Random& random)
    : database_(database),
      engine_(engine),
      invoker_(invoker),
      roles_(roles),
      authorizer_(authorizer),
      clock_(clock),
      random_(random),
      store_(database) {
  engine.onFire(schedule::Dialect::kSchedule, [this](const schedule::Fire& due) { return fire(due); });
}

Result<ScheduleRow> SchedulerService::getRow(const api::Call& call, const std::optional<std::string>& group,
                                             const std::string& name) const {
  HEARTH_CHECK(checkName(name, "name"));
  const std::string groupName = group.value_or(std::string(kDefaultGroup));
  HEARTH_CHECK(checkName(groupName, "groupName"));
  auto row = store_.findSchedule({call.account, call.region, groupName, name});
  if (!row) return notFound("Schedule " + name + " does not exist.");
  return std::move(*row);
}

Result<void> SchedulerService::checkTarget(const api::Call& call, const Target& target) const {
  HEARTH_CHECK(checkLength(target.arn, "target.arn", 1, 1600));
  if (target.arn.starts_with("arn:aws:scheduler:::"))
    return invalid("Universal targets are not supported: give the ARN of a Lambda function as the target's Arn.");
  const std::string functions = "arn:aws:lambda:" + call.region + ":";
  if (!target.arn.starts_with(functions) || target.arn.find(":function:") == std::string::npos)
    return invalid("Provided Arn is not in correct format. Only Lambda functions of this Region are supported.");
  if (const auto foreign = foreignParameter(target); !foreign.empty())
    return invalid("Parameter " + std::string(foreign) +
                   " is not supported for a target that is a Lambda function.");
  HEARTH_CHECK(checkLength(target.roleArn, "target.roleArn", 1, 1600));
  if (!isRoleOf(target.roleArn, call.account)) return roleNotAssumable();
  if (!roles_.checkAssumable(target.roleArn, std::string(kPrincipal), call.account).ok()) return roleNotAssumable();
  if (target.input) {
    HEARTH_CHECK(checkLength(*target.input, "target.input", 1, kMostInput));
    if (const auto parsed = base::parseJson(*target.input); !parsed.ok())
      return invalid("Invalid Target.Input: it is not well-formed JSON: " + parsed.fault().message);
  }
  if (target.retryPolicy) {
    HEARTH_CHECK(
        checkRange(target.retryPolicy->maximumRetryAttempts, "target.retryPolicy.maximumRetryAttempts", 0, 185));
    HEARTH_CHECK(checkRange(target.retryPolicy->maximumEventAgeInSeconds,
                            "target.retryPolicy.maximumEventAgeInSeconds", 60, 86'400));
  }
  return {};
}

Result<CreateScheduleInput> SchedulerService::checked(const api::Call& call, CreateScheduleInput in,
                                                      const ScheduleRow* former) const {
  HEARTH_CHECK(checkName(in.name, "name"));
  if (!in.groupName) in.groupName = std::string(kDefaultGroup);
  HEARTH_CHECK(checkName(*in.groupName, "groupName"));
  HEARTH_CHECK(checkLength(in.clientToken.value_or("-"), "clientToken", 1, 64));
  HEARTH_CHECK(checkLength(in.description.value_or(""), "description", 0, 512));
  HEARTH_CHECK(checkLength(in.scheduleExpression, "scheduleExpression", 1, 256));
  if (!in.scheduleExpressionTimezone) in.scheduleExpressionTimezone = "UTC";
  HEARTH_CHECK(checkLength(*in.scheduleExpressionTimezone, "scheduleExpressionTimezone", 1, 50));
  if (!in.state) in.state = std::string(kEnabled);
  HEARTH_CHECK(checkOneOf(*in.state, "state", {kEnabled, "DISABLED"}));
  if (!in.actionAfterCompletion) in.actionAfterCompletion = "NONE";
  HEARTH_CHECK(checkOneOf(*in.actionAfterCompletion, "actionAfterCompletion", {"NONE", kDelete}));
  if (in.kmsKeyArn)
    return invalid("KmsKeyArn is not supported: a schedule is kept under the server's own protection.");
  HEARTH_CHECK(checkWindow(in.flexibleTimeWindow));
  if (!isOneTime(in.scheduleExpression)) {
    const bool sameStart = former && former->schedule.startDate == in.startDate;
    if (in.startDate && !sameStart && *in.startDate < call.now - kEarliestStart)
      return invalid("The StartDate you specify cannot be earlier than 5 minutes ago.");
    if (in.endDate && *in.endDate <= in.startDate.value_or(base::Time::min()))
      return invalid("The EndDate you specify must be later than the StartDate.");
  }
  HEARTH_CHECK(checkTarget(call, in.target));
  auto& policy = in.target.retryPolicy ? *in.target.retryPolicy : in.target.retryPolicy.emplace();
  if (!policy.maximumEventAgeInSeconds) policy.maximumEventAgeInSeconds = kDefaultEventAge;
  if (!policy.maximumRetryAttempts) policy.maximumRetryAttempts = kDefaultRetries;
  return in;
}

Result<void> SchedulerService::save(const ScheduleRow& row) {
  store_.putSchedule(row);
  const CreateScheduleInput& schedule = row.schedule;
  schedule::Entry entry{.arn = row.name.arn(),
                        .dialect = schedule::Dialect::kSchedule,
                        .expression = schedule.scheduleExpression,
                        .zone = schedule.scheduleExpressionTimezone.value_or("UTC"),
                        .enabled = schedule.state == kEnabled};
  if (!isOneTime(schedule.scheduleExpression)) {
    entry.start = schedule.startDate;
    entry.end = schedule.endDate;
  }
  HEARTH_CHECK(engine_.put(entry));
  return {};
}

void SchedulerService::forget(const ScheduleName& name) {
  store_.deleteSchedule(name);
  engine_.remove(name.arn());
}

Result<CreateScheduleOutput> SchedulerService::createSchedule(const api::Call& call, CreateScheduleInput in) {
  HEARTH_TRY(CreateScheduleInput schedule, checked(call, std::move(in), nullptr));
  HEARTH_CHECK(getGroup(call, *schedule.groupName));
  ScheduleRow row{.name = {call.account, call.region, *schedule.groupName, schedule.name},
                  .created = call.now,
                  .modified = call.now};
  const std::string arn = row.name.arn();
  if (const auto former = store_.findSchedule(row.name)) {
    // The same request again, as a client sends it that did not see the answer.
    if (schedule.clientToken && api::recordText(former->schedule) == api::recordText(schedule))
      return CreateScheduleOutput{arn};
    return conflict("Schedule " + schedule.name + " already exists.");
  }
  row.schedule = std::move(schedule);
  HEARTH_CHECK(save(row));
  return CreateScheduleOutput{arn};
}

Result<UpdateScheduleOutput> SchedulerService::updateSchedule(const api::Call& call, UpdateScheduleInput in) {
  HEARTH_TRY(ScheduleRow row, getRow(call, in.groupName, in.name));
  CreateScheduleInput wanted;
  wanted.actionAfterCompletion = std::move(in.actionAfterCompletion);
  wanted.clientToken = std::move(in.clientToken);
  wanted.description = std::move(in.description);
  wanted.endDate = in.endDate;
  wanted.flexibleTimeWindow = std::move(in.flexibleTimeWindow);
  wanted.groupName = std::move(in.groupName);
  wanted.kmsKeyArn = std::move(in.kmsKeyArn);
  wanted.name = std::move(in.name);
  wanted.scheduleExpression = std::move(in.scheduleExpression);
  wanted.scheduleExpressionTimezone = std::move(in.scheduleExpressionTimezone);
  wanted.startDate = in.startDate;
  wanted.state = std::move(in.state);
  wanted.target = std::move(in.target);
  HEARTH_TRY(wanted, checked(call, std::move(wanted), &row));
  row.schedule = std::move(wanted);
  row.modified = call.now;
  HEARTH_CHECK(save(row));
  return UpdateScheduleOutput{row.name.arn()};
}

Result<DeleteScheduleOutput> SchedulerService::deleteSchedule(const api::Call& call, DeleteScheduleInput in) {
  HEARTH_TRY(const ScheduleRow row, getRow(call, in.groupName, in.name));
  forget(row.name);
  return DeleteScheduleOutput{};
}

Result<GetScheduleOutput> SchedulerService::getSchedule(const api::Call& call, GetScheduleInput in) const {
  HEARTH_TRY(ScheduleRow row, getRow(call, in.groupName, in.name));
  CreateScheduleInput& schedule = row.schedule;
  GetScheduleOutput out;
  out.actionAfterCompletion = std::move(schedule.actionAfterCompletion);
  out.arn = row.name.arn();
  out.creationDate = row.created;
  out.description = std::move(schedule.description);
  out.endDate = schedule.endDate;
  out.flexibleTimeWindow = std::move(schedule.flexibleTimeWindow);
  out.groupName = row.name.group;
  out.lastModificationDate = row.modified;
  out.name = row.name.name;
  out.scheduleExpression = std::move(schedule.scheduleExpression);
  out.scheduleExpressionTimezone = std::move(schedule.scheduleExpressionTimezone);
  out.startDate = schedule.startDate;
  out.state = std::move(schedule.state);
  out.target = std::move(schedule.target);
  return out;
}

Result<ListSchedulesOutput> SchedulerService::listSchedules(const api::Call& call, ListSchedulesInput in) const {
  HEARTH_CHECK(checkRange(in.maxResults, "maxResults", 1, 100));
  if (in.state) HEARTH_CHECK(checkOneOf(*in.state, "state", {kEnabled, "DISABLED"}));
  if (in.namePrefix) HEARTH_CHECK(checkName(*in.namePrefix, "namePrefix"));
  if (in.groupName) HEARTH_CHECK(getGroup(call, *in.groupName));
  ScheduleQuery query{.account = call.account,
                      .region = call.region,
                      .group = in.groupName,
                      .state = in.state,
                      .namePrefix = in.namePrefix.value_or("")};
  const auto most = static_cast<std::size_t>(in.maxResults.value_or(100));
  query.most = most + 1;
  if (in.nextToken) {
    const auto after = readPageToken("schedules", *in.nextToken);
    const auto slash = after ? after->find('/') : std::string::npos;
    if (slash == std::string::npos) return invalid("Invalid NextToken.");
    query.afterGroup = after->substr(0, slash);
    query.afterName = after->substr(slash + 1);
  }
  auto rows = store_.listSchedules(query);
  ListSchedulesOutput out;
  if (rows.size() > most) {
    rows.resize(most);
    out.nextToken = writePageToken("schedules", rows.back().name.group + "/" + rows.back().name.name);
  }
  for (ScheduleRow& row : rows) {
    ScheduleSummary summary;
    summary.arn = row.name.arn();
    summary.creationDate = row.created;
    summary.groupName = row.name.group;
    summary.lastModificationDate = row.modified;
    summary.name = row.name.name;
    summary.state = std::move(row.schedule.state);
    summary.target = TargetSummary{std::move(row.schedule.target.arn)};
    out.schedules.push_back(std::move(summary));
  }
  return out;
}

Result<void> SchedulerService::fire(const schedule::Fire& fire) {
  const auto name = parseScheduleArn(fire.arn);
  if (!name) return invalid("This is not the ARN of a schedule.");
  const auto row = store_.findSchedule(*name);
  if (!row) return notFound("Schedule " + name->name + " does not exist.");
  const auto outcome = database_.transact([&] { return deliver(*row, fire); });
  if (!outcome.ok()) {
    const RetryPolicy policy = row->schedule.target.retryPolicy.value_or(RetryPolicy{});
    if (isForLater(outcome.fault()) && mayRetry(policy, fire)) return outcome.fault();
    base::logWarning("scheduler",
                     "InvocationDroppedCount: the target did not take the invocation, which is dropped",
                     {{"schedule", fire.arn},
                      {"target", row->schedule.target.arn},
                      {"code", outcome.fault().code},
                      {"reason", outcome.fault().message}});
  }
  if (fire.last && row->schedule.actionAfterCompletion == kDelete) forget(*name);
  return {};
}

Result<void> SchedulerService::deliver(const ScheduleRow& row, const schedule::Fire& fire) {
  const Target& target = row.schedule.target;
  // The role may have changed, or be gone, since the schedule was written.
  HEARTH_CHECK(roles_.checkAssumable(target.roleArn, std::string(kPrincipal), row.name.account));
  HEARTH_CHECK(authorizer_.mayDo({.roleArn = target.roleArn,
                                  .sessionName = row.name.name,
                                  .action = "lambda:InvokeFunction",
                                  .resource = target.arn}));
  ports::Invocation invocation;
  invocation.functionArn = target.arn;
  invocation.caller.roleArn = target.roleArn;
  invocation.payload = makeTargetInput(
      target.input, {.schedule = row.name, .scheduled = fire.scheduled, .attempt = fire.attempt}, random_);
  return invoker_.enqueue(invocation);
}

}  // namespace hearth::services::scheduler
