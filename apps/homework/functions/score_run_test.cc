#include "homework/functions/score_run.h"

#include <set>

#include "homework/functions/scoring_fixture.h"

namespace hearth::homework {
namespace {

TEST_F(Scoring, GradesMailsAndTellsTheTrainer) {
  submitted("student01", answersWith(5));
  submitted("student02", answersWith(6));
  const ScoreSummary summary = run(scheduledAt(kDue));
  EXPECT_TRUE(summary.problems.empty());

  const ScoreRecord score = scoreOf("student01");
  EXPECT_EQ(score.score, 4);
  EXPECT_EQ(score.points, 5);
  EXPECT_EQ(score.maxPoints, 6);
  EXPECT_EQ(scoreOf("student02").score, 5);
  EXPECT_EQ(course_.store.find(kPrefix + "student03/score.json"), nullptr);

  const auto mails = mailer_.to("student01@example.com");
  ASSERT_EQ(mails.size(), 1U);
  EXPECT_EQ(mails[0].header("Subject"), "[operating-systems] [test01] Test score");
  EXPECT_NE(text(mails[0]).find("Your score is: 4 of 5"), std::string::npos);
  EXPECT_EQ(digest().header("Subject"), "[Operating systems] test01: 2 graded, 1 not received, mean 4.5");
  EXPECT_NE(text(digest()).find("student03"), std::string::npos);
  EXPECT_EQ(mailer_.sent.size(), 3U);
}

// B06, B07: the run that fires at the deadline waits for the grace, and what arrives within it counts.
TEST_F(Scoring, WaitsForTheGraceOfTheDeadlineItWasMadeFor) {
  submitted("student01", answersWith(6), kDue + 59s);
  run(scheduledAt(kDue));
  EXPECT_EQ(clock_->waited, 90s);  // and until nothing that came within it is still on its way
  EXPECT_EQ(scoreOf("student01").score, 5);
}

TEST_F(Scoring, ATestThatIsNotDueIsLeftAlone) {
  submitted("student01", answersWith(6));
  run(scheduledAt(kDue - 1s));
  EXPECT_EQ(course_.store.find(kPrefix + "student01/score.json"), nullptr);
  EXPECT_TRUE(course_.store.keys("outbox/operating-systems/").empty());
}

TEST_F(Scoring, AGraceLongerThanTheRunIsLeftToALaterRun) {
  course_.catalogue.tests[0].grace = 1h;
  course_.writeCatalogue();
  submitted("student01", answersWith(6));
  run(scheduledAt(kDue));
  EXPECT_EQ(clock_->waited, 0s);
  EXPECT_TRUE(mailer_.sent.empty());  // not even "nothing to do": there is
  run(scheduledAt(kDue + 2h));
  EXPECT_EQ(mailer_.sent.size(), 2U);
}

// B22: both roundings, and what "out of" means is stored.
TEST_F(Scoring, RoundingIsTheCourses) {
  submitted("student01", answersWith(3));
  run(scheduledAt(kDue));
  EXPECT_EQ(scoreOf("student01").score, 3);
  course_.store.erase(kPrefix + "student01/score.json");
  course_.store.set("course.json", R"({"from":"h@example.com","trainers":["t@example.com"],"rounding":"legacy"})");
  run(nowAt(kDue + 1h));
  EXPECT_EQ(scoreOf("student01").score, 2);
  EXPECT_NE(course_.store.body(kPrefix + "student01/score.json").find("\"rounding\": \"legacy\""),
            std::string::npos);
}

// B01: no submission stops the others.
TEST_F(Scoring, PoisonousSubmissionsAreReportedAndTheRestIsGraded) {
  const char* poison[] = {"",
                          "null",
                          "\"not a list\"",
                          "[null]",
                          "[1]",
                          R"([{"questionId":"1"}])",
                          R"([{"answer":"a"}])",
                          R"([{"questionId":1,"answer":"a"}])",
                          "\xff\xfe",
                          "[[[["};
  course_.setRoster(12);
  for (int i = 0; i < 10; ++i) stored(SampleCourse::studentId(i + 1), poison[i]);
  stored("student11", R"([{"questionId":"1","answer":"a"},{"questionId":"99","answer":"\u0000"}])");
  submitted("student12", answersWith(6));
  const ScoreSummary summary = run(scheduledAt(kDue));
  EXPECT_TRUE(summary.problems.empty());
  EXPECT_EQ(scoreOf("student11").points, 1);  // one lacks questions: that is no error
  EXPECT_EQ(scoreOf("student12").score, 5);
  EXPECT_EQ(mailer_.sent.size(), 3U);
  EXPECT_NE(text(digest()).find("Unreadable submissions (10)"), std::string::npos) << text(digest());
}

// B28: only the exact key is a submission.
TEST_F(Scoring, KeysThatOnlyLookAlikeAreNoSubmissions) {
  course_.store.set(kPrefix + "student01/testResult.json.bak", "[]");
  course_.store.set(kPrefix + "student01/old/testResult.json", "[]");
  course_.store.set(kPrefix + "student01/attempts/x.json", "[]");
  course_.store.set("operating-systems/test011/student01/testResult.json", "[]");
  run(scheduledAt(kDue));
  EXPECT_EQ(digest().header("Subject"), "[Operating systems] test01: 0 graded, 3 not received");
}

TEST_F(Scoring, LateByOtherWaysIsNotGradedButNamed) {
  course_.store.time = kDue + 2h;
  course_.store.set(kPrefix + "student01/testResult.json", storedAnswers(answersWith(6)));
  submitted("student02", answersWith(6), kDue + 61s);
  run(scheduledAt(kDue));
  EXPECT_EQ(course_.store.find(kPrefix + "student01/score.json"), nullptr);
  EXPECT_EQ(course_.store.find(kPrefix + "student02/score.json"), nullptr);
  EXPECT_NE(text(digest()).find("Received too late, not graded (2)"), std::string::npos);
}

TEST_F(Scoring, FlaggedLateIsGradedInALaterRun) {
  course_.catalogue.tests[0].late = Late::kFlag;
  course_.catalogue.tests[0].lateUntil = kDue + 48h;
  course_.writeCatalogue();
  submitted("student01", answersWith(6));
  run(scheduledAt(kDue));
  submitted("student02", answersWith(3), kDue + 24h);
  run(scheduledAt(kDue + 24h * 7));
  EXPECT_TRUE(scoreOf("student02").late);
  EXPECT_EQ(mailer_.to("student01@example.com").size(), 1U);
  EXPECT_NE(text(mailer_.to("student02@example.com").at(0)).find("after the deadline"), std::string::npos);
  EXPECT_EQ(mailer_.to("trainer@example.com").size(), 2U);
  EXPECT_NE(course_.store.find("scoring/final/operating-systems/test01.json"), nullptr);
}

// B32: whoever is not on the roster is named, not graded and not ignored.
TEST_F(Scoring, SubmissionsOfStrangersAreNamed) {
  submitted("student99", answersWith(6));
  run(scheduledAt(kDue));
  EXPECT_EQ(course_.store.find(kPrefix + "student99/score.json"), nullptr);
  EXPECT_NE(text(digest()).find("student99"), std::string::npos);
}

// ------------------------------------------------------------------------------------------------- once, and only
// once

TEST_F(Scoring, RunningAgainChangesNothing) {
  submitted("student01", answersWith(5));
  run(scheduledAt(kDue));
  const auto score = course_.store.body(kPrefix + "student01/score.json");
  const std::size_t mails = mailer_.sent.size();
  run(scheduledAt(kDue));  // the same event, delivered twice
  run(nowAt(kDue + 1min));
  EXPECT_EQ(mailer_.sent.size(), mails);
  EXPECT_EQ(course_.store.body(kPrefix + "student01/score.json"), score);
}

TEST_F(Scoring, AFinishedTestCostsNothingMore) {
  submitted("student01", answersWith(5));
  run(scheduledAt(kDue));
  run(scheduledAt(kDue + 24h * 7));
  course_.store.calls.clear();
  run(scheduledAt(kDue + 24h * 14));
  EXPECT_EQ(course_.store.calls["list"], 3);  // which tests are final; earlier runs; the outbox of the run
  EXPECT_LE(course_.store.calls["get"], 5);
}

// B30: silence always means trouble.
TEST_F(Scoring, AScheduledRunWithNothingToDoSaysSo) {
  run(scheduledAt(kOpens + 1h));
  ASSERT_EQ(mailer_.sent.size(), 1U);
  EXPECT_EQ(digest().header("Subject"), "[Operating systems] nothing to score");
  run(scheduledAt(kOpens + 1h));
  EXPECT_EQ(mailer_.sent.size(), 1U);
  ScoreRequest quiet = scheduledAt(kOpens + 2h);
  quiet.quiet = true;
  run(quiet);
  run(nowAt(kOpens - 1h));
  EXPECT_EQ(mailer_.sent.size(), 1U);
  run(scheduledAt(kOpens + 3h));
  EXPECT_EQ(mailer_.sent.size(), 2U);
}

// A test has a schedule of its own; the weekly run after it has nothing to add, and says nothing.
TEST_F(Scoring, NobodyIsToldOfNothingRightAfterNews) {
  submitted("student01", answersWith(5));
  ScoreRequest own = scheduledAt(kDue + 61s);
  own.only = TestRef{"operating-systems", "test01"};
  run(own);
  EXPECT_EQ(mailer_.sent.size(), 2U);
  run(scheduledAt(kDue + 2min));
  EXPECT_EQ(mailer_.sent.size(), 2U);
  run(scheduledAt(kDue + 24h * 7));
  EXPECT_EQ(digest().header("Subject"), "[Operating systems] nothing to score");
}

// B31: a score that another run has just written is the one that counts.
TEST_F(Scoring, AScoreWrittenMeanwhileIsKept) {
  submitted("student01", answersWith(5));
  bool raced = false;
  course_.store.beforePut = [&](std::string_view key) {
    if (key != kPrefix + "student01/score.json" || raced) return;
    raced = true;
    course_.store.set(key, R"({"score": 1, "points": 1, "maxPoints": 6})");
  };
  run(scheduledAt(kDue));
  EXPECT_TRUE(raced);
  EXPECT_EQ(scoreOf("student01").score, 1);
  EXPECT_NE(text(mailer_.to("student01@example.com").at(0)).find("Your score is: 1"), std::string::npos);
}

TEST_F(Scoring, ARunUnderWayIsWaitedForOrLeftAlone) {
  course_.store.set("scoring/lease.json", R"({"holder":"other","expires":")" + formatInstant(kDue + 40s) + "\"}");
  submitted("student01", answersWith(5));
  EXPECT_FALSE(tryRun(scheduledAt(kDue), 30s).ok());
  EXPECT_TRUE(mailer_.sent.empty());
  EXPECT_EQ(course_.store.find(kPrefix + "student01/score.json"), nullptr);
  run(scheduledAt(kDue));
  EXPECT_GE(clock_->waited, 40s);
  EXPECT_EQ(mailer_.sent.size(), 2U);
}

TEST_F(Scoring, ALeaseFromAnotherTimeDoesNotStopScoringForYears) {
  course_.store.set("scoring/lease.json", R"({"holder":"other","expires":"2031-01-01T00:00:00Z"})");
  submitted("student01", answersWith(5));
  run(scheduledAt(kDue + 1h));
  EXPECT_EQ(mailer_.sent.size(), 2U);
  EXPECT_EQ(clock_->waited, 0s);
}

// The SDK repeats a put whose answer was lost; the repetition is refused because of the first.
TEST_F(Scoring, ALeaseWhoseAnswersWereLostIsStillOurs) {
  submitted("student01", answersWith(5));
  course_.store.losesAnswer = [](std::string_view key) { return key == "scoring/lease.json"; };
  course_.store.beforePut = [&](std::string_view key) {
    if (key.ends_with("/score.json")) clock_->wait(20s);  // time to prolong it
  };
  const ScoreSummary summary = run(scheduledAt(kDue + 1h));
  EXPECT_TRUE(summary.problems.empty());
  EXPECT_EQ(clock_->waited, 20s);
  EXPECT_EQ(mailer_.sent.size(), 2U);
}

TEST_F(Scoring, ARunThatLostItsLeaseStopsAndSendsNothing) {
  submitted("student01", answersWith(5));
  submitted("student02", answersWith(5));
  bool taken = false;
  course_.store.beforePut = [&](std::string_view key) {
    if (key != kPrefix + "student01/score.json" || taken) return;
    taken = true;
    course_.store.set("scoring/lease.json",
                      R"({"holder":"other","expires":")" + formatInstant(kDue + 1h + 50s) + "\"}");
    clock_->wait(20s);
  };
  auto summary = tryRun(scheduledAt(kDue + 1h));
  ASSERT_TRUE(summary.ok());
  EXPECT_FALSE(summary->problems.empty());
  EXPECT_TRUE(mailer_.sent.empty());
  EXPECT_NE(course_.store.body("scoring/lease.json").find("other"), std::string::npos);
}

