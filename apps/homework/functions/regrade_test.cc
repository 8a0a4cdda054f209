// Extensions in the scoring, results, statistics, and what is scored again.
#include <algorithm>
#include <set>

#include "homework/domain/extensions.h"
#include "homework/functions/scoring_fixture.h"

namespace hearth::homework {
namespace {

const TestRef kTest{"operating-systems", "test01"};

class Rescoring : public Scoring {
 protected:
  void extend(const std::string& student, std::optional<Instant> due, bool excused = false) {
    Extensions extensions;
    extensions.set({kTest, student, due, excused, ""});
    course_.store.set("published/extensions.json", extensionsJson(extensions));
  }
  // The key as if question 4 had been marked wrongly: b instead of c.
  void fixKey() {
    json::array key = json::parse(kSampleKey).as_array();
    key[3].as_object()["answer"] = "b";
    key[0].as_object()["feedback"] = "now with words";
    course_.store.set("keys/operating-systems/test01/" + course_.catalogue.tests[0].questionSet + ".json",
                      json::serialize(key));
  }
  static ScoreRequest regradeAt(Instant time, bool dryRun = false) {
    ScoreRequest request;
    request.time = time;
    request.regrade = true;
    request.dryRun = dryRun;
    request.only = kTest;
    request.reason = "Q4 key fixed";
    return request;
  }
  std::string status(const ScoreSummary& summary, int row) const {
    return std::string(summary.document.at("tests")
                           .at(0)
                           .at("students")
                           .at(static_cast<std::size_t>(row))
                           .at("status")
                           .as_string());
  }
};

// ------------------------------------------------------------------------------------------------------ extensions

TEST_F(Rescoring, WhoHasMoreTimeIsScoredAtTheirOwnDeadline) {
  extend("student02", kDue + 24h);
  submitted("student01", answersWith(6));
  submitted("student02", answersWith(3));  // may still change
  ScoreSummary summary = run(scheduledAt(kDue));
  EXPECT_EQ(status(summary, 0), "graded");
  EXPECT_EQ(status(summary, 1), "extended");
  EXPECT_EQ(status(summary, 2), "missing");
  EXPECT_EQ(summary.document.at("tests").at(0).at("students").at(1).at("due").as_string(),
            formatInstant(kDue + 24h));
  EXPECT_EQ(course_.store.find(kPrefix + "student02/score.json"), nullptr);
  EXPECT_NE(text(digest()).find("With more time, may still submit (1)"), std::string::npos) << text(digest());
  EXPECT_NE(text(digest()).find("Missing tests (1)"), std::string::npos);
  EXPECT_EQ(course_.store.find("scoring/final/operating-systems/test01.json"), nullptr);

  run(scheduledAt(kDue + 2h));  // not final while somebody may submit
  EXPECT_EQ(course_.store.find("scoring/final/operating-systems/test01.json"), nullptr);

  submitted("student02", answersWith(6), kDue + 24h);
  ScoreRequest own = scheduledAt(kDue + 24h + 61s);  // the extension's own schedule
  own.only = kTest;
  summary = run(own);
  EXPECT_EQ(clock_->waited, 29s);
  EXPECT_EQ(scoreOf("student02").points, 6);
  EXPECT_FALSE(scoreOf("student02").late);
  run(scheduledAt(kDue + 24h * 7));
  EXPECT_NE(course_.store.find("scoring/final/operating-systems/test01.json"), nullptr);
  EXPECT_EQ(mailer_.to("student01@example.com").size(), 1U);
  EXPECT_EQ(mailer_.to("student02@example.com").size(), 1U);
}

TEST_F(Rescoring, NowTakesWhatIsThere) {
  extend("student02", kDue + 24h);
  submitted("student02", answersWith(3));
  run(nowAt(kDue + 1h));
  EXPECT_EQ(scoreOf("student02").points, 3);
}

TEST_F(Rescoring, WhoIsExcusedIsNotMissingAndIsGradedAllTheSame) {
  extend("student02", std::nullopt, true);
  ScoreSummary summary = run(scheduledAt(kDue));
  EXPECT_EQ(status(summary, 1), "excused");
  EXPECT_EQ(digest().header("Subject"), "[Operating systems] test01: 0 graded, 2 not received");
  submitted("student02", answersWith(6));
  summary = run(scheduledAt(kDue + 1h));
  EXPECT_EQ(status(summary, 1), "graded");
}

// Check 9: the scoring agrees with the API about every second around a deadline.
TEST_F(Rescoring, ASecondTooLateIsTooLateWhateverTheDeadline) {
  int number = 0;
  for (const auto extension : {0h, 1h, 24h}) {
    for (const auto offset : {-1s, 0s, 60s, 61s}) {
      holder_.emplace(3);
      if (extension > 0h) extend("student01", kDue + extension);
      submitted("student01", answersWith(6), kDue + extension + offset);
      run(scheduledAt(kDue + extension + 24h));
      EXPECT_EQ(course_.store.find(kPrefix + "student01/score.json") != nullptr, offset <= 60s)
          << extension.count() << " " << offset.count();
      ++number;
    }
  }
  EXPECT_EQ(number, 12);
}

TEST_F(Rescoring, AScheduleForATestThatMovedIsSilent) {
  ScoreRequest early = scheduledAt(kDue - 24h);
  early.only = kTest;
  run(early);
  EXPECT_TRUE(mailer_.sent.empty());
}

// --------------------------------------------------------------------------------------------- results, statistics

TEST_F(Rescoring, EveryScoreIsExplainedQuestionByQuestion) {
  course_.store.set("course.json", R"({"name":"OS","from":"h@example.com","trainers":["t@example.com"],
      "grades":[{"from":80,"grade":"very good"},{"from":0,"grade":"passed"}]})");
  submitted("student01", answersWith(5));
  run(scheduledAt(kDue));
  EXPECT_EQ(scoreOf("student01").grade, "very good");
  const auto result = parseResult(course_.store.body(kPrefix + "student01/result.json"));
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->questions.size(), 6U);
  EXPECT_TRUE(result->questions[0].points.right);
  EXPECT_EQ(result->questions[5].points.given, "b");
  EXPECT_EQ(result->questions[5].correct, "d");
  EXPECT_NE(text(mailer_.to("student01@example.com").at(0)).find("5 of 6 points, grade very good"),
            std::string::npos);
}

