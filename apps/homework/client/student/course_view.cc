#include "homework/client/student/course_view.h"

#include <algorithm>
#include <utility>

#include "homework/client/common/account.h"
#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kMostTests = 1000;
constexpr std::size_t kMostQuestions = 500;

// A text or a number as a text.
std::string textMember(const Json& object, std::string_view name) {
  const Json* value = findMember(object, name);
  if (value == nullptr) return {};
  if (const auto* text = value->if_string()) return {text->data(), text->size()};
  return value->is_number() ? writeJson(*value) : std::string();
}

std::size_t countMember(const Json& object, std::string_view name, std::size_t otherwise) {
  const auto value = integerMember(object, name);
  return value && *value >= 0 && *value <= 1'000'000 ? static_cast<std::size_t>(*value) : otherwise;
}

std::optional<Score> readScore(const Json* value) {
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (!value->is_object()) return std::nullopt;
  return Score{integerMember(*value, "score"),     integerMember(*value, "scale"), integerMember(*value, "points"),
               integerMember(*value, "maxPoints"), textMember(*value, "percent"),  textMember(*value, "grade")};
}

std::optional<TestInfo> readTestInfo(const Json& value) {
  TestInfo info;
  info.subject = stringMember(value, "subject");
  info.testId = stringMember(value, "testId");
  if (!isId(info.subject) || !isId(info.testId)) return std::nullopt;
  info.title = stringMember(value, "title");
  info.status = stringMember(value, "status");
  if (info.status.empty()) info.status = "open";
  info.opens = parseInstant(stringMember(value, "opens"));
  info.due = parseInstant(stringMember(value, "due"));
  info.receivedAt = parseInstant(stringMember(value, "receivedAt"));
  info.score = readScore(findMember(value, "score"));
  info.questionSet = stringMember(value, "questionSet");
  info.extended = boolMember(value, "extended");
  info.partial = boolMember(value, "partial");
  info.attempts = integerMember(value, "attempts").value_or(0);
  info.attemptsLeft = integerMember(value, "attemptsLeft");
  return info;
}

// `body` of a server that says no more than the article's: [{"subject", "testIds"}].
std::vector<TestInfo> readPlainList(const Json& document) {
  std::vector<TestInfo> tests;
  for (const Json& entry : arrayMember(document, "body")) {
    const std::string subject = stringMember(entry, "subject");
    for (const Json& id : arrayMember(entry, "testIds")) {
      TestInfo info;
      info.subject = subject;
      if (const auto* text = id.if_string()) info.testId = {text->data(), text->size()};
      info.status = "open";
      if (isId(info.subject) && isId(info.testId) && tests.size() < kMostTests) tests.push_back(std::move(info));
    }
  }
  return tests;
}

// As published. Keys that do not stand under their own ids are no keys.
std::vector<ReceiptKey> readKeys(const Json& document) {
  const Json* published = findMember(document, "receiptKeys");
  if (published == nullptr) return {};
  auto keys = parseReceiptKeys(
      writeJson(published->is_array() ? Json(JsonObject{{"keys", published->as_array()}}) : *published));
  return keys ? std::move(*keys) : std::vector<ReceiptKey>();
}

std::vector<ChosenAnswer> readAnswers(const Json& value) {
  std::vector<ChosenAnswer> answers;
  for (const Json& entry : arrayMember(value, "answers")) {
    ChosenAnswer chosen{textMember(entry, "questionId"), textMember(entry, "answer")};
    if (!chosen.questionId.empty() && answers.size() < kMostQuestions) answers.push_back(std::move(chosen));
  }
  return answers;
}

std::optional<Submission> readSubmission(const Json& document) {
  const Json* value = findMember(document, "submission");
  if (value == nullptr || !value->is_object()) return std::nullopt;
  Submission submission;
  submission.questionSet = stringMember(*value, "questionSet");
  submission.answers = readAnswers(*value);
  submission.receipt = readReceipt(*value).value_or(Receipt());
  if (!submission.receipt.receivedAt) {
    submission.receipt.receivedAt = parseInstant(stringMember(*value, "receivedAt"));
  }
  return submission;
}