// ----------------------------------------------------------------------------------------------------- mails that
// fail

// B04: one bad address is that address's problem.
TEST_F(Scoring, ARejectedAddressStopsNobody) {
  course_.setRoster(30);
  for (int i = 1; i <= 30; ++i) submitted(SampleCourse::studentId(i), answersWith(6));
  mailer_.refusals["student14@example.com"] = {"MessageRejected", "Email address is not verified", 400, false};
  const ScoreSummary summary = run(scheduledAt(kDue));
  EXPECT_TRUE(summary.problems.empty());
  EXPECT_EQ(mailer_.sent.size(), 30U);  // 29 students and the trainer
  EXPECT_EQ(mailer_.tries, 31);
  EXPECT_NE(text(digest()).find("Mails that did not go out (1)"), std::string::npos);
  EXPECT_NE(text(digest()).find("Email address is not verified"), std::string::npos);

  // It is not tried again by itself, but once the failure is taken away.
  run(nowAt(kDue + 1h));
  EXPECT_EQ(mailer_.tries, 31);
  mailer_.refusals.clear();
  for (const std::string& key : course_.store.keys("outbox/")) {
    if (key.ends_with(".failed.json")) course_.store.erase(key);
  }
  ScoreRequest again = nowAt(kDue + 2h);
  again.only = TestRef{"operating-systems", "test01"};
  run(again);
  EXPECT_EQ(mailer_.to("student14@example.com").size(), 1U);
  EXPECT_EQ(mailer_.sent.size(), 31U);
}

