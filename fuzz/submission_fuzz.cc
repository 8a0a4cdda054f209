// Answers and receipts from strangers: what is accepted is stored and read back as the same, gives points within
// the bounds, and stands in a receipt that can be checked.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "homework/domain/attempt.h"
#include "homework/domain/receipt.h"
#include "homework/domain/scoring.h"

namespace {

using namespace hearth::homework;

void require(bool condition) {
  if (!condition) std::abort();
}

const QuestionSet& questions() {
  static const QuestionSet set = *parseQuestionSet(
      R"([{"questionId":"1","question":"?","answers":[{"answerId":"a","answerBody":"A"},{"answerId":"b","answerBody":"B"}]},
          {"questionId":"2","type":"multiple","points":3,"question":"?","answers":[{"answerId":"a","answerBody":"A"},
            {"answerId":"b","answerBody":"B"},{"answerId":"c","answerBody":"C"}]},
          {"questionId":"3","type":"truefalse","question":"?"},{"questionId":"4","type":"text","question":"?"},
          {"questionId":"5","type":"number","question":"?"}])");
  return set;
}

const AnswerKey& key() {
  static const AnswerKey read = *parseAnswerKey(
      R"([{"questionId":"1","answer":"a"},{"questionId":"2","answer":"a,c"},{"questionId":"3","answer":"true"},
          {"questionId":"4","answer":"init"},{"questionId":"5","answer":"3.14","tolerance":"0.01"}])",
      questions());
  return read;
}

void checkReceipt(const Answers& answers) {
  static const SigningKey signing = *makeSigningKey(std::string(32, 'f'));
  static const std::vector<ReceiptKey> keys = {*publicKeyOf(signing, Instant{})};
  Attempt attempt;
  attempt.test = {"s", "t"};
  attempt.studentId = "student01";
  attempt.answers = answers;
  PublishedTest test;
  test.ref = attempt.test;
  attempt.receiptText = receiptText(attempt, test, questions(), Zone{});
  attempt.keyId = signing.keyId;
  attempt.signature = *signReceipt(attempt.receiptText, signing);
  const auto read = parseAttempt(attemptJson(attempt));
  require(read.ok() && receiptOf(*read) == receiptOf(attempt));
  const auto verified = verifyReceipt(receiptOf(attempt), keys);
  require(verified.ok() && verified->answers == answers && verified->studentId == attempt.studentId);
}

void checkAccepted(const Answers& answers) {
  const auto again = checkSubmission(json::parse(storedAnswers(answers)), questions());
  require(again.ok() && *again == answers);
  const auto stored = parseStoredAnswers(storedAnswers(answers));
  require(stored.ok() && *stored == answers);
  for (const bool partial : {false, true}) {
    const Points points = countPoints(key(), questions(), answers, partial);
    require(points.points >= 0 && points.points <= points.maxPoints && points.maxPoints == 7);
  }
  checkReceipt(answers);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto document = parseJson(text, kMaxSubmissionBytes, "the input")) {
    const auto answers = checkSubmission(*document, questions());
    if (answers) checkAccepted(*answers);
    if (!answers) require(!answers.problem().message.empty());
  }
  if (const auto stored = parseStoredAnswers(text)) (void)countPoints(key(), questions(), *stored, true);
  (void)parseAttempt(text).ok();
  require(!verifyReceipt(text, {}).ok());
  return 0;
}
