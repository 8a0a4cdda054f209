#include "base/clock.h"

#include <gtest/gtest.h>

namespace hearth::base {
namespace {

constexpr std::int64_t kMonday = 1554757200000;  // 2019-04-08T21:00:00Z

TEST(Clock, Formats) {
  EXPECT_EQ(formatIso8601(fromMillis(kMonday)), "2019-04-08T21:00:00Z");
  EXPECT_EQ(formatIso8601(fromMillis(kMonday), true), "2019-04-08T21:00:00Z");
  EXPECT_EQ(formatIso8601(fromMillis(kMonday + 7), true), "2019-04-08T21:00:00.007Z");
  EXPECT_EQ(formatIso8601(fromMillis(kMonday + 7)), "2019-04-08T21:00:00Z");
  EXPECT_EQ(formatHttpDate(fromMillis(kMonday)), "Mon, 08 Apr 2019 21:00:00 GMT");
  EXPECT_EQ(formatBasicIso8601(fromMillis(kMonday)), "20190408T210000Z");
  EXPECT_EQ(formatIso8601(fromMillis(-1), true), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(formatIso8601(fromMillis(951782400000)), "2000-02-29T00:00:00Z");
  EXPECT_EQ(formatHttpDate(fromMillis(0)), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(Clock, ParsesIso8601) {
  const std::pair<const char*, std::int64_t> vectors[] = {
      {"2019-04-08T21:00:00Z", kMonday},
      {"2019-04-08t21:00:00z", kMonday},
      {"2019-04-08 23:00:00+02:00", kMonday},
      {"2019-04-08T15:30:00-05:30", kMonday},
      {"2019-04-08T21:00:00.5Z", kMonday + 500},
      {"2019-04-08T21:00:00.0019Z", kMonday + 1},
      {"2019-04-08T20:59:60Z", kMonday},
      {"2019-04-08", kMonday - 21 * 3600 * 1000},
      {"20190408T210000Z", kMonday},
      {"1969-12-31T23:59:59.999Z", -1},
      {"0001-01-01T00:00:00Z", -62135596800000},
      {"9999-12-31T23:59:59.999Z", 253402300799999},
  };
  for (const auto& [text, millis] : vectors) {
    const auto time = parseIso8601(text);
    ASSERT_TRUE(time.ok()) << text;
    EXPECT_EQ(toMillis(*time), millis) << text;
  }
}

TEST(Clock, RefusesWhatIsNotIso8601) {
  for (const char* wrong : {"",
                            "2019",
                            "2019-04",
                            "2019-02-29",
                            "2019-13-01",
                            "2019-00-10",
                            "2019-04-31",
                            "2019-04-08T",
                            "19-04-08",
                            "2019-04-08T21:00:00",
                            "2019-04-08T24:00:00Z",
                            "2019-04-08T21:60:00Z",
                            "2019-04-08T21:00:61Z",
                            "2019-04-08T21:00:00.Z",
                            "2019-04-08T21:00:00+0200",
                            "2019-04-08T21:00:00+24:00",
                            "2019-04-08T21:00:00Zx",
                            "2019-04-08X21:00:00Z",
                            "20190408T210000",
                            "20190408T210000+01:00",
                            "+019-04-08",
                            "2019-4-8"}) {
    const auto time = parseIso8601(wrong);
    ASSERT_FALSE(time.ok()) << wrong;
    EXPECT_EQ(time.fault().code, "ValidationException");
  }
}

TEST(Clock, ParsesAllThreeHttpDates) {
  for (const char* text :
       {"Mon, 08 Apr 2019 21:00:00 GMT", "Monday, 08-Apr-19 21:00:00 GMT", "Mon Apr  8 21:00:00 2019"}) {
    const auto time = parseHttpDate(text);
    ASSERT_TRUE(time.ok()) << text;
    EXPECT_EQ(toMillis(*time), kMonday) << text;
  }
  EXPECT_EQ(toMillis(*parseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT")), 784111777000);
  for (const char* wrong :
       {"", "08 Apr 2019 21:00:00 GMT", "Mon, 8 Apr 2019 21:00:00 GMT", "Mon, 08 Apr 2019 21:00:00 UTC",
        "Mon, 31 Feb 2019 21:00:00 GMT", "Mon, 08 Xxx 2019 21:00:00 GMT", "Mon, 08 Apr 2019 21:00:00 GMT "}) {
    EXPECT_FALSE(parseHttpDate(wrong).ok()) << wrong;
  }
}

TEST(Clock, EveryDayOfFourCenturiesReadsBack) {
  for (std::int64_t day = -135140; day < 146097 - 135140; ++day) {
    const Time time = fromMillis(day * 86400000 + 43200123);
    ASSERT_EQ(*parseIso8601(formatIso8601(time, true)), time);
    ASSERT_EQ(toMillis(*parseHttpDate(formatHttpDate(time))), toMillis(time) - 123);
  }
}

TEST(Clock, ManualClockMovesWhenTold) {
  ManualClock clock(fromMillis(5));
  EXPECT_EQ(clock.now(), fromMillis(5));
  clock.advance(Duration(10));
  EXPECT_EQ(clock.now(), fromMillis(15));
  clock.set(fromMillis(1));
  EXPECT_EQ(clock.now(), fromMillis(1));
}

TEST(Clock, SystemClockStartsWhereAsked) {
  const Time start = fromMillis(kMonday);
  const SystemClock clock(start);
  const Duration apart = clock.now() - start;
  EXPECT_GE(apart, Duration(0));
  EXPECT_LT(apart, std::chrono::minutes(1));
}

}  // namespace
}  // namespace hearth::base