TEST_F(Scoring, TransientTroubleIsLeftToTheNextRun) {
  submitted("student01", answersWith(6));
  submitted("student02", answersWith(6));
  mailer_.refusals["student01@example.com"] = {"Throttling", "Maximum sending rate exceeded", 400, true};
  EXPECT_FALSE(run(scheduledAt(kDue)).problems.empty());
  EXPECT_EQ(course_.store.find("scoring/final/operating-systems/test01.json"), nullptr);
  mailer_.refusals.clear();
  EXPECT_TRUE(run(scheduledAt(kDue + 5min)).problems.empty());
  EXPECT_EQ(mailer_.to("student01@example.com").size(), 1U);
  EXPECT_EQ(mailer_.to("student02@example.com").size(), 1U);
  EXPECT_EQ(mailer_.to("trainer@example.com").size(), 1U);
}

TEST_F(Scoring, AMissingRightToSendIsNotBlamedOnTheStudents) {
  submitted("student01", answersWith(6));
  mailer_.refusals["student01@example.com"] = {"AccessDenied", "not authorized to perform ses:SendRawEmail", 403,
                                               false};
  run(scheduledAt(kDue));
  mailer_.refusals.clear();
  run(nowAt(kDue + 1h));
  EXPECT_EQ(mailer_.to("student01@example.com").size(), 1U);
}