ResultQuestion readResultQuestion(const Json& value) {
  ResultQuestion question;
  question.id = textMember(value, "questionId");
  question.text = stringMember(value, "question");
  question.code = stringMember(value, "code");
  question.points = integerMember(value, "points").value_or(0);
  question.maxPoints = integerMember(value, "maxPoints").value_or(0);
  question.right = boolMember(value, "right");
  question.given = textMember(value, "given");
  question.givenText = textMember(value, "givenText");
  question.correct = textMember(value, "correct");
  question.correctText = textMember(value, "correctText");
  question.feedback = stringMember(value, "feedback");
  return question;
}

}  // namespace

std::string pointsText(const Score& score, const Style& style) {
  if (score.points && score.maxPoints) {
    return style.tell(Text::kSharedPoints, {{"n", *score.points}, {"max", *score.maxPoints}});
  }
  if (score.score && score.scale) {
    return style.tell(Text::kTermScore, {{"n", *score.score}, {"max", *score.scale}});
  }
  return style.tell(Text::kTermScoreAlone, {{"n", score.score ? std::to_string(*score.score) : "?"}});
}

std::string scoreText(const Score& score, const Style& style) {
  const std::string points = pointsText(score, style);
  if (score.grade.empty()) return points;
  return style.tell(Text::kTermGrade, {{"points", points}, {"grade", cleanedLine(score.grade, style.charset, 20)}});
}

std::optional<TestList> readTestList(const Json& document) {
  TestList list;
  list.course = stringMember(document, "course");
  list.timeZone = stringMember(document, "timeZone");
  list.lang = stringMember(document, "lang");
  list.receiptKeys = readKeys(document);
  if (findMember(document, "tests") == nullptr) {
    list.tests = readPlainList(document);
    return list;
  }
  for (const Json& entry : arrayMember(document, "tests")) {
    auto info = readTestInfo(entry);
    if (!info || list.tests.size() == kMostTests) return std::nullopt;
    list.tests.push_back(*std::move(info));
  }
  return list;
}

std::optional<TestContent> readTestContent(const Json& document) {
  TestContent test;
  if (const Json* info = findMember(document, "test")) test.questionSet = stringMember(*info, "questionSet");
  for (const Json& entry : arrayMember(document, "body")) {
    auto question = questionFromJson(entry);
    if (!question || test.questions.size() == kMostQuestions) return std::nullopt;
    test.questions.push_back(*std::move(question));
  }
  if (test.questions.empty()) return std::nullopt;
  test.submission = readSubmission(document);
  return test;
}

std::optional<Receipt> readReceipt(const Json& document) {
  const Json* said = findMember(document, "receipt");
  if (said == nullptr || !said->is_object()) return std::nullopt;
  Receipt receipt;
  receipt.code = cleanedLine(stringMember(*said, "code"), Charset::kUtf8, 40);
  receipt.receivedText = stringMember(*said, "receivedText");
  receipt.receivedAt = parseInstant(stringMember(*said, "receivedAt"));
  receipt.due = parseInstant(stringMember(*said, "due"));
  receipt.timeZone = stringMember(*said, "timeZone");
  receipt.answersSha256 = stringMember(*said, "answersSha256");
  receipt.text = stringMember(*said, "text");
  receipt.late = boolMember(*said, "late");
  receipt.answered = countMember(*said, "answered", 0);
  receipt.questions = countMember(*said, "questions", 0);
  return receipt;
}

std::optional<ResultSheet> readResult(const Json& document) {
  const Json* body = findMember(document, "body");
  if (body == nullptr || !body->is_object()) return std::nullopt;
  ResultSheet sheet;
  sheet.score = readScore(body).value_or(Score());
  sheet.title = stringMember(*body, "title");
  sheet.reason = stringMember(*body, "reason");
  sheet.late = boolMember(*body, "late");
  sheet.released = boolMember(*body, "released", true);
  sheet.releasedAt = parseInstant(stringMember(*body, "releasedAt"));
  for (const Json& entry : arrayMember(*body, "questions")) {
    if (sheet.questions.size() < kMostQuestions) sheet.questions.push_back(readResultQuestion(entry));
  }
  if (const Json* whole = findMember(*body, "class")) {
    sheet.classSize = integerMember(*whole, "n");
    sheet.classMean = textMember(*whole, "mean");
  }
  return sheet;
}

}  // namespace hearth::homework::client
