#include "homework/client/trainer/test_schedules.h"

#include "homework/client/common/json.h"
#include "homework/domain/hash.h"

namespace hearth::homework::client {
namespace {

AwsCall schedulerCall(const char* method, const std::string& name) {
  AwsCall call;
  call.service = "scheduler";
  call.method = method;
  call.path = "/schedules" + (name.empty() ? "" : "/" + percentEncoded(name));
  return call;
}

// at(2019-04-08T21:01:01): whole seconds, in UTC.
std::string atExpression(Instant at) {
  std::string text = formatInstant(std::chrono::floor<std::chrono::seconds>(at));
  text.pop_back();
  return "at(" + text + ")";
}

std::string bodyOf(const Deployment& deployment, const OneTimeSchedule& schedule) {
  // A late start is as good: the functions go by the time at which they run.
  const JsonObject retry{{"MaximumEventAgeInSeconds", 21'600}, {"MaximumRetryAttempts", 10}};
  const JsonObject target{{"Arn", schedule.function},
                          {"RoleArn", deployment.scheduleRoleArn},
                          {"Input", schedule.input},
                          {"RetryPolicy", retry}};
  return writeJson(JsonObject{{"GroupName", deployment.scheduleGroup},
                              {"Description", schedule.description},
                              {"ScheduleExpression", atExpression(schedule.at)},
                              {"ScheduleExpressionTimezone", "UTC"},
                              {"FlexibleTimeWindow", JsonObject{{"Mode", "OFF"}}},
                              {"ActionAfterCompletion", "DELETE"},
                              {"Target", target}});
}

std::string notifyInput(const char* kind, const TestRef& test) {
  return writeJson(JsonObject{{"kind", kind}, {"test", test.path()}});
}

}  // namespace

std::string scheduleName(const std::string& kind, const TestRef& test, const std::string& student) {
  return kind + "-" + sha256Hex(test.path() + (student.empty() ? "" : "/" + student)).substr(0, 24);
}

Instant scoringTime(const PublishedTest& test) {
  return std::chrono::floor<std::chrono::seconds>(test.onTimeUntil()) + std::chrono::seconds(1);
}

OneTimeSchedule scoringSchedule(const Deployment& deployment, const PublishedTest& test,
                                const std::string& student) {
  return {scheduleName("score", test.ref, student), scoringTime(test), deployment.scoreFunctionArn,
          writeJson(JsonObject{{"scheduled", true}, {"test", test.ref.path()}}),
          "Scores " + test.ref.path() + (student.empty() ? "" : ", an extension")};
}

OneTimeSchedule reminderSchedule(const Deployment& deployment, const PublishedTest& test) {
  return {scheduleName("remind", test.ref), *test.remindAt, deployment.notifyFunctionArn,
          notifyInput("reminder", test.ref), "Reminds of " + test.ref.path()};
}

OneTimeSchedule noticeSchedule(const Deployment& deployment, const PublishedTest& test) {
  return {scheduleName("notice", test.ref), test.opens, deployment.notifyFunctionArn,
          notifyInput("notice", test.ref), "Announces " + test.ref.path()};
}

Status putSchedule(Cloud& cloud, const Deployment& deployment, const OneTimeSchedule& schedule) {
  AwsCall call = schedulerCall("PUT", schedule.name);
  call.headers = {{"Content-Type", "application/json"}};
  call.body = bodyOf(deployment, schedule);
  HOMEWORK_TRY(AwsAnswer answer, cloud.call(call));
  if (answer.http.status == 404) {
    call.method = "POST";
    HOMEWORK_TRY(answer, cloud.call(call));
  }
  if (!answer.ok()) return failureOf("schedule: " + schedule.description, answer);
  return Done{};
}

Status removeSchedule(Cloud& cloud, const Deployment& deployment, const std::string& name) {
  AwsCall call = schedulerCall("DELETE", name);
  call.query = {{"groupName", deployment.scheduleGroup}};
  HOMEWORK_TRY(const AwsAnswer answer, cloud.call(call));
  if (!answer.ok() && answer.http.status != 404) return failureOf("remove the schedule " + name, answer);
  return Done{};
}

Result<std::vector<ScheduleState>> listSchedules(Cloud& cloud, const Deployment& deployment) {
  std::vector<ScheduleState> all;
  std::string token;
  do {
    AwsCall call = schedulerCall("GET", "");
    call.query = {{"ScheduleGroup", deployment.scheduleGroup}};
    if (!token.empty()) call.query.emplace_back("NextToken", token);
    HOMEWORK_TRY(const AwsAnswer answer, cloud.require("list the schedules", call));
    const Json document = parseJson(answer.http.body).value_or(Json());
    for (const Json& entry : arrayMember(document, "Schedules"))
      all.push_back({stringMember(entry, "Name"), stringMember(entry, "State")});
    token = stringMember(document, "NextToken");
  } while (!token.empty());
  return all;
}

}  // namespace hearth::homework::client