TEST_F(Scoring, AnAddressThatIsNoneIsAFailureOfItsOwn) {
  course_.store.set("studentsList.json",
                    R"([{"student_id":"student01","email":"nobody"},{"student_id":"student02"}])");
  submitted("student01", answersWith(6));
  submitted("student02", answersWith(6));
  run(scheduledAt(kDue));
  EXPECT_EQ(mailer_.sent.size(), 1U);
  EXPECT_NE(text(digest()).find("Mails that did not go out (2)"), std::string::npos);
}

// ----------------------------------------------------------------------------------------------- content that is
// broken

// B16, B30: a test that cannot be scored raises an alarm and does not stop the other one.
TEST_F(Scoring, ATestWithoutAKeyRaisesAnAlarm) {
  course_.publish("networks", "test01");
  submitted("student01", answersWith(6));
  course_.store.erase("keys/networks/test01/" + course_.catalogue.tests[0].questionSet + ".json");
  const ScoreSummary summary = run(scheduledAt(kDue));
  ASSERT_EQ(summary.problems.size(), 1U);
  EXPECT_TRUE(summary.told);
  EXPECT_EQ(scoreOf("student01").score, 5);
  EXPECT_EQ(mailer_.to("trainer@example.com").size(), 2U);
  EXPECT_NE(text(mailer_.to("trainer@example.com").at(0)).find("could not score networks/test01"),
            std::string::npos);
  EXPECT_TRUE(run(scheduledAt(kDue + 1min)).told);
  EXPECT_EQ(mailer_.to("trainer@example.com").size(), 2U);  // said once a day
}

