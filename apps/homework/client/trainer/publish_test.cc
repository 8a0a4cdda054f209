#include "homework/client/trainer/publish.h"

#include <gtest/gtest.h>

#include "homework/client/trainer/roster_desk.h"

namespace hearth::homework::client {
namespace {

using std::chrono::hours;

PublishedTest someTest() {
  PublishedTest test;
  test.ref = {"operating-systems", "test01"};
  test.opens = *parseInstant("2019-04-01T10:00:00Z");
  test.due = *parseInstant("2019-04-08T21:00:00Z");
  return test;
}

TEST(Publish, RemindersComeBeforeTheDeadlineAndAfterTheOpening) {
  Course course;
  EXPECT_EQ(reminderOf(course, someTest()), parseInstant("2019-04-07T21:00:00Z"));
  course.reminder = hours(24 * 8);
  EXPECT_EQ(reminderOf(course, someTest()), std::nullopt);
  course.reminder = hours(0);
  EXPECT_EQ(reminderOf(course, someTest()), std::nullopt);
}

TEST(Publish, ThePlanSaysWhatChangesAndForWhom) {
  PublishPlan plan;
  plan.catalogue.zone = {"UTC", {}};
  plan.tests.push_back({someTest(), Change::kNew, 0, "", "", ""});
  plan.tests.push_back({someTest(), Change::kTimes, 1, "due, attempts", "", ""});
  plan.tests.push_back({someTest(), Change::kKey, 2, "", "", ""});
  plan.tests.push_back({someTest(), Change::kRemoved, 0, "", "", ""});
  plan.extensions = {{someTest().ref, "student11", parseInstant("2019-04-10T10:00:00Z"), false, "ill"}};
  plan.studentsRemoved = plan.orphans = {"student02"};
  const std::vector<std::string> lines = planLines(plan, *parseInstant("2019-04-08T20:00:00Z"));
  ASSERT_EQ(lines.size(), 8u);
  EXPECT_EQ(lines[0].substr(0, 45), "+ operating-systems/test01         new       ");
  EXPECT_NE(lines[0].find("due Mon 8 Apr 2019 21:00 (UTC), in 1 h"), std::string::npos) << lines[0];
  EXPECT_NE(lines[1].find(", due, attempts changed, 1 student has answered already"), std::string::npos)
      << lines[1];
  EXPECT_NE(lines[2].find("2 students have answered already; who is scored keeps the score until  trainer regrade "
                          "operating-systems/test01"),
            std::string::npos)
      << lines[2];
  EXPECT_EQ(lines[3].substr(0, 2), "- ");
  EXPECT_EQ(lines[4], "- students: student02");
  EXPECT_NE(lines[5].find("although they have answered: student02"), std::string::npos);
  EXPECT_NE(lines[6].find("student11 keeps Wed 10 Apr 2019 10:00"), std::string::npos) << lines[6];
  EXPECT_NE(lines[7].find("trainer deploy"), std::string::npos);
  EXPECT_FALSE(plan.changesNothing());
}

TEST(Publish, APlanWithoutChangesChangesNothing) {
  PublishPlan plan;
  plan.tests.push_back({someTest(), Change::kNone, 0, "", "", ""});
  EXPECT_TRUE(plan.changesNothing());
  plan.pageChanged = true;
  EXPECT_FALSE(plan.changesNothing());
}

TEST(Rosters, AreComparedById) {
  const std::vector<Student> before = {
      {"s1", "a@x.pl", "Ada", "pl"}, {"s2", "b@x.pl", "", ""}, {"s3", "c@x.pl", "", ""}};
  const std::vector<Student> after = {
      {"s4", "d@x.pl", "", ""}, {"s3", "c@x.pl", "Cy", ""}, {"s1", "e@x.pl", "Ada", "pl"}};
  const RosterChanges changes = compareRosters(before, after);
  EXPECT_EQ(changes.added, std::vector<std::string>{"s4"});
  EXPECT_EQ(changes.removed, std::vector<std::string>{"s2"});
  EXPECT_EQ(changes.changed, (std::vector<std::string>{"s3: name", "s1: mail a@x.pl -> e@x.pl"}));
  EXPECT_EQ(changes.mailsChanged, 1u);
  EXPECT_TRUE(compareRosters(before, before).empty());
}

}  // namespace
}  // namespace hearth::homework::client
