#include "homework/client/common/time_text.h"

#include <gtest/gtest.h>

namespace hearth::homework::client {
namespace {

using namespace std::chrono_literals;

Instant at(std::string_view text) { return *parseInstant(text); }

TEST(ParseInstant, ReadsRfc3339) {
  EXPECT_EQ(formatInstant(at("2019-04-08T21:00:00Z")), "2019-04-08T21:00:00Z");
  EXPECT_EQ(formatInstant(at("2019-04-08T23:00:00+02:00")), "2019-04-08T21:00:00Z");
  EXPECT_EQ(formatInstant(at("2019-04-08T18:43:07.1234Z")), "2019-04-08T18:43:07.123Z");
  EXPECT_EQ(formatInstant(at("2020-02-29T00:00:00.5-00:30")), "2020-02-29T00:30:00.500Z");
}

TEST(ParseInstant, RefusesEverythingElse) {
  for (const char* text : {"", "2019-04-08", "2019-04-08T21:00:00", "2019-02-29T00:00:00Z", "2019-04-08T24:00:00Z",
                           "2019-04-08T21:00:00.Z", "2019-04-08T21:00:00Z ", "2019-4-8T21:00:00Z",
                           "2019-04-08T21:00:00+2:00", "+019-04-08T21:00:00Z"}) {
    EXPECT_FALSE(parseInstant(text)) << text;
  }
}

TEST(ParseHttpDate, ReadsThePreferredForm) {
  EXPECT_EQ(formatInstant(*parseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT")), "1994-11-06T08:49:37Z");
  EXPECT_FALSE(parseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT"));
  EXPECT_FALSE(parseHttpDate("Sun"));
}

TEST(Zone, TellsCourseTimeOnBothSidesOfTheClockChange) {
  const Zone warsaw("Europe/Warsaw");
  EXPECT_EQ(warsaw.offsetAt(at("2019-03-31T00:59:59Z")), 1h);
  EXPECT_EQ(warsaw.offsetAt(at("2019-03-31T01:00:00Z")), 2h);
  EXPECT_EQ(warsaw.tell(at("2019-04-08T21:00:00Z"), at("2019-04-08T18:41:00Z")), "today 23:00");
  EXPECT_EQ(warsaw.tell(at("2019-04-08T21:00:00Z"), at("2019-04-07T10:00:00Z")), "tomorrow 23:00");
  EXPECT_EQ(warsaw.tell(at("2019-04-08T21:00:00Z"), at("2019-04-01T10:00:00Z")), "Mon 8 Apr 23:00");
  EXPECT_EQ(warsaw.tell(at("2019-01-07T22:00:00Z"), at("2018-12-30T10:00:00Z")), "Mon 7 Jan 2019 23:00");
  EXPECT_EQ(warsaw.tellExactly(at("2019-04-08T18:43:07Z")), "Mon 8 Apr 2019 20:43:07");
}

TEST(Zone, AnUnknownOrUnsafeNameIsUtc) {
  for (const char* name : {"Mars/Olympus", "../../etc/passwd", "/etc/passwd", "", "Europe"}) {
    const Zone zone(name);
    EXPECT_EQ(zone.name(), "UTC") << name;
    EXPECT_EQ(zone.offsetAt(at("2019-07-01T00:00:00Z")), 0s);
  }
}

TEST(Tell, DurationsLikePeopleDo) {
  EXPECT_EQ(tellDuration(2h + 18min + 59s), "2 h 18 min");
  EXPECT_EQ(tellDuration(1h), "1 h");
  EXPECT_EQ(tellDuration(7 * 24h + 5h), "7 d");
  EXPECT_EQ(tellDuration(25h), "1 d 1 h");
  EXPECT_EQ(tellDuration(40s), "40 s");
  EXPECT_EQ(tellDistance(at("2019-04-08T21:00:00Z"), at("2019-04-08T21:12:30Z")), "12 min ago");
  EXPECT_EQ(tellDistance(at("2019-04-08T21:00:00Z"), at("2019-04-08T21:00:00Z")), "in 0 s");
}

}  // namespace
}  // namespace hearth::homework::client