// One trouble, one mail: what the run itself could not tell is left to the failure of the run.
TEST_F(Scoring, TroubleThatNoAlarmToldIsNotCalledTold) {
  course_.publish("networks", "test01");
  course_.store.erase("keys/networks/test01/" + course_.catalogue.tests[0].questionSet + ".json");
  mailer_.refusals["trainer@example.com"] = {"MessageRejected", "not verified", 400, false};
  EXPECT_FALSE(run(scheduledAt(kDue)).told);
  mailer_.refusals.clear();
  submitted("student01", answersWith(6));
  mailer_.refusals["student01@example.com"] = {"Throttling", "", 400, true};
  const ScoreSummary waiting = run(scheduledAt(kDue + 24h));
  EXPECT_EQ(waiting.problems.size(), 2U);  // the test without a key, and a mail that waits
  EXPECT_FALSE(waiting.told);
}

TEST_F(Scoring, AnswersAreScoredByTheQuestionsTheyWereGivenTo) {
  submitted("student01", answersWith(6));
  // Published again with one more question and another key.
  json::array questions = json::parse(sampleQuestions()).as_array();
  json::object seventh = questions.back().as_object();
  seventh["questionId"] = "7";
  questions.push_back(seventh);
  const std::string text = json::serialize(questions);
  course_.store.set("published/questions/" + sha256Hex(text) + ".json", text);
  json::array key = json::parse(kSampleKey).as_array();
  key.push_back({{"questionId", "7"}, {"answer", "a"}});
  course_.store.set("keys/operating-systems/test01/" + sha256Hex(text) + ".json", json::serialize(key));
  course_.catalogue.tests[0].questionSet = sha256Hex(text);
  course_.writeCatalogue();
  submitted("student02", answersWith(6));
  run(scheduledAt(kDue));
  EXPECT_EQ(scoreOf("student01").maxPoints, 6);
  EXPECT_EQ(scoreOf("student02").maxPoints, 7);
  EXPECT_EQ(scoreOf("student02").score, 4);
}

TEST_F(Scoring, ACourseThatCannotBeReadIsAProblemBeforeAnythingIsDone) {
  submitted("student01", answersWith(6));
  for (const char* key : {"course.json", "studentsList.json", "published/catalogue.json"}) {
    const std::string before = course_.store.body(key);
    course_.store.set(key, "{");
    EXPECT_FALSE(tryRun(scheduledAt(kDue)).ok()) << key;
    course_.store.set(key, before);
  }
  course_.store.set("course.json", "{}");
  EXPECT_FALSE(tryRun(scheduledAt(kDue)).ok());  // nobody to send from
  EXPECT_TRUE(mailer_.sent.empty());
}

TEST_F(Scoring, SettingsOfTheFunctionFillWhatTheCourseLeavesOpen) {
  course_.store.erase("course.json");
  submitted("student01", answersWith(6));
  ManualClock clock(kDue);
  ASSERT_TRUE(runScoring(scheduledAt(kDue), {"env@example.com", "boss@example.com", "run", 1}, course_.store,
                         mailer_, clock)
                  .ok());
  EXPECT_EQ(mailer_.to("student01@example.com").at(0).from, "env@example.com");
  EXPECT_EQ(mailer_.to("boss@example.com").size(), 1U);
}

// --------------------------------------------------------------------------------------------------- by the
// trainer

