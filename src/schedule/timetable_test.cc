#include "schedule/timetable.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace hearth::schedule {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

Time utc(int y, unsigned m, unsigned d, int hour = 0, int minute = 0, int second = 0) {
  return Time{sys_days{year{y} / std::chrono::month{m} / std::chrono::day{d}} + hours{hour} + minutes{minute} +
              seconds{second}};
}

Timetable timetable(std::string_view text, std::string_view zone = "UTC", Dialect dialect = Dialect::kSchedule) {
  auto expression = parseExpression(text, dialect);
  EXPECT_TRUE(expression.ok()) << text;
  return Timetable{.expression = std::move(*expression), .dialect = dialect, .zone = TimeZone::find(zone).value()};
}

std::vector<Time> few(const Timetable& table, Time from, int count) {
  std::vector<Time> result;
  for (auto next = table.nextAfter(from); next && count > 0; next = table.nextAfter(*next), --count) {
    result.push_back(*next);
  }
  return result;
}

TEST(ExpressionParse, RulesAreStrict) {
  for (const auto* text : {"rate(1 minute)", "rate(5 minutes)", "rate(1 hour)", "rate(12 hours)", "rate(1 day)",
                           "rate(7 days)", "cron(0 21 ? * 3 *)"}) {
    EXPECT_TRUE(parseExpression(text, Dialect::kRule).ok()) << text;
  }
  for (const auto* text : {"rate(10 seconds)",
                           "rate(10 years)",
                           "rate(1 minutes)",
                           "rate(1 hours)",
                           "rate(1 days)",
                           "rate(10 minute)",
                           "rate(10 hour)",
                           "rate(10 day)",
                           "rate()",
                           "rate(10)",
                           "rate(10 minutess)",
                           "rate(foo minutes)",
                           "rate(0 minutes)",
                           "rate(-10 minutes)",
                           "rate(10 MINUTES)",
                           "rate( 10 minutes )",
                           " rate(10 minutes)",
                           "rate(10 minutes",
                           "rate(10  minutes)",
                           "rate(10minutes)",
                           "RATE(10 minutes)",
                           "at(2030-01-01T00:00:00)",
                           "cron(0 3 * * ?)",
                           "cron()",
                           "",
                           "(",
                           "rate",
                           "rate(",
                           "rate)",
                           "cron(0 21 ? * 3 *) ",
                           "rate(99999999999999999999 days)"}) {
    const auto result = parseExpression(text, Dialect::kRule);
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_EQ(result.fault().code, "ValidationException");
    EXPECT_EQ(result.fault().message, "Parameter ScheduleExpression is not valid.");
    EXPECT_EQ(result.fault().status, 400);
  }
}

TEST(ExpressionParse, SchedulesAreMoreLenient) {
  for (const auto* text :
       {"rate(1 minutes)", "rate(10 minute)", "rate(10 MINUTES)", "RATE(5minutes)", "cron(0 3 * * ?)",
        "CRON(0 3 * * ? *)", "at(2030-01-01T00:00:00)", "AT(2030-02-28T23:59)"}) {
    EXPECT_TRUE(parseExpression(text, Dialect::kSchedule).ok()) << text;
  }
  for (const auto* text : {"cron(0 1 * * * *)",
                           "cron(INVALID)",
                           "cron()",
                           "rate(10 seconds)",
                           "rate()",
                           "rate(10)",
                           "rate(0 minutes)",
                           "rate(10 minutess)",
                           "rate(-10 minutes)",
                           "rate( 10 minutes )",
                           " rate(10 minutes)",
                           "at(2021-12-31T23:59:59Z)",
                           "at(2021-12-31)",
                           "at(2021-02-29T00:00:00)",
                           "at(2021-12-31 23:59:59)",
                           "at(2021-12-31T24:00:00)",
                           "at(2021-12-31T23:60:00)",
                           "at(2021-12-31T23:59:60)",
                           "at(2021-00-31T23:59:00)",
                           "at(2021-12-31T23:59:0)",
                           "at(2200-01-01T00:00:00)",
                           "at(20211-2-31T23:59:00)",
                           "cron(0 3 * * *)"}) {
    const auto result = parseExpression(text, Dialect::kSchedule);
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_EQ(result.fault().message, "Invalid Schedule Expression " + std::string(text) + ".");
  }
}

