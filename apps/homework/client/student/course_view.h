// What the students' API says about a course and its tests, read from its answers (contract:
// apps/homework/README.md). Text is as it came: clean it before it is shown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "homework/client/common/time_text.h"
#include "homework/client/student/question.h"
#include "homework/domain/receipt.h"

namespace hearth::homework::client {

struct Score {
  std::optional<std::int64_t> score;
  std::optional<std::int64_t> scale;
  std::optional<std::int64_t> points;
  std::optional<std::int64_t> maxPoints;
  std::string percent;
  std::string grade;
};
// `5 of 6 points`, or `4 of 5` where only the score is known.
std::string pointsText(const Score& score, const Style& style);
// The same with the grade.
std::string scoreText(const Score& score, const Style& style);

struct TestInfo {
  std::string subject;
  std::string testId;
  std::string title;
  std::string status;  // open, received, closed, done, scored; open when the server does not say
  std::optional<Instant> opens;
  std::optional<Instant> due;
  std::optional<Instant> receivedAt;
  std::optional<Score> score;
  std::string questionSet;
  bool extended = false;
  bool partial = false;
  std::int64_t attempts = 0;                 // how often one may submit; 0: no limit
  std::optional<std::int64_t> attemptsLeft;  // nullopt: no limit

  std::string name() const { return subject + "/" + testId; }
  bool mayBeSubmitted() const { return (status == "open" || status == "received") && attemptsLeft != 0; }
};

struct TestList {
  std::string course;
  std::string timeZone;
  std::string lang;  // empty when the server does not say
  std::vector<ReceiptKey> receiptKeys;
  std::vector<TestInfo> tests;
};

struct ChosenAnswer {
  std::string questionId;
  std::string answer;
  friend bool operator==(const ChosenAnswer&, const ChosenAnswer&) = default;
};

struct Receipt {
  std::string code;
  std::string receivedText;  // in the course's time zone
  std::string timeZone;
  std::string answersSha256;
  std::string text;  // the whole receipt
  std::optional<Instant> receivedAt;
  std::optional<Instant> due;
  bool late = false;
  std::size_t answered = 0;
  std::size_t questions = 0;
};

// What was received last.
struct Submission {
  std::string questionSet;
  std::vector<ChosenAnswer> answers;
  Receipt receipt;
};

struct TestContent {
  std::string questionSet;
  std::vector<Question> questions;
  std::optional<Submission> submission;
};

struct ResultQuestion {
  std::string id;
  std::string text;
  std::string code;
  std::int64_t points = 0;
  std::int64_t maxPoints = 0;
  bool right = false;
  std::string given;
  std::string givenText;
  std::string correct;  // empty before the close
  std::string correctText;
  std::string feedback;
};

struct ResultSheet {
  Score score;
  std::string title;
  std::string reason;  // of a regrade
  bool late = false;
  bool released = true;  // the correct answers are told
  std::optional<Instant> releasedAt;
  std::vector<ResultQuestion> questions;
  std::optional<std::int64_t> classSize;
  std::string classMean;
};

// Of the whole documents. nullopt when they are not of this form.
std::optional<TestList> readTestList(const Json& document);
std::optional<TestContent> readTestContent(const Json& document);
std::optional<ResultSheet> readResult(const Json& document);
// `receipt` of an answer, or nothing.
std::optional<Receipt> readReceipt(const Json& document);

}  // namespace hearth::homework::client