TEST_F(Scoring, NowScoresWhatIsThereAndTheTestGoesOn) {
  submitted("student01", answersWith(6));
  run(nowAt(kDue - 24h));
  EXPECT_EQ(mailer_.sent.size(), 2U);
  EXPECT_NE(text(digest()).find("still open"), std::string::npos);
  submitted("student02", answersWith(6));
  run(scheduledAt(kDue));
  EXPECT_EQ(mailer_.to("student01@example.com").size(), 1U);
  EXPECT_EQ(mailer_.to("student02@example.com").size(), 1U);
  EXPECT_EQ(digest().header("Subject"), "[Operating systems] test01: 2 graded, 1 not received, mean 5.0");
}

TEST_F(Scoring, ADryRunWritesNothing) {
  submitted("student01", answersWith(3));
  ScoreRequest request = nowAt(kDue - 1h);
  request.dryRun = true;
  const auto before = course_.store.keys();
  const int puts = course_.store.calls["put"];
  const ScoreSummary summary = run(request);
  EXPECT_EQ(course_.store.keys(), before);
  EXPECT_EQ(course_.store.calls["put"], puts);
  EXPECT_TRUE(mailer_.sent.empty());
  EXPECT_EQ(summary.document.at("tests").at(0).at("students").at(0).at("score").as_int64(), 3);
}

TEST_F(Scoring, OneTestByName) {
  course_.publish("networks", "test01");
  submitted("student01", answersWith(6));
  submitted("student01", answersWith(6), kDue - 1h, {"networks", "test01"});
  ScoreRequest request = nowAt(kDue - 1h);
  request.only = TestRef{"networks", "test01"};
  run(request);
  EXPECT_EQ(course_.store.find(kPrefix + "student01/score.json"), nullptr);
  EXPECT_EQ(scoreOf("student01", "networks/test01/").score, 5);
  request.only = TestRef{"networks", "nope"};
  EXPECT_FALSE(tryRun(request).ok());
  request.now = false;
  request.only = TestRef{"networks", "test01"};
  EXPECT_FALSE(tryRun(request).ok());
}

TEST(ScoreRequests, AreReadStrictly) {
  const Instant fallback = kOpens;
  const auto read = [&](const char* text) { return parseScoreRequest(text, fallback); };
  EXPECT_TRUE(read("{}")->scheduled);
  EXPECT_EQ(read("{}")->time, fallback);
  const auto rule = read(
      R"({"version":"0","source":"aws.events","detail-type":"Scheduled Event","time":"2019-04-08T21:00:00Z","detail":{}})");
  EXPECT_TRUE(rule->scheduled);
  EXPECT_EQ(rule->time, kDue);
  const auto now = read(R"({"now":true,"test":"a/b","dryRun":true,"quiet":true})");
  EXPECT_TRUE(now->now && now->dryRun && now->quiet && !now->scheduled);
  EXPECT_EQ(now->only->path(), "a/b");
  for (const char* wrong : {"", "[]", R"({"now":"yes"})", R"({"dryRun":1})", R"({"test":"a"})", R"({"test":1})",
                            R"({"test":"../b"})", R"({"time":"monday"})", R"({"time":0})"}) {
    EXPECT_FALSE(read(wrong).ok()) << wrong;
  }
}

TEST_F(Scoring, ManyWorkersDoTheSame) {
  course_.setRoster(60);
  for (int i = 1; i <= 60; ++i) submitted(SampleCourse::studentId(i), answersWith(i % 7));
  auto summary = tryRun(scheduledAt(kDue), 300s, 8);
  ASSERT_TRUE(summary.ok());
  EXPECT_TRUE(summary->problems.empty());
  EXPECT_EQ(mailer_.sent.size(), 61U);
  std::set<std::string> recipients;
  for (const auto& mail : mailer_.sent) recipients.insert(mail.to);
  EXPECT_EQ(recipients.size(), 61U);
}

// B27: what a run costs grows with the submissions, not with tests times students.
TEST_F(Scoring, ARunMakesABoundedNumberOfCalls) {
  course_.setRoster(30);
  for (int i = 1; i <= 30; ++i) submitted(SampleCourse::studentId(i), answersWith(6));
  course_.store.calls.clear();
  run(scheduledAt(kDue));
  EXPECT_LE(course_.store.calls["list"], 3);
  EXPECT_LE(course_.store.calls["get"], 30 + 8);
  EXPECT_LE(course_.store.calls["put"], 4 * 30 + 8);
}

}  // namespace
}  // namespace hearth::homework