TEST(TimeZoneFind, ByNameOnly) {
  EXPECT_EQ(TimeZone::find("Europe/Warsaw")->name(), "Europe/Warsaw");
  EXPECT_TRUE(TimeZone::find("UTC")->isUtc());
  EXPECT_TRUE(TimeZone::find("Poland").has_value());
  for (const auto* name :
       {"", "europe/warsaw", "../../etc/passwd", "/etc/localtime", "Europe", "right/UTC", "+02:00"}) {
    EXPECT_FALSE(TimeZone::find(name).has_value()) << name;
  }
}

TEST(TimeZoneRules, HoldForTheComingDecade) {
  const auto warsaw = TimeZone::find("Europe/Warsaw").value();
  EXPECT_EQ(warsaw.toLocal(std::chrono::floor<seconds>(utc(2036, 7, 1))).time_since_epoch(),
            utc(2036, 7, 1, 2).time_since_epoch());
}

TEST(TimetableCron, MondayElevenAtNightInWarsaw) {
  const auto table = timetable("cron(0 23 ? * MON *)", "Europe/Warsaw");
  EXPECT_EQ(few(table, utc(2026, 3, 20), 3),
            (std::vector{utc(2026, 3, 23, 22), utc(2026, 3, 30, 21), utc(2026, 4, 6, 21)}));
  EXPECT_EQ(few(table, utc(2026, 10, 18), 3),
            (std::vector{utc(2026, 10, 19, 21), utc(2026, 10, 26, 22), utc(2026, 11, 2, 22)}));
}

TEST(TimetableCron, ASkippedTimeDoesNotFire) {
  // Warsaw 2026-03-29: 02:00 becomes 03:00.
  const auto table = timetable("cron(30 2 * * ? *)", "Europe/Warsaw");
  EXPECT_EQ(few(table, utc(2026, 3, 28), 2), (std::vector{utc(2026, 3, 28, 1, 30), utc(2026, 3, 30, 0, 30)}));
}

TEST(TimetableCron, ARepeatedTimeFiresOnce) {
  // Warsaw 2026-10-25: 03:00 becomes 02:00.
  const auto table = timetable("cron(30 2 * * ? *)", "Europe/Warsaw");
  EXPECT_EQ(few(table, utc(2026, 10, 24, 12), 2),
            (std::vector{utc(2026, 10, 25, 0, 30), utc(2026, 10, 26, 1, 30)}));
  EXPECT_EQ(table.nextAfter(utc(2026, 10, 25, 1, 0)), utc(2026, 10, 26, 1, 30));
  const auto everyMinute = timetable("cron(* * * * ? *)", "Europe/Warsaw");
  EXPECT_EQ(everyMinute.nextAfter(utc(2026, 10, 25, 0, 59)), utc(2026, 10, 25, 2, 0));
}

TEST(TimetableCron, HalfHourShiftOfLordHowe) {
  // 2026-04-05 at 02:00 (+11) clocks go back to 01:30 (+10:30).
  const auto table = timetable("cron(45 1 * * ? *)", "Australia/Lord_Howe");
  EXPECT_EQ(few(table, utc(2026, 4, 4), 2), (std::vector{utc(2026, 4, 4, 14, 45), utc(2026, 4, 5, 15, 15)}));
  // 2026-10-04 at 02:00 (+10:30) clocks go forward to 02:30 (+11).
  const auto gap = timetable("cron(15 2 * * ? *)", "Australia/Lord_Howe");
  EXPECT_EQ(few(gap, utc(2026, 10, 2, 16), 2), (std::vector{utc(2026, 10, 4, 15, 15), utc(2026, 10, 5, 15, 15)}));
}

TEST(TimetableCron, ADayThatNeverWas) {
  // Samoa went from 2011-12-29 straight to 2011-12-31.
  const auto table = timetable("cron(0 12 * * ? *)", "Pacific/Apia");
  EXPECT_EQ(few(table, utc(2011, 12, 29, 0), 2), (std::vector{utc(2011, 12, 29, 22), utc(2011, 12, 30, 22)}));
}

