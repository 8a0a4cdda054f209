// The one-time schedules of tests: scoring after a deadline, the reminder before it, the notice when a test opens.
// README.md of the pipeline, "Schedules", says their names and times.
#pragma once

#include <chrono>
#include <string>

#include "homework/client/trainer/deployment.h"
#include "homework/domain/catalogue.h"

namespace hearth::homework::client {

struct OneTimeSchedule {
  std::string name;
  Instant at{};          // the second it falls in
  std::string function;  // ARN
  std::string input;     // JSON
  std::string description;
};

// `<kind>-<24 hex digits>`; `student` only for an extension's.
std::string scheduleName(const std::string& kind, const TestRef& test, const std::string& student = "");

// When scoring begins after a deadline: one second after the last instant that is on time.
Instant scoringTime(const PublishedTest& test);

OneTimeSchedule scoringSchedule(const Deployment& deployment, const PublishedTest& test,
                                const std::string& student = "");
OneTimeSchedule reminderSchedule(const Deployment& deployment,
                                 const PublishedTest& test);  // precondition: remindAt
OneTimeSchedule noticeSchedule(const Deployment& deployment, const PublishedTest& test);

// Makes the schedule, or moves the one of that name.
Status putSchedule(Cloud& cloud, const Deployment& deployment, const OneTimeSchedule& schedule);
// Fine when there is none: it has run, or never was.
Status removeSchedule(Cloud& cloud, const Deployment& deployment, const std::string& name);

struct ScheduleState {
  std::string name;
  std::string state;  // ENABLED, DISABLED
};
// Those of the deployment's group.
Result<std::vector<ScheduleState>> listSchedules(Cloud& cloud, const Deployment& deployment);

}  // namespace hearth::homework::client
