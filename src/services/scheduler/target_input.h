// What a schedule's function gets: its Input with the context attributes filled in, or a default notification.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "services/scheduler/schedule_arn.h"

namespace hearth::services::scheduler {

// One fire of a schedule.
struct Execution {
  ScheduleName schedule;
  base::Time scheduled{};  // when it was due
  int attempt = 1;

  // 16 hex digits, the same at every attempt.
  std::string id() const;
};

// `input` is JSON text; <aws.scheduler.schedule-arn>, <aws.scheduler.scheduled-time>, <aws.scheduler.execution-id>
// and <aws.scheduler.attempt-number> in it are replaced, wherever they stand.
std::string makeTargetInput(const std::optional<std::string>& input, const Execution& execution,
                            base::Random& random);

}  // namespace hearth::services::scheduler
