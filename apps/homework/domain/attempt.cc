#include "homework/domain/attempt.h"

#include "homework/domain/hash.h"
#include "homework/domain/receipt.h"

namespace hearth::homework {
namespace {

constexpr std::size_t kMaxAttemptBytes = 4 * kMaxSubmissionBytes;  // the answers are in the receipt's text, too
constexpr std::size_t kShortHash = 16;
constexpr std::size_t kCompactLength = 19;  // 20190408T184307123Z

std::string timeliness(const Attempt& attempt, const PublishedTest& test) {
  const auto before = test.due - attempt.receivedAt;
  if (before >= std::chrono::milliseconds(0)) return "yes, " + renderDistance(before) + " before the deadline";
  if (!attempt.late) return "yes, within the grace period";
  return "no, " + renderDistance(before) + " after the deadline";
}

// One line of the receipt's head, whatever the trainer wrote into it.
std::string line(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  return out;
}

}  // namespace

std::string Attempt::name() const { return compactInstant(receivedAt) + "-" + shortAnswersHash(answers); }

std::string shortAnswersHash(const Answers& answers) {
  return sha256Hex(canonicalAnswers(answers)).substr(0, kShortHash);
}

std::optional<AttemptName> parseAttemptName(std::string_view name) {
  if (name.size() != kCompactLength + 1 + kShortHash || name[kCompactLength] != '-') return std::nullopt;
  const auto instant = parseCompactInstant(name.substr(0, kCompactLength));
  const std::string_view hash = name.substr(kCompactLength + 1);
  if (!instant || hash.find_first_not_of("0123456789abcdef") != std::string_view::npos) return std::nullopt;
  return AttemptName{*instant, std::string(hash)};
}

std::string receiptCode(const Attempt& attempt) {
  const std::string stated = attempt.course + "\n" + attempt.test.path() + "\n" + attempt.studentId + "\n" +
                             attempt.questionSet + "\n" + formatInstant(attempt.receivedAt) + "\n" +
                             canonicalAnswers(attempt.answers);
  const std::string symbols = crockfordOfHash(stated, 8);
  return "R-" + symbols.substr(0, 4) + "-" + symbols.substr(4);
}

std::string attemptJson(const Attempt& attempt) {
  json::array answers;
  for (const Answer& answer : attempt.answers) {
    answers.push_back({{"questionId", answer.questionId}, {"answer", answer.answer}});
  }
  json::object out{{"course", attempt.course},
                   {"subject", attempt.test.subject},
                   {"testId", attempt.test.testId},
                   {"studentId", attempt.studentId},
                   {"questionSet", attempt.questionSet},
                   {"receivedAt", formatInstant(attempt.receivedAt)},
                   {"late", attempt.late},
                   {"answers", std::move(answers)},
                   {"answersSha256", sha256Hex(canonicalAnswers(attempt.answers))},
                   {"receipt", receiptCode(attempt)}};
  if (!attempt.receiptText.empty()) out["receiptText"] = attempt.receiptText;
  if (!attempt.signature.empty()) {
    out["keyId"] = attempt.keyId;
    out["signature"] = attempt.signature;
  }
  return pythonJson(out);
}

Outcome<Attempt> parseAttempt(std::string_view text) {
  auto document = parseJson(text, kMaxAttemptBytes, "the attempt");
  if (!document) return document.problem();
  const auto* object = document->if_object();
  if (object == nullptr) return Problem{"the attempt is not an object"};
  Attempt attempt;
  attempt.course = findString(*object, "course").value_or("");
  attempt.test = {std::string(findString(*object, "subject").value_or("")),
                  std::string(findString(*object, "testId").value_or(""))};
  attempt.studentId = findString(*object, "studentId").value_or("");
  attempt.questionSet = findString(*object, "questionSet").value_or("");
  const auto received = parseInstant(findString(*object, "receivedAt").value_or(""));
  const json::value* answers = findMember(*object, "answers");
  if (!received || answers == nullptr) return Problem{"the attempt lacks receivedAt or answers"};
  attempt.receivedAt = *received;
  attempt.late = findBool(*object, "late").value_or(false);
  auto parsed = parseStoredAnswers(json::serialize(*answers));
  if (!parsed) return parsed.problem();
  attempt.answers = std::move(*parsed);
  attempt.receiptText = findString(*object, "receiptText").value_or("");
  attempt.keyId = findString(*object, "keyId").value_or("");
  attempt.signature = findString(*object, "signature").value_or("");
  return attempt;
}

std::string receiptText(const Attempt& attempt, const PublishedTest& test, const QuestionSet& set,
                        const Zone& zone) {
  const auto local = [&](Instant instant) {
    return renderLocal(instant, zone, Precision::kSeconds) + " " + zone.name;
  };
  std::string out = "Receipt       " + receiptCode(attempt) + "\n";
  out += "Course        " + line(attempt.course) + "\n";
  out += "Test          " + attempt.test.path() + "  " + line(test.title) + "\n";
  out += "Student       " + attempt.studentId + "\n";
  out += "Received      " + local(attempt.receivedAt) + "\n";
  out += "              " + formatInstant(attempt.receivedAt) + "\n";
  out += "Deadline      " + local(test.due) + "\n";
  out += "On time       " + timeliness(attempt, test) + "\n";
  out += "Question set  " + attempt.questionSet + "\n";
  out += "Answers       " + std::to_string(attempt.answers.size()) + " of " + std::to_string(set.questions.size()) +
         "\n";
  out += "SHA-256       " + sha256Hex(canonicalAnswers(attempt.answers)) + "\n\n";
  return out + canonicalAnswers(attempt.answers);
}

std::string receiptOf(const Attempt& attempt) {
  return signedReceipt(attempt.receiptText, attempt.keyId, attempt.signature);
}

json::object receiptJson(const Attempt& attempt, const PublishedTest& test, const QuestionSet& set,
                         const Zone& zone) {
  return {{"code", receiptCode(attempt)},
          {"receivedAt", formatInstant(attempt.receivedAt)},
          {"receivedText", renderLocal(attempt.receivedAt, zone, Precision::kSeconds)},
          {"timeZone", zone.name},
          {"late", attempt.late},
          {"due", formatInstant(test.due)},
          {"answered", attempt.answers.size()},
          {"questions", set.questions.size()},
          {"answersSha256", sha256Hex(canonicalAnswers(attempt.answers))},
          {"text", attempt.receiptText.empty() ? receiptText(attempt, test, set, zone) : receiptOf(attempt)}};
}

}  // namespace hearth::homework
