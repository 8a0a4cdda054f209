#include "homework/client/trainer/course_time.h"

#include <gtest/gtest.h>

namespace hearth::homework::client {
namespace {

using namespace std::chrono_literals;
const std::string kWarsaw = "Europe/Warsaw";

std::string read(std::string_view text) {
  const auto result = readDeadline(text, kWarsaw);
  const auto* instant = std::get_if<Instant>(&result);
  return instant == nullptr ? std::get<std::string>(result) : formatInstant(*instant);
}

TEST(ReadDeadline, IsInTheCoursesZone) {
  EXPECT_EQ(read("2019-04-08 23:00"), "2019-04-08T21:00:00Z");
  EXPECT_EQ(read("2019-01-07 23:00"), "2019-01-07T22:00:00Z");
  EXPECT_EQ(read("2019-04-08T23:00:30"), "2019-04-08T21:00:30Z");
  EXPECT_EQ(read("2019-04-08T23:00:00+01:00"), "2019-04-08T22:00:00Z");
}

TEST(ReadDeadline, RefusesTimesThatClocksSkipOrRepeat) {
  EXPECT_TRUE(read("2019-03-31 02:30").starts_with("does not exist"));
  EXPECT_TRUE(read("2019-10-27 02:30").starts_with("exists twice"));
  EXPECT_EQ(read("2019-10-27T02:30:00+01:00"), "2019-10-27T01:30:00Z");
  EXPECT_EQ(read("2019-03-31 01:59"), "2019-03-31T00:59:00Z");
  EXPECT_EQ(read("2019-03-31 03:00"), "2019-03-31T01:00:00Z");
}

TEST(ReadDeadline, RefusesWhatIsNoTime) {
  for (const char* text : {"", "tomorrow", "2019-02-29 23:00", "2019-04-08", "2019-04-08 24:00", "08.04.2019 23:00",
                           "2019-04-08  3:00"}) {
    EXPECT_TRUE(read(text).starts_with("is not a time")) << text;
  }
}

TEST(NextMonday, IsTheNextInSummerAndWinter) {
  const auto next = [](const char* now) { return formatInstant(nextMondayEvening(kWarsaw, *parseInstant(now))); };
  EXPECT_EQ(next("2019-04-02T10:00:00Z"), "2019-04-08T21:00:00Z");
  EXPECT_EQ(next("2019-04-08T20:59:59Z"), "2019-04-08T21:00:00Z");
  EXPECT_EQ(next("2019-04-08T21:00:00Z"), "2019-04-15T21:00:00Z");
  EXPECT_EQ(next("2019-10-22T10:00:00Z"), "2019-10-28T22:00:00Z");  // over the change back
  EXPECT_EQ(next("2019-03-26T10:00:00Z"), "2019-04-01T21:00:00Z");  // over the change forth
  EXPECT_EQ(formatInstant(nextMondayEvening("Pacific/Kiritimati", *parseInstant("2019-04-07T23:00:00Z"))),
            "2019-04-08T09:00:00Z");
}

TEST(ZoneTable, AgreesWithTheDatabaseOverAYear) {
  const Instant from = *parseInstant("2019-01-15T00:00:00Z");
  const homework::Zone table = zoneTable(kWarsaw, from, *parseInstant("2019-04-08T21:00:00Z"));
  ASSERT_EQ(table.offsets.size(), 4u);
  EXPECT_EQ(table.offsets[0].from, Instant{});
  EXPECT_EQ(table.offsets[1].from, *parseInstant("2019-03-31T01:00:00Z"));
  const Zone system(kWarsaw);
  for (Instant at = from; at < *parseInstant("2020-04-01T00:00:00Z"); at += 1h) {
    ASSERT_EQ(table.offsetAt(at), system.offsetAt(at)) << formatInstant(at);
  }
}

TEST(KnownZone, IsAskedOfTheDatabase) {
  EXPECT_TRUE(isKnownZone(kWarsaw));
  EXPECT_TRUE(isKnownZone("UTC"));
  for (const char* name : {"", "Mars/Olympus", "../../etc/passwd", "/etc/localtime"})
    EXPECT_FALSE(isKnownZone(name)) << name;
}

}  // namespace
}  // namespace hearth::homework::client