TEST(TimetableCron, StartAndEndAreInclusive) {
  auto table = timetable("cron(0 * * * ? *)");
  table.start = utc(2026, 1, 1, 6);
  table.end = utc(2026, 1, 1, 8);
  EXPECT_EQ(few(table, utc(2025, 1, 1), 9),
            (std::vector{utc(2026, 1, 1, 6), utc(2026, 1, 1, 7), utc(2026, 1, 1, 8)}));
}

TEST(TimetableRate, ARuleFiresOneIntervalAfterItsCreation) {
  auto table = timetable("rate(5 minutes)", "UTC", Dialect::kRule);
  table.created = utc(2026, 1, 1, 0, 0, 17);
  EXPECT_EQ(few(table, table.created - milliseconds{1}, 2),
            (std::vector{utc(2026, 1, 1, 0, 5, 17), utc(2026, 1, 1, 0, 10, 17)}));
}

TEST(TimetableRate, AScheduleFiresAtOnceOrAtItsStart) {
  auto table = timetable("rate(1 hour)");
  table.created = utc(2026, 1, 1, 0, 0, 17);
  EXPECT_EQ(few(table, table.created - milliseconds{1}, 2),
            (std::vector{utc(2026, 1, 1, 0, 0, 17), utc(2026, 1, 1, 1, 0, 17)}));
  table.start = utc(2026, 2, 1);
  table.end = utc(2026, 2, 1, 1, 30);
  EXPECT_EQ(few(table, table.created, 9), (std::vector{utc(2026, 2, 1), utc(2026, 2, 1, 1)}));
}

TEST(TimetableRate, ADayIsTwentyFourHours) {
  auto table = timetable("rate(1 day)", "Europe/Warsaw");
  table.created = utc(2026, 3, 28, 12);
  EXPECT_EQ(few(table, table.created, 2), (std::vector{utc(2026, 3, 29, 12), utc(2026, 3, 30, 12)}));
}

TEST(TimetableRate, HugeNumbersDoNotOverflow) {
  auto table = timetable("rate(999999999 days)");
  table.created = utc(2026, 1, 1);
  EXPECT_EQ(few(table, table.created - milliseconds{1}, 9), (std::vector{table.created}));
  table.start = Time::max();
  EXPECT_EQ(table.nextAfter(utc(2026, 1, 1)), std::nullopt);
  table.start = Time::min();
  EXPECT_EQ(timetable("cron(* * * * ? *)").nextAfter(Time{days{365LL * 100000}}), std::nullopt);
}

TEST(TimetableAt, FiresOnceInItsZone) {
  auto table = timetable("at(2026-07-01T09:30:15)", "America/New_York");
  table.start = utc(2030, 1, 1);  // AWS ignores both dates for one-time schedules
  table.end = utc(2020, 1, 1);
  EXPECT_EQ(few(table, utc(2026, 1, 1), 9), (std::vector{utc(2026, 7, 1, 13, 30, 15)}));
  EXPECT_EQ(table.nextAfter(utc(2026, 7, 1, 13, 30, 15)), std::nullopt);
}

TEST(TimetableAt, ASkippedTimeFiresBehindTheGapAndARepeatedOneFirst) {
  EXPECT_EQ(timetable("at(2026-03-29T02:30:00)", "Europe/Warsaw").nextAfter(utc(2026, 1, 1)),
            utc(2026, 3, 29, 1, 30));
  EXPECT_EQ(timetable("at(2026-10-25T02:30:00)", "Europe/Warsaw").nextAfter(utc(2026, 1, 1)),
            utc(2026, 10, 25, 0, 30));
}

TEST(TimetableLatest, IsTheLastOccurrence) {
  const auto everyMinute = timetable("cron(* * * * ? *)");
  EXPECT_EQ(everyMinute.latestIn(utc(2000, 1, 1), utc(2026, 1, 1, 0, 0, 30)), utc(2026, 1, 1));
  const auto weekly = timetable("cron(0 23 ? * MON *)", "Europe/Warsaw");
  EXPECT_EQ(weekly.latestIn(utc(2026, 3, 23, 22), utc(2026, 4, 8)), utc(2026, 4, 6, 21));
  EXPECT_EQ(weekly.latestIn(utc(2026, 3, 23, 22), utc(2026, 3, 23, 22)), utc(2026, 3, 23, 22));
  const auto leapDays = timetable("cron(0 0 29 2 ? *)");
  EXPECT_EQ(leapDays.latestIn(utc(1972, 2, 29), utc(2026, 1, 1)), utc(2024, 2, 29));
  auto rate = timetable("rate(7 minutes)");
  EXPECT_EQ(rate.latestIn(utc(2026, 1, 1), utc(2026, 1, 1, 1)), utc(2026, 1, 1, 0, 56));
  rate.end = utc(2026, 1, 1, 0, 20);
  EXPECT_EQ(rate.latestIn(utc(2026, 1, 1), utc(2026, 1, 1, 1)), utc(2026, 1, 1, 0, 14));
}

