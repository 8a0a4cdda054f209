#include "homework/domain/catalogue.h"

#include <gtest/gtest.h>

#include "homework/domain/course.h"

namespace hearth::homework {
namespace {

using namespace std::chrono_literals;

const std::string kHash(64, 'a');

std::string catalogueWith(const std::string& members) {
  return R"({"version":1,"publishedAt":"2019-04-01T10:00:00Z","tests":[{"subject":"os","testId":"t1","due":"2019-04-08T21:00:00Z","questionSet":")" +
         kHash + "\"" + (members.empty() ? "" : "," + members) + "}]}";
}

PublishedTest testWith(const std::string& members) { return parseCatalogue(catalogueWith(members))->tests.at(0); }

TEST(Catalogues, DefaultsAndRoundTrip) {
  const PublishedTest test = testWith("");
  EXPECT_EQ(test.title, "t1");
  EXPECT_EQ(test.grace, 60s);
  EXPECT_EQ(test.late, Late::kReject);
  EXPECT_EQ(test.opens, Instant{});

  const std::string text =
      R"({"version":1,"publishedAt":"2019-04-01T10:00:00Z","zone":{"name":"Europe/Warsaw","offsets":[{"from":"1970-01-01T00:00:00Z","seconds":3600},{"from":"2019-03-31T01:00:00Z","seconds":7200}]},"tests":[)"
      R"({"subject":"b","testId":"t","title":"T","opens":"2019-04-01T10:00:00Z","due":"2019-04-08T23:00:00+02:00","graceSeconds":0,"late":"flag","lateUntil":"2019-04-15T21:00:00Z","questionSet":")" +
      kHash + R"("},{"subject":"a","testId":"t","due":"2019-04-08T21:00:00Z","questionSet":")" + kHash + R"("}]})";
  const auto once = parseCatalogue(text);
  ASSERT_TRUE(once.ok()) << once.problem().message;
  EXPECT_EQ(once->tests[0].ref.subject, "a");
  EXPECT_EQ(once->tests[1].due, *parseInstant("2019-04-08T21:00:00Z"));
  const auto twice = parseCatalogue(catalogueJson(*once));
  ASSERT_TRUE(twice.ok());
  EXPECT_EQ(catalogueJson(*once), catalogueJson(*twice));
  EXPECT_EQ(twice->zone.offsetAt(*parseInstant("2019-04-08T21:00:00Z")), 2h);
  EXPECT_NE(twice->find({"b", "t"}), nullptr);
  EXPECT_EQ(twice->find({"b", "nope"}), nullptr);
}

TEST(Catalogues, WhatIsWrongIsRefused) {
  for (const char* members : {R"("opens":"2019-04-09T00:00:00Z")", R"("opens":"monday")", R"("graceSeconds":-1)",
                              R"("graceSeconds":86401)", R"("graceSeconds":"60")", R"("late":"maybe")",
                              R"("late":"flag","lateUntil":"never")", R"("title":"")"}) {
    EXPECT_FALSE(parseCatalogue(catalogueWith(members)).ok()) << members;
  }
  for (
      const std::string& text :
      {std::string("[]"), std::string("{}"),
       std::string(R"({"version":2,"publishedAt":"2019-04-01T10:00:00Z","tests":[]})"),
       std::string(R"({"version":1,"publishedAt":"2019-04-01T10:00:00Z"})"),
       std::string(
           R"({"version":1,"publishedAt":"2019-04-01T10:00:00Z","tests":[{"subject":"keys","testId":"t","due":"2019-04-08T21:00:00Z","questionSet":")") +
           kHash + "\"}]}",
       std::string(
           R"({"version":1,"publishedAt":"2019-04-01T10:00:00Z","tests":[{"subject":"a/b","testId":"t","due":"2019-04-08T21:00:00Z","questionSet":")") +
           kHash + "\"}]}",
       std::string(
           R"({"version":1,"publishedAt":"2019-04-01T10:00:00Z","tests":[{"subject":"a","testId":"t","due":"2019-04-08T21:00:00Z","questionSet":"../../keys"}]})"),
       std::string(
           R"({"version":1,"publishedAt":"2019-04-01T10:00:00Z","zone":{"offsets":[{"from":"2019-04-01T10:00:00Z","seconds":1},{"from":"2019-04-01T10:00:00Z","seconds":2}]},"tests":[]})")}) {
    EXPECT_FALSE(parseCatalogue(text).ok()) << text;
  }
  std::string twice = catalogueWith("");
  const std::string entry = twice.substr(twice.find("[{") + 1, twice.rfind("}]") - twice.find("[{"));
  twice.insert(twice.rfind("]"), "," + entry);
  EXPECT_FALSE(parseCatalogue(twice).ok());
}