TEST_F(Rescoring, ALaterRunKnowsTheStatisticsOfAnEarlierOne) {
  course_.setRoster(12);
  for (int i = 1; i <= 12; ++i) submitted(SampleCourse::studentId(i), answersWith(i % 7));
  const json::value first = run(scheduledAt(kDue)).document.at("tests").at(0).at("statistics");
  EXPECT_EQ(first.at("n").to_number<int>(), 12);
  EXPECT_EQ(first.at("sheets").to_number<int>(), 12);
  EXPECT_FALSE(first.at("alpha").is_null());
  EXPECT_EQ(run(scheduledAt(kDue + 1h)).document.at("tests").at(0).at("statistics"), first);
  EXPECT_EQ(json::parse(course_.store.body("operating-systems/test01/class.json")).at("n").as_int64(), 12);
}

TEST_F(Rescoring, TheDigestSaysWhichKeyToCheck) {
  course_.setRoster(8);
  // Everybody who knows the rest says b in question 4.
  for (int i = 1; i <= 8; ++i) {
    Answers answers = answersWith(i <= 5 ? 6 : 0);
    if (i <= 5) answers[3].answer = "b";
    if (i > 5) answers[3].answer = "c";
    submitted(SampleCourse::studentId(i), answers);
  }
  run(scheduledAt(kDue));
  EXPECT_NE(text(digest()).find("Check the key of Q4"), std::string::npos) << text(digest());
  EXPECT_EQ(text(digest()).find("Check the key of Q1"), std::string::npos);
}

// ---------------------------------------------------------------------------------------------------------
// regrades

