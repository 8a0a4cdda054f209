#include "homework/client/trainer/schedules.h"

#include <map>
#include <optional>
#include <set>

#include "homework/client/common/text.h"
#include "homework/domain/hash.h"

namespace hearth::homework::client {
namespace {

using std::chrono::seconds;

constexpr std::size_t kNameDigits = 24;
constexpr int kPageSize = 100;
constexpr int kRetries = 10;
constexpr int kRetrySeconds = 21'600;

std::string_view wordOf(ScheduleKind kind) {
  switch (kind) {
    case ScheduleKind::kScore:
      return "score";
    case ScheduleKind::kRemind:
      return "remind";
    case ScheduleKind::kNotice:
      return "notice";
  }
  return "";
}

// Up to the next whole second: expressions know no fractions.
Instant wholeSecond(Instant instant) { return std::chrono::ceil<seconds>(instant); }

WantedSchedule wanted(ScheduleKind kind, const TestRef& test, Instant at, const std::string& student = "") {
  const std::string about = student.empty() ? test.path() : test.path() + "/" + student;
  return {kind, scheduleName(kind, about), test, student, wholeSecond(at)};
}

const std::string& functionOf(ScheduleKind kind, const Deployment& deployment) {
  return kind == ScheduleKind::kScore ? deployment.scoreFunctionArn : deployment.notifyFunctionArn;
}

std::string inputOf(const WantedSchedule& schedule) {
  const std::string test = schedule.test.path();
  if (schedule.kind == ScheduleKind::kScore) return writeJson(JsonObject{{"scheduled", true}, {"test", test}});
  const char* kind = schedule.kind == ScheduleKind::kRemind ? "reminder" : "notice";
  return writeJson(JsonObject{{"kind", kind}, {"test", test}});
}

// The body of CreateSchedule and UpdateSchedule, which replaces everything.
std::string bodyOf(const WantedSchedule& schedule, const Deployment& deployment) {
  const JsonObject target{
      {"Arn", functionOf(schedule.kind, deployment)},
      {"RoleArn", deployment.scheduleRoleArn},
      {"Input", inputOf(schedule)},
      {"RetryPolicy", JsonObject{{"MaximumEventAgeInSeconds", kRetrySeconds}, {"MaximumRetryAttempts", kRetries}}}};
  return writeJson(JsonObject{{"GroupName", deployment.scheduleGroup},
                              {"ScheduleExpression", schedule.expression()},
                              {"ScheduleExpressionTimezone", "UTC"},
                              {"ActionAfterCompletion", "DELETE"},
                              {"FlexibleTimeWindow", JsonObject{{"Mode", "OFF"}}},
                              {"Target", target}});
}

AwsCall schedulerCall(const char* method, const std::string& name) {
  AwsCall call;
  call.service = "scheduler";
  call.method = method;
  call.path = name.empty() ? "/schedules" : "/schedules/" + percentEncoded(name);
  return call;
}

Result<std::set<std::string>> listNames(Cloud& cloud, const Deployment& deployment) {
  std::set<std::string> names;
  std::string token;
  do {
    AwsCall call = schedulerCall("GET", "");
    call.query = {{"ScheduleGroup", deployment.scheduleGroup}, {"MaxResults", std::to_string(kPageSize)}};
    if (!token.empty()) call.query.emplace_back("NextToken", token);
    HOMEWORK_TRY(const AwsAnswer answer, cloud.require("list the schedules", call));
    const Json page = parseJson(answer.http.body).value_or(Json());
    for (const Json& schedule : arrayMember(page, "Schedules")) names.insert(stringMember(schedule, "Name"));
    token = stringMember(page, "NextToken");
  } while (!token.empty());
  return names;
}

// Whether the schedule is as it should be; nullopt when it has run and is gone.
Result<std::optional<bool>> isAsWanted(Cloud& cloud, const Deployment& deployment, const WantedSchedule& schedule) {
  AwsCall call = schedulerCall("GET", schedule.name);
  call.query = {{"groupName", deployment.scheduleGroup}};
  HOMEWORK_TRY(const AwsAnswer answer, cloud.call(call));
  if (answer.http.status == 404) return std::optional<bool>();
  if (!answer.ok()) return failureOf("read the schedule " + schedule.name, answer);
  const Json document = parseJson(answer.http.body).value_or(Json());
  const Json* target = findMember(document, "Target");
  return std::optional(stringMember(document, "ScheduleExpression") == schedule.expression() &&
                       stringMember(document, "State") != "DISABLED" && target != nullptr &&
                       stringMember(*target, "Arn") == functionOf(schedule.kind, deployment) &&
                       stringMember(*target, "RoleArn") == deployment.scheduleRoleArn &&
                       stringMember(*target, "Input") == inputOf(schedule));
}

Status replace(Cloud& cloud, const Deployment& deployment, const WantedSchedule& schedule) {
  AwsCall call = schedulerCall("PUT", schedule.name);
  call.headers = {{"Content-Type", "application/json"}};
  call.body = bodyOf(schedule, deployment);
  HOMEWORK_CHECK(cloud.require("change the schedule " + schedule.name, call));
  return Done{};
}

Status create(Cloud& cloud, const Deployment& deployment, const WantedSchedule& schedule) {
  AwsCall call = schedulerCall("POST", schedule.name);
  call.headers = {{"Content-Type", "application/json"}};
  call.body = bodyOf(schedule, deployment);
  HOMEWORK_TRY(const AwsAnswer answer, cloud.call(call));
  if (answer.http.status == 409) return replace(cloud, deployment, schedule);  // of a try whose answer was lost
  if (!answer.ok()) return failureOf("make the schedule " + schedule.name, answer);
  return Done{};
}

Status remove(Cloud& cloud, const Deployment& deployment, const std::string& name) {
  AwsCall call = schedulerCall("DELETE", name);
  call.query = {{"groupName", deployment.scheduleGroup}};
  HOMEWORK_TRY(const AwsAnswer answer, cloud.call(call));
  if (!answer.ok() && answer.http.status != 404) return failureOf("delete the schedule " + name, answer);
  return Done{};
}

// Decides about one schedule that is there already.
Status settle(Cloud& cloud, const Deployment& deployment, const WantedSchedule& schedule, ScheduleMode mode,
              ScheduleChanges& changes) {
  HOMEWORK_TRY(const std::optional<bool> right, isAsWanted(cloud, deployment, schedule));
  if (right.value_or(false)) return Done{};
  const bool passed = schedule.at <= cloud.now();
  if (passed && !right) return Done{};
  if (passed) {
    changes.deleted.push_back(schedule.name);
    return mode == ScheduleMode::kDo ? remove(cloud, deployment, schedule.name) : Status(Done{});
  }
  changes.moved.push_back(schedule);
  if (mode == ScheduleMode::kPlanOnly) return Done{};
  return right ? replace(cloud, deployment, schedule) : create(cloud, deployment, schedule);
}

std::string told(const WantedSchedule& schedule, const homework::Zone& zone, Instant now) {
  const char* what = schedule.kind == ScheduleKind::kScore    ? "scoring"
                     : schedule.kind == ScheduleKind::kRemind ? "reminder"
                                                              : "notice";
  const std::string whose = schedule.studentId.empty() ? "" : " for " + schedule.studentId;
  return fitted(schedule.test.path() + whose, 32) + " " + fitted(what, 10) + " " + renderLocal(schedule.at, zone) +
         " (" + zone.name + "), " + tellDistance(schedule.at, now);
}

}  // namespace

std::string WantedSchedule::expression() const {
  const std::string text = formatInstant(at);
  return "at(" + text.substr(0, text.size() - 1) + ")";
}

std::string scheduleName(ScheduleKind kind, std::string_view about) {
  return std::string(wordOf(kind)) + "-" + sha256Hex(about).substr(0, kNameDigits);
}

std::vector<WantedSchedule> wantedSchedules(const Catalogue& catalogue, const Extensions& extensions) {
  std::vector<WantedSchedule> all;
  for (const PublishedTest& test : catalogue.tests) {
    all.push_back(wanted(ScheduleKind::kScore, test.ref, test.onTimeUntil() + seconds(1)));
    if (test.remindAt) all.push_back(wanted(ScheduleKind::kRemind, test.ref, *test.remindAt));
    if (test.opens > catalogue.publishedAt) all.push_back(wanted(ScheduleKind::kNotice, test.ref, test.opens));
  }
  for (const Extension& extension : extensions.entries()) {
    const PublishedTest* test = catalogue.find(extension.test);
    if (test == nullptr) continue;
    const EffectiveTest own = extensions.effective(*test, extension.studentId);
    if (!own.extended) continue;
    all.push_back(
        wanted(ScheduleKind::kScore, test->ref, own.test.onTimeUntil() + seconds(1), extension.studentId));
  }
  return all;
}

Result<ScheduleChanges> reconcileSchedules(Cloud& cloud, const Deployment& deployment,
                                           const std::vector<WantedSchedule>& wanted, ScheduleMode mode) {
  if (!deployment.canSchedule()) {
    return Failure{Exit::kUsage, "The stacks of " + deployment.name + " are from before tests had schedules.",
                   "Bring them up to date with  trainer deploy , then publish again."};
  }
  HOMEWORK_TRY(std::set<std::string> there, listNames(cloud, deployment));
  ScheduleChanges changes;
  for (const WantedSchedule& schedule : wanted) {
    if (there.erase(schedule.name) > 0) {
      HOMEWORK_CHECK(settle(cloud, deployment, schedule, mode, changes));
    } else if (schedule.at > cloud.now()) {
      changes.created.push_back(schedule);
      if (mode == ScheduleMode::kDo) HOMEWORK_CHECK(create(cloud, deployment, schedule));
    }
  }
  for (const std::string& name : there) {
    const bool ours = name.starts_with("score-") || name.starts_with("remind-") || name.starts_with("notice-");
    if (!ours) continue;
    changes.deleted.push_back(name);
    if (mode == ScheduleMode::kDo) HOMEWORK_CHECK(remove(cloud, deployment, name));
  }
  return changes;
}

std::vector<std::string> scheduleLines(const ScheduleChanges& changes, const homework::Zone& zone, Instant now) {
  std::vector<std::string> lines;
  for (const WantedSchedule& schedule : changes.created) lines.push_back("+ " + told(schedule, zone, now));
  for (const WantedSchedule& schedule : changes.moved) lines.push_back("~ " + told(schedule, zone, now));
  if (!changes.deleted.empty()) {
    lines.push_back("- " + std::to_string(changes.deleted.size()) +
                    (changes.deleted.size() == 1 ? " schedule" : " schedules") + " no longer wanted");
  }
  return lines;
}

Json scheduleChangesJson(const ScheduleChanges& changes) {
  const auto list = [](const std::vector<WantedSchedule>& schedules) {
    JsonArray out;
    for (const WantedSchedule& schedule : schedules) {
      out.push_back(JsonObject{{"name", schedule.name},
                               {"kind", std::string(wordOf(schedule.kind))},
                               {"test", schedule.test.path()},
                               {"studentId", schedule.studentId.empty() ? Json() : Json(schedule.studentId)},
                               {"at", formatInstant(schedule.at)}});
    }
    return out;
  };
  return JsonObject{{"created", list(changes.created)},
                    {"moved", list(changes.moved)},
                    {"deleted", JsonArray(changes.deleted.begin(), changes.deleted.end())}};
}

}  // namespace hearth::homework::client
