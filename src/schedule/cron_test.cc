#include "schedule/cron.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hearth::schedule {
namespace {

using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::year;
using std::chrono::year_month;

LocalTime at(int y, unsigned m, unsigned d, int hour = 0, int minute = 0) {
  return LocalTime{local_days{year{y} / std::chrono::month{m} / std::chrono::day{d}} + hours{hour} +
                   minutes{minute}};
}

std::vector<unsigned> daysOf(std::string_view expression, int y, unsigned m) {
  const auto cron = CronFields::parse(expression);
  if (!cron) return {99};
  std::vector<unsigned> result;
  const auto mask = cron->daysOf(year{y} / std::chrono::month{m});
  for (unsigned n = 0; n < 32; ++n) {
    if ((mask >> n & 1) != 0) result.push_back(n);
  }
  return result;
}

std::vector<LocalTime> nextFew(std::string_view expression, LocalTime from, int count) {
  std::vector<LocalTime> result;
  const auto cron = CronFields::parse(expression);
  for (auto next = cron->nextAfter(from); next && count > 0; next = cron->nextAfter(*next), --count) {
    result.push_back(*next);
  }
  return result;
}

TEST(CronParse, AcceptsWhatAwsAccepts) {
  for (const auto* text : {
           "0 2 ? * SAT *",
           "0 12 * * ? *",
           "5,35 14 * * ? *",
           "15 10 ? * 6L 2002-2005",
           "0 2 ? * SAT#3 *",
           "* * ? * SAT#3 *",
           "0/5 5 ? JAN 1-5 2022",
           "0 18 ? * MON-FRI *",
           "0 8 1 * ? *",
           "0/15 * * * ? *",
           "0/5 8-17 ? * MON-FRI *",
           "0/30 20-23 ? * MON-FRI *",
           "0 0 3W * ? *",
           "0 0 L * ? *",
           "0 0 LW * ? *",
           "0-15/1 8-8 ? * 2,3,4,5,6,7 *",
           "30-30 13-13 ? * 2,4,6 *",
           "1-31/30 1-1 ? * 1,7 *",
           "0/60 * * * ? *",
           "0 11-23/2 * * ? *",
           "0 0 1 1-12/3 ? *",
           "*/5 * * * ? *",
           "0 21 ? * 3 *",
           "0 0 ? * L *",
           "0 0 ? * mon,Wed *",
           "0  0  1  *  ?  *",
           "0 0 1 JAN,mar-MAY ? 2199",
           "0 0 ? * FRIL *",
       }) {
    EXPECT_TRUE(CronFields::parse(text).has_value()) << text;
  }
}

TEST(CronParse, RefusesEverythingElse) {
  for (const auto* text : {
           "",
           "INVALID",
           "0 1 * * * *",
           "7 20 * * NOT *",
           "0 dummy ? * MON-FRI *",
           "71 8 1 * ? *",
           "0 24 * * ? *",
           "0 0 0 * ? *",
           "0 0 32 * ? *",
           "0 0 1 0 ? *",
           "0 0 1 13 ? *",
           "0 0 ? * 0 *",
           "0 0 ? * 8 *",
           "0 0 1 * ? 1969",
           "0 0 1 * ? 2200",
           "0 0 ? * ? *",
           "0 0 1 * MON *",
           "0 0 1 * ?",
           "0 0 1 * ? * *",
           "0/0 * * * ? *",
           "5/ * * * ? *",
           "/5 * * * ? *",
           "1- * * * ? *",
           "-1 * * * ? *",
           "0 0 ? * 3#6 *",
           "0 0 ? * 3#0 *",
           "0 0 ? * 3#1,6#3 *",
           "0 0 ? * 3# *",
           "0 0 ? * #2 *",
           "0 0 W * ? *",
           "0 0 32W * ? *",
           "0 22-2 * * ? *",
           "0 0 ? * FRI-MON *",
           "1,,2 * * * ? *",
           "1, * * * ? *",
           "? * * * ? *",
           "L * * * ? *",
           "0 0 ? * 2/2 *",
           "0 0 1-2-3 * ? *",
           "+5 * * * ? *",
           "0 0 L-3 * ? *",
           "00005 * * * ? *",
           "0\t0 1 * ? *",
           "0 0 ? * 1L2 *",
           "1/2/3 * * * ? *",
           "0/5, 9-18, ?, *, MON-FRI, *",
       }) {
    EXPECT_FALSE(CronFields::parse(text).has_value()) << text;
  }
  EXPECT_FALSE(CronFields::parse(std::string(10000, '*')).has_value());
  EXPECT_FALSE(CronFields::parse("1" + std::string(9000, ',') + " * * * ? *").has_value());
  const std::string nul("0 0 1\0 * ? *", 12);
  EXPECT_FALSE(CronFields::parse(nul).has_value());
}

TEST(CronParse, YearMayBeLeftOutOnlyWhereAllowed) {
  EXPECT_FALSE(CronFields::parse("0 3 * * ?").has_value());
  EXPECT_TRUE(CronFields::parse("0 3 * * ?", YearField::kOptional).has_value());
  EXPECT_FALSE(CronFields::parse("0 3 * ?", YearField::kOptional).has_value());
  EXPECT_FALSE(CronFields::parse("0 3 * * *", YearField::kOptional).has_value());
}

using Days = std::vector<unsigned>;

TEST(CronDays, NearestWorkdayStaysInTheMonth) {
  // June 2024 begins on a Saturday and ends on a Sunday.
  EXPECT_EQ(daysOf("0 0 1W * ? *", 2024, 6), (Days{3}));
  EXPECT_EQ(daysOf("0 0 2W * ? *", 2024, 6), (Days{3}));
  EXPECT_EQ(daysOf("0 0 8W * ? *", 2024, 6), (Days{7}));
  EXPECT_EQ(daysOf("0 0 9W * ? *", 2024, 6), (Days{10}));
  EXPECT_EQ(daysOf("0 0 30W * ? *", 2024, 6), (Days{28}));
  EXPECT_EQ(daysOf("0 0 31W * ? *", 2024, 6), (Days{}));
  EXPECT_EQ(daysOf("0 0 12W * ? *", 2024, 6), (Days{12}));
}

TEST(CronDays, LastDays) {
  EXPECT_EQ(daysOf("0 0 L * ? *", 2024, 2), (Days{29}));
  EXPECT_EQ(daysOf("0 0 L * ? *", 2100, 2), (Days{28}));
  EXPECT_EQ(daysOf("0 0 LW * ? *", 2024, 6), (Days{28}));  // ends on a Sunday
  EXPECT_EQ(daysOf("0 0 LW * ? *", 2024, 8), (Days{30}));  // ends on a Saturday
  EXPECT_EQ(daysOf("0 0 LW * ? *", 2024, 7), (Days{31}));  // ends on a Wednesday
  EXPECT_EQ(daysOf("0 0 15,L * ? *", 2023, 4), (Days{15, 30}));
  EXPECT_EQ(daysOf("0 0 ? * 6L *", 2024, 5), (Days{31}));
  EXPECT_EQ(daysOf("0 0 ? * L *", 2024, 2), (Days{3, 10, 17, 24}));
}

TEST(CronDays, OrdinalWeekdays) {
  EXPECT_EQ(daysOf("0 0 ? * 3#2 *", 2024, 10), (Days{8}));  // the second Tuesday
  EXPECT_EQ(daysOf("0 0 ? * SUN#5 *", 2024, 9), (Days{29}));
  EXPECT_EQ(daysOf("0 0 ? * SUN#5 *", 2024, 10), (Days{}));
  EXPECT_EQ(daysOf("0 0 ? * MON-FRI *", 2024, 6).size(), 20u);
}

TEST(CronDays, MonthsHaveTheirOwnLength) {
  EXPECT_EQ(daysOf("0 0 28-31 * ? *", 2023, 2), (Days{28}));
  EXPECT_EQ(daysOf("0 0 1/10 * ? *", 2023, 2), (Days{1, 11, 21}));
  EXPECT_EQ(daysOf("0 0 1/10 * ? *", 2023, 3), (Days{1, 11, 21, 31}));
}

TEST(CronNext, TheHomeworkRule) {
  EXPECT_EQ(nextFew("0 21 ? * 3 *", at(2019, 4, 8, 21), 3),
            (std::vector{at(2019, 4, 9, 21), at(2019, 4, 16, 21), at(2019, 4, 23, 21)}));
}

TEST(CronNext, IsStrictlyAfter) {
  EXPECT_EQ(nextFew("30 10 * * ? *", at(2024, 1, 1, 10, 30), 1), (std::vector{at(2024, 1, 2, 10, 30)}));
  EXPECT_EQ(nextFew("30 10 * * ? *", at(2024, 1, 1, 10, 29) + seconds{59}, 1),
            (std::vector{at(2024, 1, 1, 10, 30)}));
  EXPECT_EQ(nextFew("* * * * ? *", at(2023, 12, 31, 23, 59), 1), (std::vector{at(2024, 1, 1)}));
}

TEST(CronNext, LeapDaysAreFarApart) {
  EXPECT_EQ(nextFew("0 0 29 2 ? *", at(2096, 3, 1), 2), (std::vector{at(2104, 2, 29), at(2108, 2, 29)}));
}

TEST(CronNext, EndsWithTheYears) {
  EXPECT_TRUE(nextFew("15 10 ? * 6L 2002-2005", at(2026, 1, 1), 1).empty());
  EXPECT_TRUE(nextFew("0 0 30 2 ? *", at(2026, 1, 1), 1).empty());
  EXPECT_TRUE(nextFew("* * * * ? *", at(2199, 12, 31, 23, 59), 1).empty());
  EXPECT_TRUE(nextFew("* * * * ? *", LocalTime{hours{24LL * 366 * 100000}}, 1).empty());
  EXPECT_EQ(nextFew("0 0 1 1 ? *", at(1900, 1, 1), 1), (std::vector{at(1970, 1, 1)}));
  EXPECT_EQ(nextFew("0 0 1 1 ? 2000/100", at(1970, 1, 1), 9), (std::vector{at(2000, 1, 1), at(2100, 1, 1)}));
}

}  // namespace
}  // namespace hearth::schedule
