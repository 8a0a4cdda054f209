// CronFields: the six fields of AWS's cron expressions, and which minutes of the calendar they name.
//
// Fields: minutes 0-59, hours 0-23, day of month 1-31, month 1-12 or JAN-DEC, day of week 1-7 or SUN-SAT (1 is
// Sunday), year 1970-2199. Everywhere `*`, lists `,`, ranges `-`; increments `/` except in the day of week.
// Day of month also: L (last day), nW (the working day nearest to the n-th, within the month), LW (last working
// day). Day of week also: L (Saturday), nL (the month's last such day), n#k (the k-th such day of the month, alone
// in its field). Exactly one of the two day fields is `?`. Names in any case. Ranges do not wrap around.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
//
// Calendar only: instants, time zones and daylight saving are the business of Timetable (timetable.h).
#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "schedule/time_zone.h"

namespace hearth::schedule {

inline constexpr int kFirstCronYear = 1970;
inline constexpr int kLastCronYear = 2199;

enum class YearField : unsigned char { kRequired, kOptional };

class CronFields final {
 public:
  // `text` is what stands between the parentheses: fields separated by single or repeated blanks. nullopt when it
  // is not valid.
  static std::optional<CronFields> parse(std::string_view text, YearField year = YearField::kRequired);

  // The first matching minute after `local`; nullopt when no year up to 2199 has one.
  std::optional<LocalTime> nextAfter(LocalTime local) const;

  // The days of that month that match, bit 1 for the 1st.
  std::uint32_t daysOf(std::chrono::year_month month) const;

 private:
  struct Days {
    bool any = false;           // the field is `?`
    std::uint32_t plain = 0;    // days of the month, or weekdays 1-7
    std::uint32_t nearest = 0;  // nW: the days n
    std::uint32_t last = 0;     // nL: the weekdays n
    bool lastDay = false;       // L in the day of month
    bool lastWorkday = false;   // LW
    unsigned ordinalDay = 0;    // n#k: n, or 0
    unsigned ordinal = 0;       // n#k: k
  };

  static std::optional<Days> parseDayOfMonth(std::string_view field);
  static std::optional<Days> parseDayOfWeek(std::string_view field);
  std::uint32_t byDayOfMonth(std::chrono::year_month month) const;
  std::uint32_t byDayOfWeek(std::chrono::year_month month) const;

  std::uint64_t minutes_ = 0;
  std::uint32_t hours_ = 0;
  std::uint32_t months_ = 0;  // bit 1 for January
  Days dayOfMonth_;
  Days dayOfWeek_;
  std::bitset<kLastCronYear - kFirstCronYear + 1> years_;
};

}  // namespace hearth::schedule
