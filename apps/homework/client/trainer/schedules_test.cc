#include "homework/client/trainer/schedules.h"

#include <gtest/gtest.h>

namespace hearth::homework::client {
namespace {

PublishedTest someTest() {
  PublishedTest test;
  test.ref = {"operating-systems", "test01"};
  test.opens = *parseInstant("2019-04-01T10:00:00Z");
  test.due = *parseInstant("2019-04-08T21:00:00Z");
  return test;
}

// "name expression"
std::string told(const std::vector<WantedSchedule>& schedules) {
  std::string out;
  for (const WantedSchedule& schedule : schedules) {
    out +=
        schedule.name.substr(0, schedule.name.find('-')) + schedule.studentId + " " + schedule.expression() + "; ";
  }
  return out;
}

TEST(Schedules, ScoringFollowsDeadlineAndGraceByASecond) {
  Catalogue catalogue;
  catalogue.publishedAt = *parseInstant("2019-04-01T10:00:00Z");
  catalogue.tests = {someTest()};
  EXPECT_EQ(told(wantedSchedules(catalogue, {})), "score at(2019-04-08T21:01:01); ");
  catalogue.tests[0].grace = std::chrono::seconds(0);
  catalogue.tests[0].remindAt = *parseInstant("2019-04-07T21:00:00Z");
  EXPECT_EQ(told(wantedSchedules(catalogue, {})),
            "score at(2019-04-08T21:00:01); remind at(2019-04-07T21:00:00); ");
}

TEST(Schedules, ANoticeWaitsForTheOpening) {
  Catalogue catalogue;
  catalogue.publishedAt = *parseInstant("2019-03-31T10:00:00Z");
  catalogue.tests = {someTest()};
  EXPECT_EQ(told(wantedSchedules(catalogue, {})),
            "score at(2019-04-08T21:01:01); notice at(2019-04-01T10:00:00); ");
}

TEST(Schedules, AnExtensionHasAScoringOfItsOwn) {
  Catalogue catalogue;
  catalogue.publishedAt = *parseInstant("2019-04-01T10:00:00Z");
  catalogue.tests = {someTest()};
  const TestRef test = catalogue.tests[0].ref;
  Extensions extensions;
  extensions.set({test, "student11", *parseInstant("2019-04-10T10:00:00Z"), false, "ill"});
  extensions.set({test, "student12", std::nullopt, true, ""});
  extensions.set({test, "student13", *parseInstant("2019-04-02T10:00:00Z"), false, "earlier: does not count"});
  extensions.set({{"other", "test01"}, "student11", *parseInstant("2019-04-10T10:00:00Z"), false, "not published"});
  EXPECT_EQ(told(wantedSchedules(catalogue, extensions)),
            "score at(2019-04-08T21:01:01); scorestudent11 at(2019-04-10T10:01:01); ");
}

TEST(Schedules, NamesAreShortAndTellTestsApart) {
  const std::string name = scheduleName(ScheduleKind::kRemind, "a/b");
  EXPECT_EQ(name.size(), std::string("remind-").size() + 24);
  EXPECT_NE(name, scheduleName(ScheduleKind::kRemind, "a/c"));
  EXPECT_NE(name.substr(7), scheduleName(ScheduleKind::kRemind, "a/b/student11").substr(7));
  EXPECT_EQ(name.substr(7), scheduleName(ScheduleKind::kNotice, "a/b").substr(7));
}

}  // namespace
}  // namespace hearth::homework::client
