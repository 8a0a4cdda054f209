// Expression and Timetable: when a rule or a schedule is due.
//
// An Expression is what the caller wrote: cron(...), rate(...) or, for schedules, at(...). A Timetable is an
// expression in its place: the time zone, the moment it counts from, and the dates it runs between.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "base/result.h"
#include "schedule/cron.h"
#include "schedule/time_zone.h"

namespace hearth::schedule {

using base::Time;

// Whose grammar: EventBridge rules and EventBridge Scheduler differ.
enum class Dialect : unsigned char {
  kRule,      // cron with six fields; rate with "1 minute" and "2 minutes", as grammar has it; UTC
  kSchedule,  // cron with or without the year; rate with either number; at(); any time zone
};

struct Rate {
  base::Duration interval;
};

struct At {
  LocalTime local;
};

using Expression = std::variant<CronFields, Rate, At>;

// Faults: ValidationException 400, "Parameter ScheduleExpression is not valid." for rules and "Invalid Schedule
// Expression TEXT." for schedules.
Result<Expression> parseExpression(std::string_view text, Dialect dialect);

struct Timetable {
  Expression expression;
  Dialect dialect = Dialect::kSchedule;
  TimeZone zone;
  // When it was created: what rate() counts from. A rule fires for the first time one interval later, a schedule
  // at once, or at `start` when it has one.
  Time created{};
  // Inclusive. One-time schedules have neither: AWS ignores them there.
  std::optional<Time> start{};
  std::optional<Time> end{};

  // The first time after `after` at which it is due; nullopt when there is none.
  //
  // Daylight saving, as the Scheduler documents it: a wall-clock time that is skipped in spring does not fire; one
  // that comes twice in autumn fires the first time only, so that even cron(* * * * ? *) rests while clocks repeat
  // themselves. rate() counts elapsed time: a day is 24 hours. An at() in a skipped hour fires as much later as
  // the hour is long, rather than never.
  std::optional<Time> nextAfter(Time after) const;

  // The last time in [from, until] at which it is due; `from` is one of its times.
  Time latestIn(Time from, Time until) const;
};

}  // namespace hearth::schedule
