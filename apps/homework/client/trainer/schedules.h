// The one-time schedules of a deployment, which start scoring, reminders and notices: made to agree with what is
// published. `trainer publish` and `trainer extend` call it after they have written the catalogue or the
// extensions. https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "homework/client/common/json.h"
#include "homework/client/trainer/deployment.h"
#include "homework/domain/catalogue.h"
#include "homework/domain/extensions.h"

namespace hearth::homework::client {

enum class ScheduleKind : unsigned char { kScore, kRemind, kNotice };

struct WantedSchedule {
  ScheduleKind kind = ScheduleKind::kScore;
  std::string name;
  TestRef test;
  std::string studentId;  // of an extension; else empty
  Instant at{};           // whole seconds

  std::string expression() const;  // at(2019-04-08T21:01:01), in UTC
};

// What has to be scheduled for the tests of `catalogue`, also where its time has passed.
std::vector<WantedSchedule> wantedSchedules(const Catalogue& catalogue, const Extensions& extensions);

// `score-<24 hex digits>`; `about` is `subject/testId` or `subject/testId/studentId`.
std::string scheduleName(ScheduleKind kind, std::string_view about);

struct ScheduleChanges {
  std::vector<WantedSchedule> created;
  std::vector<WantedSchedule> moved;  // were there with another time or target
  std::vector<std::string> deleted;   // names

  bool empty() const { return created.empty() && moved.empty() && deleted.empty(); }
};

enum class ScheduleMode : unsigned char { kPlanOnly, kDo };

// Creates, moves and deletes schedules until the group holds those of `wanted` that are still to come. Safe to
// repeat. Failure kUsage when the deployment is from before there were schedules.
Result<ScheduleChanges> reconcileSchedules(Cloud& cloud, const Deployment& deployment,
                                           const std::vector<WantedSchedule>& wanted, ScheduleMode mode);

// One line per change.
std::vector<std::string> scheduleLines(const ScheduleChanges& changes, const homework::Zone& zone, Instant now);
Json scheduleChangesJson(const ScheduleChanges& changes);

}  // namespace hearth::homework::client
