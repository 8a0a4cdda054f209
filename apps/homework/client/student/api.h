// The students' API as the client sees it (contract: apps/homework/README.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "homework/client/common/account.h"
#include "homework/client/common/http.h"
#include "homework/client/common/time_text.h"

namespace hearth::homework::client {

// What the server says about a test. Text is as it came: clean it before it is shown.
struct TestInfo {
  std::string subject;
  std::string testId;
  std::string title;
  std::string status;  // open, received, closed, done, scored; open when the server does not say
  std::optional<Instant> opens;
  std::optional<Instant> due;
  std::optional<Instant> receivedAt;
  std::string score;  // for people; empty when there is none
  std::string questionSet;

  std::string name() const { return subject + "/" + testId; }
  bool mayBeSubmitted() const { return status == "open" || status == "received"; }
};

struct TestList {
  std::string course;
  std::string timeZone;
  std::vector<TestInfo> tests;
};

struct Choice {
  std::string id;
  std::string text;
  friend bool operator==(const Choice&, const Choice&) = default;
};

struct Question {
  std::string id;
  std::string text;
  std::vector<Choice> choices;
  friend bool operator==(const Question&, const Question&) = default;
};

struct TestContent {
  std::string questionSet;
  std::vector<Question> questions;
};

struct ChosenAnswer {
  std::string questionId;
  std::string answer;
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

// One student's view. One thread. Every answer teaches `clock` the server's time. A failure says in a sentence what
// the server said; exits: kForbidden, kNetwork, kClosed, kRejected, kInterrupted.
class Api final {
 public:
  Api(Account account, ServerClock& clock, HttpLimits limits = {});

  const Account& account() const { return account_; }
  Result<TestList> listTests();
  Result<TestContent> getTest(const std::string& subject, const std::string& testId);
  // Safe to repeat: the same answers give the same receipt.
  Result<Receipt> submit(const std::string& subject, const std::string& testId, const std::string& questionSet,
                         const std::vector<ChosenAnswer>& answers);

 private:
  struct Answer;
  Result<Answer> call(const char* method, const std::string& path, std::string body);

  Account account_;
  ServerClock& clock_;
  HttpClient http_;
};

}  // namespace hearth::homework::client
