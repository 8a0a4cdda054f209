// Submissions and runs at the same time: whatever their order, the attempt that a student has a receipt for is the
// one that is graded in the end.
#include <set>

#include "homework/functions/api_functions.h"
#include "homework/functions/scoring_fixture.h"

namespace hearth::homework {
namespace {

class ScoringRaces : public Scoring {
 protected:
  // Through submit-test, as the gateway took it at `received`; returns the status.
  int submit(int right, Instant received) {
    json::array given;
    for (const Answer& answer : answersWith(right)) {
      given.push_back({{"questionId", answer.questionId}, {"answer", answer.answer}});
    }
    const json::object body{
        {"subjectName", "operating-systems"}, {"testId", "test01"}, {"testResult", std::move(given)}};
    const json::object event{{"httpMethod", "POST"},
                             {"body", json::serialize(body)},
                             {"requestContext",
                              {{"requestId", "r-1"},
                               {"requestTimeEpoch", received.time_since_epoch().count()},
                               {"identity", {{"apiKeyId", "key-student01"}}}}}};
    const json::value answer = json::parse(serveApi(submitTest, json::serialize(event), received, {course_.store}));
    return static_cast<int>(answer.at("statusCode").as_int64());
  }

  // Once, just before the first put to a key that contains `part`.
  void justBefore(std::string part, std::function<void()> action) {
    course_.store.beforePut = [this, part = std::move(part), action = std::move(action)](std::string_view key) {
      if (key.find(part) == std::string_view::npos) return;
      const auto once = std::exchange(course_.store.beforePut, nullptr);
      const auto act = action;
      act();
    };
  }

  std::size_t mailsToStudent() const { return mailer_.to("student01@example.com").size(); }

  // What the next runs must come to: the answers with all six right, told to the student in the last mail.
  void expectTheNewestIsGraded(int version) {
    run(scheduledAt(kDue + 24h));
    const ScoreRecord score = scoreOf("student01");
    EXPECT_EQ(score.points, 6);
    EXPECT_EQ(score.version, version);
    EXPECT_EQ(score.receivedAt, kDue - 1s);
    ASSERT_EQ(mailsToStudent(), static_cast<std::size_t>(version));
    EXPECT_NE(text(mailer_.to("student01@example.com").back()).find("Your score is: 5 of 5"), std::string::npos);
    std::size_t told = 0;  // digests: one for each version of the results
    for (const auto& mail : mailer_.to("trainer@example.com")) {
      told += mail.header("Subject") == "[Operating systems] test01: 1 graded, 2 not received, mean 5.0" ? 1U : 0U;
    }
    EXPECT_EQ(told, 1U);

    // Once and for all.
    const std::size_t mails = mailer_.sent.size();
    run(nowAt(kDue + 25h));
    ScoreRequest one = nowAt(kDue + 26h);
    one.only = TestRef{"operating-systems", "test01"};
    run(one);
    EXPECT_EQ(mailer_.sent.size(), mails);
    EXPECT_EQ(scoreOf("student01").version, version);
  }
};

TEST_F(ScoringRaces, ARunOvertakesASubmissionThatIsNotStoredYet) {
  ASSERT_EQ(submit(3, kDue - 1h), 200);
  justBefore("/attempts/", [&] { run(scheduledAt(kDue)); });
  ASSERT_EQ(submit(6, kDue - 1s), 200);
  EXPECT_EQ(scoreOf("student01").points, 3);
  expectTheNewestIsGraded(2);
  EXPECT_NE(text(mailer_.to("student01@example.com").back()).find("replaces the score"), std::string::npos);
}

TEST_F(ScoringRaces, ARunBetweenTheAttemptAndItsPointerGradesTheAttempt) {
  ASSERT_EQ(submit(3, kDue - 1h), 200);
  justBefore("/testResult.json", [&] { run(scheduledAt(kDue)); });
  ASSERT_EQ(submit(6, kDue - 1s), 200);
  EXPECT_EQ(scoreOf("student01").points, 6);
  expectTheNewestIsGraded(1);
}

TEST_F(ScoringRaces, AFirstSubmissionIsOvertaken) {
  justBefore("/attempts/", [&] { run(scheduledAt(kDue)); });
  ASSERT_EQ(submit(6, kDue - 1s), 200);
  EXPECT_EQ(course_.store.find(kPrefix + "student01/score.json"), nullptr);
  expectTheNewestIsGraded(1);
}

TEST_F(ScoringRaces, ASubmissionComesBetweenReadingAndScoring) {
  ASSERT_EQ(submit(3, kDue - 1h), 200);
  int status = 0;
  justBefore("/score.json", [&] { status = submit(6, kDue - 1s); });
  run(scheduledAt(kDue));
  EXPECT_EQ(status, 200);
  EXPECT_EQ(scoreOf("student01").points, 3);
  expectTheNewestIsGraded(2);
}

// The process died between the attempt and its pointer: there is no receipt, but there may be one at any time.
TEST_F(ScoringRaces, AnAttemptWithoutAPointerIsGraded) {
  ASSERT_EQ(submit(3, kDue - 1h), 200);
  course_.store.trouble = [](std::string_view key) -> std::optional<sdk::Error> {
    if (!key.ends_with("/testResult.json")) return std::nullopt;
    return sdk::Error{"InternalError", "", 500, true};
  };
  EXPECT_EQ(submit(6, kDue - 1s), 503);
  course_.store.trouble = nullptr;
  run(scheduledAt(kDue));
  EXPECT_EQ(scoreOf("student01").points, 6);
  EXPECT_EQ(submit(6, kDue + 1h), 200);  // the same answers again: the receipt of the attempt that counted
  expectTheNewestIsGraded(1);
}

TEST_F(ScoringRaces, TwoRunsGradeAgainAtOnce) {
  ASSERT_EQ(submit(3, kDue - 1h), 200);
  justBefore("/attempts/", [&] { run(scheduledAt(kDue)); });
  ASSERT_EQ(submit(6, kDue - 1s), 200);
  justBefore("/score.json", [&] {
    course_.store.erase("scoring/lease.json");
    ManualClock clock(kDue + 2h);
    ASSERT_TRUE(runScoring(nowAt(kDue + 2h), {"", "", "other", 1}, course_.store, mailer_, clock).ok());
  });
  run(nowAt(kDue + 2h));
  EXPECT_EQ(scoreOf("student01").points, 6);
  EXPECT_EQ(scoreOf("student01").version, 2);
  std::set<std::string> ids;  // without the lease the same mail may go out twice, but no other
  for (const auto& mail : mailer_.to("student01@example.com")) ids.insert(mail.header("Message-ID"));
  EXPECT_EQ(ids.size(), 2U);
}

TEST_F(ScoringRaces, AScoreByOtherHandsStays) {
  ASSERT_EQ(submit(6, kDue - 1s), 200);
  course_.store.set(kPrefix + "student01/score.json", R"({"score": 2})");
  run(scheduledAt(kDue));
  EXPECT_EQ(course_.store.body(kPrefix + "student01/score.json"), R"({"score": 2})");
}

// What came too late never takes the place of a score.
TEST_F(ScoringRaces, ALateAttemptReplacesNothing) {
  submitted("student01", answersWith(3));
  run(scheduledAt(kDue));
  submitted("student01", answersWith(6), kDue + 61s);
  run(nowAt(kDue + 2h));
  EXPECT_EQ(scoreOf("student01").points, 3);
  EXPECT_EQ(scoreOf("student01").version, 1);
  EXPECT_EQ(mailsToStudent(), 1U);
}

}  // namespace
}  // namespace hearth::homework
