// Scoring: a course with three students, and runs of the scoring over it. For the tests of score_run.
#pragma once

#include <gtest/gtest.h>

#include "homework/domain/board.h"
#include "homework/domain/submission.h"
#include "homework/functions/sample_course.h"
#include "homework/functions/score_run.h"
#include "homework/functions/test_scoring.h"

namespace hearth::homework {

using namespace std::chrono_literals;

inline const std::string kPrefix = "operating-systems/test01/";

class Scoring : public ::testing::Test {
 protected:
  // The six answers of the key, the first `right` of them right.
  static Answers answersWith(int right) {
    const char* key[] = {"a", "c", "a", "c", "a", "d"};
    Answers answers;
    for (int i = 0; i < 6; ++i) answers.push_back({std::to_string(i + 1), i < right ? key[i] : "b"});
    return answers;
  }

  // As submit-test leaves it.
  void submitted(const std::string& student, const Answers& answers, Instant at = kDue - 1h,
                 const TestRef& test = {"operating-systems", "test01"}) {
    Attempt attempt;
    attempt.course = "Operating systems";
    attempt.test = test;
    attempt.studentId = student;
    attempt.questionSet = course_.catalogue.tests[0].questionSet;
    attempt.receivedAt = at;
    attempt.answers = answers;
    ASSERT_TRUE(course_.store.put(layout::attempt(test, student, attempt.name()), attemptJson(attempt), {}).ok());
    sdk::PutOptions options;
    options.metadata = {{"attempt", attempt.name()}, {"question-set", attempt.questionSet}};
    ASSERT_TRUE(course_.store.put(layout::testResult(test, student), storedAnswers(answers), options).ok());
  }
  // As somebody else may have left it.
  void stored(const std::string& student, const std::string& text) {
    course_.store.time = kDue - 1h;
    course_.store.set(kPrefix + student + "/testResult.json", text);
  }

  ScoreRequest scheduledAt(Instant time) const {
    ScoreRequest request;
    request.time = time;
    request.scheduled = true;
    return request;
  }
  static ScoreRequest nowAt(Instant time) {
    ScoreRequest request;
    request.time = time;
    request.now = true;
    return request;
  }

  Outcome<ScoreSummary> tryRun(const ScoreRequest& request, std::chrono::milliseconds budget = 300s,
                               std::size_t workers = 1) {
    clock_ = std::make_unique<ManualClock>(request.time, budget);
    return runScoring(request, {"", "", "run", workers}, course_.store, mailer_, *clock_);
  }
  ScoreSummary run(const ScoreRequest& request) {
    auto summary = tryRun(request);
    EXPECT_TRUE(summary.ok()) << summary.problem().message;
    return summary ? std::move(*summary) : ScoreSummary{};
  }

  ScoreRecord scoreOf(const std::string& student, const std::string& prefix = kPrefix) {
    auto record = parseScore(course_.store.body(prefix + student + "/score.json"));
    EXPECT_TRUE(record.ok()) << student;
    return record ? *record : ScoreRecord{};
  }
  static std::string text(const MemoryMailer::Sent& mail) {  // good enough for words that need no encoding
    std::string out = mail.mime;
    for (std::size_t at = 0; (at = out.find("=\r\n", at)) != std::string::npos;) out.erase(at, 3);
    return out;
  }
  MemoryMailer::Sent digest() {
    const auto mails = mailer_.to("trainer@example.com");
    EXPECT_FALSE(mails.empty());
    return mails.empty() ? MemoryMailer::Sent{} : mails.back();
  }

  std::optional<SampleCourse> holder_{std::in_place, 3};
  SampleCourse& course_ = *holder_;
  MemoryMailer mailer_;
  std::unique_ptr<ManualClock> clock_;
};

}  // namespace hearth::homework
