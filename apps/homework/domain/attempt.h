// One submission as the server received it, and the receipt that the student gets for it. Signing and checking
// receipts: receipt.h.
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
  // The canonical text, and the signature over it; empty in attempts from before receipts were signed.
  std::string receiptText;
  std::string keyId;
  std::string signature;  // base64

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

// The canonical text of the receipt: lines of plain text, the same bytes whenever it is asked for. `test` is as it
// holds for the student.
std::string receiptText(const Attempt& attempt, const PublishedTest& test, const QuestionSet& set,
                        const Zone& zone);
// The receipt as the student keeps it: the attempt's own text and its signature. Empty for an attempt from before
// receipts were kept.
std::string receiptOf(const Attempt& attempt);
// The receipt as members for programs; `text` is what the student keeps, with the signature where there is one.
json::object receiptJson(const Attempt& attempt, const PublishedTest& test, const QuestionSet& set,
                         const Zone& zone);

}  // namespace hearth::homework