// B07, and the deadline to the millisecond.
TEST(Deadlines, GraceBelongsToTheTimeAllowed) {
  const PublishedTest test = testWith(R"("opens":"2019-04-01T10:00:00Z","graceSeconds":60)");
  EXPECT_EQ(test.phaseAt(test.opens - 1ms), Phase::kBefore);
  EXPECT_EQ(test.phaseAt(test.opens), Phase::kOnTime);
  EXPECT_EQ(test.phaseAt(test.due - 1s), Phase::kOnTime);
  EXPECT_EQ(test.phaseAt(test.due + 1s), Phase::kOnTime);
  EXPECT_EQ(test.phaseAt(test.due + 60s), Phase::kOnTime);
  EXPECT_EQ(test.phaseAt(test.due + 60s + 1ms), Phase::kAfter);
}

TEST(Deadlines, FlaggedLateIsAcceptedUntilItsOwnEnd) {
  const PublishedTest test = testWith(R"("graceSeconds":0,"late":"flag","lateUntil":"2019-04-10T21:00:00Z")");
  EXPECT_EQ(test.phaseAt(test.due), Phase::kOnTime);
  EXPECT_EQ(test.phaseAt(test.due + 1ms), Phase::kLate);
  EXPECT_EQ(test.phaseAt(*test.lateUntil), Phase::kLate);
  EXPECT_EQ(test.phaseAt(*test.lateUntil + 1ms), Phase::kAfter);
  // Without an end of its own, or with one within the grace, late is as good as never.
  EXPECT_EQ(testWith(R"("late":"flag")").acceptedUntil(), test.due + 60s);
  EXPECT_EQ(testWith(R"("late":"flag","lateUntil":"2019-04-08T21:00:10Z")").acceptedUntil(), test.due + 60s);
  EXPECT_EQ(testWith(R"("lateUntil":"2019-04-10T21:00:00Z")").acceptedUntil(), test.due + 60s);
}

TEST(Courses, DefaultsAndMistakes) {
  const auto course = parseCourse("{}");
  ASSERT_TRUE(course.ok());
  EXPECT_EQ(course->scale, 5);
  EXPECT_EQ(course->rounding, Rounding::kHalfUp);
  const auto full = parseCourse(
      R"({"name":"Os","timezone":"Europe/Warsaw","lang":"pl","from":"Anna N. <a@example.com>","trainers":["t@example.com"],"scale":10,"rounding":"legacy"})");
  ASSERT_TRUE(full.ok()) << full.problem().message;
  EXPECT_EQ(full->rounding, Rounding::kLegacy);
  EXPECT_EQ(full->trainers, std::vector<std::string>{"t@example.com"});
  for (const char* wrong :
       {"[]", R"({"name":"a\r\nBcc: x@example.com"})", R"({"from":"nobody"})", R"({"from":"a@b.c\r\nX: y"})",
        R"({"trainers":["x"]})", R"({"trainers":"t@example.com"})", R"({"scale":0})", R"({"scale":5.5})",
        R"({"rounding":"up"})"}) {
    EXPECT_FALSE(parseCourse(wrong).ok()) << wrong;
  }
}

TEST(Rosters, IdsAreUniqueAndAddressesAreKept) {
  const auto roster = parseRoster(
      R"([{"student_id":"s1","email":"s1@example.com","name":"Ąnna"},{"student_id":"s2","email":"not an address"}])");
  ASSERT_TRUE(roster.ok());
  EXPECT_EQ(roster->find("s1")->name, "Ąnna");
  EXPECT_EQ(roster->find("s2")->email, "not an address");
  EXPECT_EQ(roster->find("S1"), nullptr);
  for (const char* wrong :
       {"{}", "[1]", R"([{"email":"x@example.com"}])", R"([{"student_id":"a/b"}])",
        R"([{"student_id":"a"},{"student_id":"a"}])", R"([{"student_id":"a","email":"x@example.com\nBcc: y"}])"}) {
    EXPECT_FALSE(parseRoster(wrong).ok()) << wrong;
  }
}

TEST(MailAddresses, OnlyWhatCannotBreakAHeader) {
  for (const char* good : {"a@example.com", "a.b+c@sub.example.com", "o'neil@example.ie"})
    EXPECT_TRUE(isMailAddress(good));
  for (const char* bad : {"", "a", "@example.com", "a@", "a@b", "a@.com", "a@b.", "a b@example.com", "a@b@c.com",
                          "a@example.com\r\n", "<a@example.com>", "a,b@example.com", "ż@example.com"}) {
    EXPECT_FALSE(isMailAddress(bad)) << bad;
  }
  EXPECT_EQ(addressOf("Homework <h@example.com>"), "h@example.com");
  EXPECT_EQ(addressOf("h@example.com"), "h@example.com");
  EXPECT_EQ(addressOf("Homework <h>"), "");
}

TEST(AccessKeys, LeadFromKeyIdToStudent) {
  const auto keys = parseAccessKeys(R"({"k1":"s1","k2":"s1"})");
  ASSERT_TRUE(keys.ok());
  EXPECT_EQ(keys->find("k2")->second, "s1");
  EXPECT_FALSE(keys->contains("s1"));
  EXPECT_FALSE(parseAccessKeys(R"({"k1":1})").ok());
  EXPECT_FALSE(parseAccessKeys(R"({"k1":"a/b"})").ok());
  EXPECT_FALSE(parseAccessKeys("[]").ok());
}

}  // namespace
}  // namespace hearth::homework
