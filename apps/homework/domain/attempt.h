// One submission as the server received it, and the receipt that the student gets for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "homework/domain/catalogue.h"
#include "homework/domain/submission.h"

namespace hearth::homework {

struct Attempt {
  std::string course;
  TestRef test;
  std::string studentId;
  std::string questionSet;
  Instant receivedAt{};
  bool late = false;
  Answers answers;

  // `<utc>-<hash of the answers>`: unique, ordered by time.
  std::string name() const;
};

// The parts of an attempt's name; nothing when it is none.
struct AttemptName {
  Instant receivedAt;
  std::string answersHash;  // the first 16 digits
};
std::optional<AttemptName> parseAttemptName(std::string_view name);
// What the second part is for these answers.
std::string shortAnswersHash(const Answers& answers);

// R-7F3K-Q2MD, taken of everything that the receipt states.
std::string receiptCode(const Attempt& attempt);

std::string attemptJson(const Attempt& attempt);
Outcome<Attempt> parseAttempt(std::string_view text);

// The receipt for people, lines of plain text, and the same as members for programs.
std::string receiptText(const Attempt& attempt, const PublishedTest& test, const QuestionSet& set,
                        const Zone& zone);
json::object receiptJson(const Attempt& attempt, const PublishedTest& test, const QuestionSet& set,
                         const Zone& zone);

}  // namespace hearth::homework
