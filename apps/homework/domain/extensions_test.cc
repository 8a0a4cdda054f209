#include "homework/domain/extensions.h"

#include <gtest/gtest.h>

#include "homework/domain/course.h"

namespace hearth::homework {
namespace {

using namespace std::chrono_literals;

const TestRef kTest{"os", "t1"};
const Instant kDue = *parseInstant("2019-04-08T21:00:00Z");

PublishedTest published() {
  PublishedTest out;
  out.ref = kTest;
  out.due = kDue;
  return out;
}

std::string documentWith(const std::string& entry) { return R"({"version":1,"extensions":[)" + entry + "]}"; }
std::string entry(const std::string& members, const std::string& student = "s1") {
  return R"({"subject":"os","testId":"t1","studentId":")" + student + "\"" +
         (members.empty() ? "" : "," + members) + "}";
}

TEST(ExtensionDocuments, ComeBack) {
  const auto once = parseExtensions(documentWith(entry(R"("due":"2019-04-10T10:00:00Z","reason":"ill")") + "," +
                                                 entry(R"("excused":true)", "s2")));
  ASSERT_TRUE(once.ok()) << once.problem().message;
  EXPECT_EQ(once->find(kTest, "s1")->reason, "ill");
  EXPECT_TRUE(once->find(kTest, "s2")->excused);
  EXPECT_EQ(once->find(kTest, "s3"), nullptr);
  EXPECT_EQ(extensionsJson(*parseExtensions(extensionsJson(*once))), extensionsJson(*once));
}

TEST(ExtensionDocuments, BrokenOnesAreRefused) {
  for (const std::string& wrong :
       {std::string("[]"), std::string(R"({"version":2,"extensions":[]})"), std::string(R"({"version":1})"),
        documentWith("1"), documentWith(entry("")), documentWith(entry(R"("due":"monday")")),
        documentWith(entry(R"("excused":1)")), documentWith(entry(R"("excused":true)", "../x")),
        documentWith(entry(R"("excused":true)") + "," + entry(R"("excused":true)"))}) {
    EXPECT_FALSE(parseExtensions(wrong).ok()) << wrong;
  }
}

TEST(ExtensionRules, OnlyALaterDeadlineCounts) {
  Extensions extensions;
  extensions.set({kTest, "s1", kDue + 24h, false, ""});
  extensions.set({kTest, "s2", kDue - 24h, false, ""});
  extensions.set({kTest, "s3", std::nullopt, true, ""});
  EXPECT_EQ(extensions.effective(published(), "s1").test.due, kDue + 24h);
  EXPECT_TRUE(extensions.effective(published(), "s1").extended);
  EXPECT_FALSE(extensions.effective(published(), "s2").extended);
  EXPECT_EQ(extensions.effective(published(), "s2").test.due, kDue);
  EXPECT_TRUE(extensions.effective(published(), "s3").excused);
  EXPECT_FALSE(extensions.effective(published(), "s4").extended);
  EXPECT_EQ(extensions.lastAccepted(published()), kDue + 24h + 60s);
  extensions.set({kTest, "s1", kDue + 48h, false, ""});
  EXPECT_EQ(extensions.entries().size(), 3U);
  extensions.remove(kTest, "s1");
  EXPECT_EQ(extensions.lastAccepted(published()), kDue + 60s);
}

TEST(ExtensionRules, TheLatePolicyMovesAlong) {
  PublishedTest test = published();
  test.late = Late::kFlag;
  test.lateUntil = kDue + 48h;
  Extensions extensions({{kTest, "s1", kDue + 24h, false, ""}});
  const PublishedTest own = extensions.effective(test, "s1").test;
  EXPECT_EQ(own.lateUntil, kDue + 72h);
  EXPECT_EQ(own.phaseAt(kDue + 24h + 60s), Phase::kOnTime);
  EXPECT_EQ(own.phaseAt(kDue + 24h + 61s), Phase::kLate);
  EXPECT_EQ(own.phaseAt(kDue + 72h), Phase::kLate);
  EXPECT_EQ(own.phaseAt(kDue + 72h + 1ms), Phase::kAfter);
}

TEST(Courses, GradesAndMails) {
  const auto course = parseCourse(R"({"grades":[{"from":90,"grade":"5"},{"from":0,"grade":"2"}],"reminder":"2d",
      "notice":false,"receiptMail":true,"retentionDays":30})");
  ASSERT_TRUE(course.ok()) << course.problem().message;
  EXPECT_EQ(course->grades.size(), 2U);
  EXPECT_EQ(course->reminder, 48h);
  EXPECT_FALSE(course->notice);
  EXPECT_TRUE(course->receiptMail);
  EXPECT_EQ(course->retentionDays, 30);
  EXPECT_EQ(parseCourse("{}")->reminder, 24h);
  EXPECT_EQ(parseCourse(R"({"reminder":"off"})")->reminder, 0h);
  for (const char* wrong :
       {R"({"grades":[]})", R"({"grades":[{"from":90,"grade":"5"}]})", R"({"grades":[{"from":0}]})",
        R"({"grades":[{"from":0,"grade":"2"},{"from":90,"grade":"5"}]})",
        R"({"grades":[{"from":101,"grade":"5"}]})", R"({"grades":[{"from":0,"grade":"a\nb"}]})",
        R"({"reminder":"1w"})", R"({"reminder":"0h"})", R"({"reminder":"31d"})", R"({"reminder":24})",
        R"({"notice":"yes"})", R"({"retentionDays":0})"}) {
    EXPECT_FALSE(parseCourse(wrong).ok()) << wrong;
  }
}

// Check 9: the day on which clocks change, and whole seconds around the deadline.
TEST(Deadlines, HoldToTheSecondInSummerAndWinter) {
  for (const char* due : {"2019-03-31T00:59:59Z", "2019-03-31T01:00:00Z", "2019-03-31T21:00:00Z",
                          "2019-10-27T00:30:00Z", "2019-10-27T01:30:00Z", "2019-10-27T22:00:00Z"}) {
    for (const auto grace : {0s, 60s, 86'400s}) {
      for (const auto extension : {0h, 1h, 24h, 24h * 7}) {
        PublishedTest test = published();
        test.due = *parseInstant(due);
        test.grace = grace;
        Extensions extensions;
        if (extension > 0h) extensions.set({kTest, "s1", test.due + extension, false, ""});
        const EffectiveTest own = extensions.effective(test, "s1");
        const Instant last = test.due + extension + grace;
        EXPECT_EQ(own.extended, extension > 0h);
        EXPECT_EQ(own.test.phaseAt(last - 1s), Phase::kOnTime) << due;
        EXPECT_EQ(own.test.phaseAt(last), Phase::kOnTime) << due;
        EXPECT_EQ(own.test.phaseAt(last + 1ms), Phase::kAfter) << due;
        EXPECT_EQ(own.test.phaseAt(last + 1s), Phase::kAfter) << due;
        EXPECT_EQ(extensions.effective(test, "s2").test.phaseAt(test.due + grace + 1s), Phase::kAfter);
        EXPECT_EQ(extensions.lastAccepted(test), last);
      }
    }
  }
}

}  // namespace
}  // namespace hearth::homework