TEST_F(Rescoring, ARegradeChangesWhatHasChangedAndTellsOnlyThem) {
  submitted("student01", answersWith(3));  // b in question 4: a point more
  submitted("student02", answersWith(6));  // c in question 4: a point less
  Answers none = answersWith(6);
  none[3].answer = "d";  // wrong before and after
  submitted("student03", none);
  run(scheduledAt(kDue));
  fixKey();
  const std::size_t mails = mailer_.sent.size();

  const auto before = course_.store.keys();
  const int puts = course_.store.calls["put"];
  ScoreSummary plan = run(regradeAt(kDue + 1h, true));
  EXPECT_EQ(course_.store.keys(), before);
  EXPECT_EQ(course_.store.calls["put"], puts);
  ASSERT_EQ(plan.document.at("changes").as_array().size(), 2U);
  EXPECT_EQ(json::serialize(plan.document.at("changes").at(0)),
            R"({"studentId":"student01","from":{"score":3,"points":3},"to":{"score":3,"points":4}})");

  const ScoreSummary done = run(regradeAt(kDue + 1h));
  EXPECT_EQ(done.document.at("changes"), plan.document.at("changes"));
  EXPECT_EQ(scoreOf("student01").points, 4);
  EXPECT_EQ(scoreOf("student01").version, 2);
  EXPECT_EQ(scoreOf("student01").reason, "Q4 key fixed");
  EXPECT_EQ(scoreOf("student01").previous->points, 3);
  EXPECT_EQ(scoreOf("student03").version, 1);
  EXPECT_NE(course_.store.body(kPrefix + "student03/result.json").find("now with words"), std::string::npos);
  const auto mail = mailer_.to("student01@example.com").back();
  EXPECT_EQ(mail.header("Subject"), "[operating-systems] [test01] Corrected score");
  EXPECT_EQ(mailer_.to("student03@example.com").size(), 1U);
  EXPECT_EQ(mailer_.sent.size(), mails + 3);  // two corrections and a digest
  const auto records = course_.store.keys("scoring/regrade/operating-systems/test01/");
  ASSERT_EQ(records.size(), 1U);
  EXPECT_NE(course_.store.body(records[0]).find("student02"), std::string::npos);

  // Again: nothing.
  EXPECT_TRUE(run(regradeAt(kDue + 2h)).document.at("changes").as_array().empty());
  run(nowAt(kDue + 3h));
  EXPECT_EQ(mailer_.sent.size(), mails + 3);
  EXPECT_EQ(course_.store.keys("scoring/regrade/").size(), 1U);
}

TEST_F(Rescoring, ARegradeLeavesScoresOfOtherHandsAndOpenSubmissionsAlone) {
  course_.store.set(kPrefix + "student01/score.json", "{\n    \"score\": 1\n}");
  stored("student01", storedAnswers(answersWith(6)));
  submitted("student02", answersWith(6));
  run(nowAt(kDue - 2h));
  submitted("student03", answersWith(6), kDue - 1h);
  fixKey();
  const ScoreSummary done = run(regradeAt(kDue - 30min));
  EXPECT_EQ(done.document.at("changes").as_array().size(), 1U);
  EXPECT_EQ(scoreOf("student01").score, 1);
  EXPECT_EQ(scoreOf("student02").points, 5);
  EXPECT_EQ(course_.store.find(kPrefix + "student03/score.json"), nullptr);  // may still submit
  EXPECT_EQ(status(done, 2), "extended");
}

TEST_F(Rescoring, NewGradesAreARegradeToo) {
  submitted("student01", answersWith(5));
  run(scheduledAt(kDue));
  course_.store.set("course.json", R"({"name":"OS","from":"h@example.com","trainers":["t@example.com"],
      "grades":[{"from":80,"grade":"A"},{"from":0,"grade":"B"}]})");
  EXPECT_EQ(run(regradeAt(kDue + 1h)).document.at("changes").as_array().size(), 1U);
  EXPECT_EQ(scoreOf("student01").grade, "A");
}

TEST(RegradeRequests, SayWhichTestAndWhy) {
  const auto read = [](const char* text) { return parseScoreRequest(text, kDue); };
  EXPECT_TRUE(read(R"({"regrade":true,"test":"a/b","reason":" Q4  key "})").ok());
  EXPECT_EQ(read(R"({"regrade":true,"test":"a/b","reason":" Q4  key "})")->reason, "Q4 key");
  EXPECT_TRUE(read(R"({"regrade":true,"test":"a/b","dryRun":true})").ok());
  EXPECT_FALSE(read(R"({"regrade":true,"reason":"x"})").ok());
  EXPECT_FALSE(read(R"({"regrade":true,"test":"a/b"})").ok());
  EXPECT_FALSE(read(R"({"regrade":true,"test":"a/b","reason":"a\nb"})").ok());
  EXPECT_TRUE(read(R"({"scheduled":true,"test":"a/b"})")->scheduled);
  EXPECT_FALSE(read(R"({"test":"a/b"})")->scheduled);
  EXPECT_FALSE(read(R"({"scheduled":true,"now":true})")->scheduled);
}

