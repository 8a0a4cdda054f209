#include "homework/domain/times.h"

#include <gtest/gtest.h>

namespace hearth::homework {
namespace {

using namespace std::chrono_literals;

Instant at(std::string_view text) { return *parseInstant(text); }

TEST(Instants, Rfc3339InAllItsForms) {
  EXPECT_EQ(at("2019-04-08T21:00:00Z"), at("2019-04-08T23:00:00+02:00"));
  EXPECT_EQ(at("2019-04-08t16:00:00.000-05:00"), at("2019-04-08 21:00:00z"));
  EXPECT_EQ(at("1970-01-01T00:00:00.0019Z").time_since_epoch(), 1ms);
  EXPECT_EQ(formatInstant(at("2019-04-08T23:00:00.120+02:00")), "2019-04-08T21:00:00.120Z");
  EXPECT_EQ(formatInstant(at("2020-02-29T00:00:00Z")), "2020-02-29T00:00:00Z");
  for (const char* wrong :
       {"", "2019-04-08", "2019-04-08T21:00Z", "2019-04-08T21:00:00", "2019-02-29T00:00:00Z",
        "2019-04-08T24:00:00Z", "2019-04-08T21:60:00Z", "2019-04-08T21:00:60Z", "2019-04-08T21:00:00.Z",
        "2019-04-08T21:00:00.1234567890Z", "2019-04-08T21:00:00+2:00", "2019-04-08T21:00:00+24:00",
        "2019-04-08T21:00:00ZZ", "1969-12-31T23:59:59Z", "2019-4-08T21:00:00Z", "2019-04-08T-1:00:00Z",
        "2019-04-08X21:00:00Z", "+019-04-08T21:00:00Z"}) {
    EXPECT_FALSE(parseInstant(wrong)) << wrong;
  }
}

TEST(Instants, CompactFormSortsAndComesBack) {
  const Instant instant = at("2019-04-08T18:43:07.123Z");
  EXPECT_EQ(compactInstant(instant), "20190408T184307123Z");
  EXPECT_EQ(parseCompactInstant("20190408T184307123Z"), instant);
  EXPECT_FALSE(parseCompactInstant("20190408T184307Z"));
  EXPECT_FALSE(parseCompactInstant("20191308T184307123Z"));
  EXPECT_LT(compactInstant(instant), compactInstant(instant + 1ms));
}

TEST(Instants, MailDate) { EXPECT_EQ(mailDate(at("2019-04-08T18:43:07Z")), "Mon, 08 Apr 2019 18:43:07 +0000"); }

TEST(Zones, LocalTimeFollowsTheOffsetsAcrossBothChanges) {
  const Zone warsaw{
      "Europe/Warsaw",
      {{at("1970-01-01T00:00:00Z"), 1h}, {at("2019-03-31T01:00:00Z"), 2h}, {at("2019-10-27T01:00:00Z"), 1h}}};
  EXPECT_EQ(renderLocal(at("2019-03-31T00:59:59Z"), warsaw, Precision::kSeconds), "Sun 31 Mar 2019 01:59:59");
  EXPECT_EQ(renderLocal(at("2019-03-31T01:00:00Z"), warsaw), "Sun 31 Mar 2019 03:00");
  EXPECT_EQ(renderLocal(at("2019-04-08T21:00:00Z"), warsaw), "Mon 8 Apr 2019 23:00");
  EXPECT_EQ(renderLocal(at("2019-10-27T00:59:59Z"), warsaw, Precision::kSeconds), "Sun 27 Oct 2019 02:59:59");
  EXPECT_EQ(renderLocal(at("2019-10-27T01:00:00Z"), warsaw), "Sun 27 Oct 2019 02:00");
  EXPECT_EQ(renderLocal(at("2019-12-31T23:30:00Z"), warsaw), "Wed 1 Jan 2020 00:30");
  EXPECT_EQ(renderLocal(at("2019-04-08T21:00:00Z"), Zone{}), "Mon 8 Apr 2019 21:00");
  const Zone late{"X", {{at("2019-01-01T00:00:00Z"), -3h}}};
  EXPECT_EQ(renderLocal(at("2018-06-01T00:00:00Z"), late), "Thu 31 May 2018 21:00");
}

TEST(Distances, TwoLargestUnits) {
  EXPECT_EQ(renderDistance(0ms), "0 s");
  EXPECT_EQ(renderDistance(999ms), "0 s");
  EXPECT_EQ(renderDistance(-45s), "45 s");
  EXPECT_EQ(renderDistance(60s), "1 min");
  EXPECT_EQ(renderDistance(2h + 16min + 59s), "2 h 16 min");
  EXPECT_EQ(renderDistance(24h * 3 + 4h + 59min), "3 d 4 h");
}

}  // namespace
}  // namespace hearth::homework
