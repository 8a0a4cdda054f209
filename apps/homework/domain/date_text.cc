#include "homework/domain/date_text.h"

#include <cstdio>

namespace hearth::homework {
namespace {

using namespace std::chrono;

// The word number `index` of a text that is a list of words.
std::string word(const std::string& words, unsigned index) {
  std::size_t start = 0;
  for (; index > 0; --index) start = words.find(' ', start) + 1;
  return words.substr(start, words.find(' ', start) - start);
}

struct Local {
  sys_days day;
  std::string clock;    // 23:00
  std::string seconds;  // :07
};

Local localOf(Instant instant, const Zone& zone) {
  const auto shifted = instant + zone.offsetAt(instant);
  const sys_days day = floor<days>(shifted);
  const hh_mm_ss time(floor<seconds>(shifted - day));
  char clock[16];
  char second[16];
  std::snprintf(clock, sizeof clock, "%02d:%02d", static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()));
  std::snprintf(second, sizeof second, ":%02d", static_cast<int>(time.seconds().count()));
  return {day, clock, second};
}

std::string dayText(Lang lang, sys_days day) {
  const year_month_day date(day);
  return word(text(lang, Text::kMailWeekdays), weekday(day).c_encoding()) + " " +
         std::to_string(static_cast<unsigned>(date.day())) + " " +
         word(text(lang, Text::kMailMonths), static_cast<unsigned>(date.month()) - 1);
}

}  // namespace

std::string localTime(Lang lang, Instant instant, const Zone& zone, Precision precision) {
  const Local local = localOf(instant, zone);
  return dayText(lang, local.day) + " " + std::to_string(static_cast<int>(year_month_day(local.day).year())) + " " +
         local.clock + (precision == Precision::kSeconds ? local.seconds : "");
}

std::string shortLocalTime(Lang lang, Instant instant, const Zone& zone) {
  const Local local = localOf(instant, zone);
  return dayText(lang, local.day) + " " + local.clock;
}

std::string nearLocalTime(Lang lang, Instant instant, Instant now, const Zone& zone) {
  const Local local = localOf(instant, zone);
  const sys_days today = localOf(now, zone).day;
  if (local.day == today) return text(lang, Text::kMailToday, {{"time", local.clock}});
  if (local.day == today + days(1)) return text(lang, Text::kMailTomorrow, {{"time", local.clock}});
  return shortLocalTime(lang, instant, zone);
}

}  // namespace hearth::homework