// A random expression, and the plain meaning of its fields, kept apart from the parser.
struct RandomCron {
  std::string text;
  std::set<int> minutes, hours, months;
  std::set<int> monthDays, weekdays;  // one of them is unused
  int nearest = 0, ordinal = 0;
  bool lastDay = false, lastWorkday = false, lastWeekday = false, byWeekday = false;
};

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}
  int upTo(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }

  std::string field(int least, int most, std::set<int>& values) {
    const int from = upTo(least, most), to = upTo(from, most), step = upTo(1, most);
    switch (upTo(0, 4)) {
      case 0:
        fill(values, least, most, 1);
        return "*";
      case 1:
        fill(values, from, to, 1);
        return std::to_string(from) + "-" + std::to_string(to);
      case 2:
        fill(values, from, most, step);
        return std::to_string(from) + "/" + std::to_string(step);
      case 3:
        values.insert({from, to});
        return std::to_string(from) + "," + std::to_string(to);
      default:
        values.insert(from);
        return std::to_string(from);
    }
  }

  RandomCron next() {
    RandomCron result;
    std::string dayOfMonth = "?", dayOfWeek = "?";
    const std::string minute = field(0, 59, result.minutes), hour = field(0, 23, result.hours),
                      month = field(1, 12, result.months);
    result.byWeekday = upTo(0, 1) == 1;
    const int n = upTo(1, result.byWeekday ? 7 : 31);
    if (result.byWeekday) {
      switch (upTo(0, 2)) {
        case 0: {
          const int to = upTo(n, 7);
          fill(result.weekdays, n, to, 1);
          dayOfWeek = std::to_string(n) + "-" + std::to_string(to);
          break;
        }
        case 1:
          result.weekdays.insert(n);
          result.ordinal = upTo(1, 5);
          dayOfWeek = std::to_string(n) + "#" + std::to_string(result.ordinal);
          break;
        default:
          result.weekdays.insert(n);
          result.lastWeekday = true;
          dayOfWeek = std::to_string(n) + "L";
      }
    } else {
      switch (upTo(0, 3)) {
        case 0:
          result.lastDay = true;
          dayOfMonth = "L";
          break;
        case 1:
          result.lastWorkday = true;
          dayOfMonth = "LW";
          break;
        case 2:
          result.nearest = n;
          dayOfMonth = std::to_string(n) + "W";
          break;
        default:
          dayOfMonth = field(1, 31, result.monthDays);
      }
    }
    result.text = "cron(" + minute + " " + hour + " " + dayOfMonth + " " + month + " " + dayOfWeek + " *)";
    return result;
  }

 private:
  static void fill(std::set<int>& values, int from, int to, int step) {
    for (int value = from; value <= to; value += step) values.insert(value);
  }
  std::mt19937 random_;
};

// Day by day, the slow way.
bool isWorkday(std::chrono::local_days day) {
  const auto on = std::chrono::weekday{day}.c_encoding();
  return on != 0 && on != 6;
}