class KillingRegrade : public Rescoring, public ::testing::WithParamInterface<KillPlan::When> {};

// Killed at every write and repeated: every changed student has one new version and one correction.
TEST_P(KillingRegrade, TheNextOneEndsTheSame) {
  int changes = 0;
  for (int at = 0; at == 0 || at <= changes; ++at) {
    SCOPED_TRACE(at);
    holder_.emplace(3);
    mailer_.sent.clear();
    submitted("student01", answersWith(3));
    submitted("student02", answersWith(6));
    submitted("student03", answersWith(2));
    run(scheduledAt(kDue));
    fixKey();
    const std::size_t before = mailer_.sent.size();
    KillPlan plan;
    course_.store.plan = &plan;
    mailer_.plan = &plan;
    plan.arm(at, GetParam());
    bool killed = false;
    bool sendWasCut = false;
    try {
      run(regradeAt(kDue + 1h));
    } catch (const Killed&) {
      killed = true;
      const auto keys = course_.store.keys("outbox/");
      const auto sent =
          std::count_if(keys.begin(), keys.end(), [](auto& key) { return key.ends_with(".sent.json"); });
      sendWasCut = mailer_.sent.size() > static_cast<std::size_t>(sent);
      run(regradeAt(kDue + 1h + 5min));
    }
    if (at == 0) {
      changes = plan.count();
      ASSERT_GT(changes, 10);
    } else {
      ASSERT_TRUE(killed);
    }
    course_.store.plan = nullptr;
    mailer_.plan = nullptr;
    for (const auto& [student, points] : {std::pair{"student01", 4}, {"student02", 5}, {"student03", 3}}) {
      EXPECT_EQ(scoreOf(student).points, points);
      EXPECT_EQ(scoreOf(student).version, 2);
      EXPECT_EQ(parseResult(course_.store.body(kPrefix + student + "/result.json"))->version, 2);
    }
    std::set<std::string> corrections;
    for (const auto& mail : mailer_.sent) {
      if (mail.header("Subject").ends_with("Corrected score")) corrections.insert(mail.header("Message-ID"));
    }
    EXPECT_EQ(corrections.size(), 3U);
    EXPECT_EQ(mailer_.sent.size() - before, sendWasCut ? 5U : 4U);  // three corrections and a digest
  }
}

INSTANTIATE_TEST_SUITE_P(EveryWrite, KillingRegrade,
                         ::testing::Values(KillPlan::When::kBefore, KillPlan::When::kAfter), [](const auto& param) {
                           return param.param == KillPlan::When::kBefore ? "before" : "after";
                         });

// 300 students, 15 tests: what a run costs is what was submitted, and the bound is that of README.md.
TEST_F(Rescoring, AWholeCourseMakesABoundedNumberOfCalls) {
  course_.setRoster(300);
  for (int t = 2; t <= 15; ++t)
    course_.publish("operating-systems", "test" + std::string(t < 10 ? "0" : "") + std::to_string(t));
  for (const PublishedTest& test : course_.catalogue.tests) {
    for (int i = 1; i <= 300; ++i) submitted(SampleCourse::studentId(i), answersWith(i % 7), kDue - 1h, test.ref);
  }
  course_.store.calls.clear();
  auto summary = tryRun(scheduledAt(kDue), 600s, 8);
  ASSERT_TRUE(summary.ok());
  EXPECT_TRUE(summary->problems.empty());
  EXPECT_EQ(mailer_.sent.size(), 15U * 301U);
  EXPECT_LE(course_.store.calls["list"], 1 + 2 * 15);
  EXPECT_LE(course_.store.calls["get"], 15 * (300 + 2) + 8);
  EXPECT_LE(course_.store.calls["put"], 15 * (4 * 300 + 6) + 30);
  EXPECT_LE(course_.store.calls["head"], 1);
  // The safety net, a week later, reads each score and its questions, and writes reports.
  course_.store.calls.clear();
  ASSERT_TRUE(tryRun(scheduledAt(kDue + 24h * 7), 600s, 8).ok());
  EXPECT_LE(course_.store.calls["get"], 15 * (2 * 300 + 2) + 8);
  EXPECT_LE(course_.store.calls["put"], 15 * 3 + 8);
}

}  // namespace
}  // namespace hearth::homework