bool dayMatches(const RandomCron& cron, std::chrono::local_days day) {
  const std::chrono::year_month_day date{day};
  const auto sameMonth = [&](std::chrono::local_days other) {
    return std::chrono::year_month_day{other}.month() == date.month();
  };
  const int n = static_cast<int>(static_cast<unsigned>(date.day()));
  if (cron.byWeekday) {
    const int on = static_cast<int>(std::chrono::weekday{day}.c_encoding()) + 1;
    if (!cron.weekdays.contains(on)) return false;
    if (cron.ordinal != 0) return (n + 6) / 7 == cron.ordinal;
    return !cron.lastWeekday || !sameMonth(day + days{7});
  }
  if (cron.lastDay) return !sameMonth(day + days{1});
  if (cron.lastWorkday) {
    if (!isWorkday(day)) return false;
    for (auto later = day + days{1}; sameMonth(later); later += days{1}) {
      if (isWorkday(later)) return false;
    }
    return true;
  }
  if (cron.nearest != 0) {
    const auto wanted = day - days{n} + days{cron.nearest};
    if (!isWorkday(day) || !sameMonth(wanted)) return false;
    // The closest working day of the month; a tie cannot happen, as weekends are two days long.
    for (const int distance : {0, 1, 2}) {
      for (const int sign : {-1, 1}) {
        const auto candidate = wanted + days{sign * distance};
        if (sameMonth(candidate) && isWorkday(candidate)) return candidate == day;
      }
    }
    return false;
  }
  return cron.monthDays.contains(n);
}

// Every occurrence in [from, to), minute by minute: what the wall clock showed before does not count again.
std::vector<Time> bruteForce(const RandomCron& cron, const TimeZone& zone, sys_seconds from, sys_seconds to) {
  std::vector<Time> result;
  LocalTime latest = zone.toLocal(from - hours{48});
  for (auto instant = from - hours{48}; instant < to; instant += minutes{1}) {
    const LocalTime local = zone.toLocal(instant);
    if (local < latest) continue;  // clocks were set back; this has been shown already
    latest = local + minutes{1};
    const auto day = std::chrono::floor<days>(local);
    const auto minute = std::chrono::duration_cast<minutes>(local - day).count();
    const std::chrono::year_month_day date{day};
    if (instant >= from && cron.minutes.contains(static_cast<int>(minute % 60)) &&
        cron.hours.contains(static_cast<int>(minute / 60)) &&
        cron.months.contains(static_cast<int>(static_cast<unsigned>(date.month()))) && dayMatches(cron, day)) {
      result.push_back(Time{instant});
    }
  }
  return result;
}

TEST(TimetableProperty, AgreesWithAMinuteByMinuteSearch) {
  struct Period {
    const char* zone;
    sys_seconds from;
  };
  const auto from = [](unsigned month, unsigned day) {
    return sys_seconds{sys_days{year{2026} / std::chrono::month{month} / std::chrono::day{day}}};
  };
  // Three weeks around each change of 2026, and one period without any.
  const std::array periods{
      Period{"Europe/Warsaw", from(3, 20)},
      Period{"Europe/Warsaw", from(10, 18)},
      Period{"America/New_York", from(3, 1)},
      Period{"America/New_York", from(10, 24)},
      Period{"Australia/Lord_Howe", from(3, 26)},
      Period{"Australia/Lord_Howe", from(9, 24)},
      Period{"UTC", from(2, 18)},
  };
  Generator generator(20190408);
  std::size_t seen = 0;
  for (const auto& period : periods) {
    const auto to = period.from + days{21};
    for (int round = 0; round < 40; ++round) {
      const RandomCron cron = generator.next();
      const auto table = timetable(cron.text, period.zone);
      std::vector<Time> actual;
      for (auto next = table.nextAfter(Time{period.from} - milliseconds{1}); next && *next < Time{to};
           next = table.nextAfter(*next)) {
        actual.push_back(*next);
      }
      const auto expected = bruteForce(cron, table.zone, period.from, to);
      ASSERT_EQ(actual, expected) << cron.text << " in " << period.zone;
      seen += actual.size();
      // From anywhere, the next one is the first of the list behind it; and the latest one the last before it.
      for (int probe = 0; probe < 20 && !expected.empty(); ++probe) {
        const Time after = Time{period.from} + seconds{generator.upTo(0, 21 * 86400 - 1)};
        const auto next = std::upper_bound(expected.begin(), expected.end(), after);
        if (next != expected.end()) {
          ASSERT_EQ(table.nextAfter(after), *next) << cron.text;
        }
        if (next != expected.begin()) {
          ASSERT_EQ(table.latestIn(expected.front(), after), *std::prev(next)) << cron.text;
        }
      }
    }
  }
  EXPECT_GT(seen, 10000u);
}

}  // namespace
}  // namespace hearth::schedule
