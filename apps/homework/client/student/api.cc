#include "homework/client/student/api.h"

#include <utility>

#include "homework/client/common/json.h"
#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kMostTests = 1000;
constexpr std::size_t kMostQuestions = 500;
constexpr std::size_t kMostChoices = 50;

std::string textOf(const Json& value) {
  if (const auto* text = value.if_string()) return {text->data(), text->size()};
  return value.is_number() ? writeJson(value) : std::string();
}

// The sentence in the answer: `body` of the functions, `message` of the gateway.
std::string sentenceOf(const Json& document) {
  for (const char* name : {"body", "message"}) {
    const std::string text = cleanedLine(stringMember(document, name));
    if (!text.empty()) return text;
  }
  return {};
}

// `answered` tells the functions' answers (which carry `code`) from the gateway's own.
Failure refusal(int status, const Json& document) {
  const bool answered = findMember(document, "code") != nullptr;
  std::string said = sentenceOf(document);
  if (!said.empty() && said.back() != '.' && said.back() != '!') said += '.';
  switch (status) {
    case 401:
    case 403:
      return {Exit::kForbidden, answered ? "The server refuses: " + said : "The server does not accept your key.",
              "Run  homework login  with the invite that your trainer gave you."};
    case 409:
      return {Exit::kRejected, said, "Run  homework  to see the test as it is now."};
    case 410:
      return {Exit::kClosed, said, "Your trainer can extend the time for you."};
    case 429:
      if (answered) return {Exit::kRejected, said, "Ask your trainer."};
      return {Exit::kNetwork, "The server asks to slow down.", "Try again in a minute."};
    default:
      break;
  }
  if (status >= 500)
    return {Exit::kNetwork, "The server has a problem (HTTP " + std::to_string(status) + "). " + said, ""};
  if (status >= 400) return {Exit::kRejected, "The server refuses: " + said, ""};
  return {Exit::kNetwork, "This is not the answer of a homework server (HTTP " + std::to_string(status) + ").",
          "Run  homework doctor  to look closer."};
}

std::string scoreText(const Json* score) {
  if (score == nullptr || score->is_null()) return {};
  if (score->is_number() || score->is_string()) return cleanedLine(textOf(*score), Charset::kUtf8, 20);
  const auto points = integerMember(*score, "points");
  const auto most = integerMember(*score, "maxPoints");
  if (points && most) return std::to_string(*points) + " of " + std::to_string(*most);
  const auto value = integerMember(*score, "score");
  return value ? std::to_string(*value) : std::string();
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
  info.score = scoreText(findMember(value, "score"));
  info.questionSet = stringMember(value, "questionSet");
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
      info.testId = textOf(id);
      info.status = "open";
      if (isId(info.subject) && isId(info.testId) && tests.size() < kMostTests) tests.push_back(std::move(info));
    }
  }
  return tests;
}

std::optional<Question> readQuestion(const Json& value) {
  Question question;
  if (const Json* id = findMember(value, "questionId")) question.id = textOf(*id);
  question.text = stringMember(value, "question");
  for (const Json& choice : arrayMember(value, "answers")) {
    const Json* id = findMember(choice, "answerId");
    if (id == nullptr || textOf(*id).empty() || question.choices.size() == kMostChoices) return std::nullopt;
    question.choices.push_back({textOf(*id), stringMember(choice, "answerBody")});
  }
  if (question.id.empty() || question.choices.empty()) return std::nullopt;
  return question;
}

std::string firstText(const Json& document, const char* object, const char* member) {
  const Json* inner = findMember(document, object);
  return inner == nullptr ? std::string() : stringMember(*inner, member);
}

Failure notUnderstood() {
  return {Exit::kNetwork, "The server's answer is not one that this program understands.",
          "Is there a newer version of it?"};
}

}  // namespace

struct Api::Answer {
  Json document;
};

Api::Api(Account account, ServerClock& clock, HttpLimits limits)
    : account_(std::move(account)), clock_(clock), http_(limits) {}

Result<Api::Answer> Api::call(const char* method, const std::string& path, std::string body) {
  HttpRequest request;
  request.method = method;
  request.url = account_.apiUrl + "/api/v1/" + path;
  request.headers = {{"x-api-key", account_.apiKey}, {"Accept", "application/json"}};
  if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  request.body = std::move(body);
  auto response = http_.send(request);
  if (!response.ok()) return response.failure();

  const Json document = parseJson(response->body).value_or(Json());
  // The functions' own time decides deadlines; the Date header only stands in for it.
  if (const auto serverNow = parseInstant(stringMember(document, "serverTime"))) {
    clock_.learn(*serverNow);
  } else if (const auto date = parseHttpDate(response->findHeader("date").value_or("")); date && !clock_.known()) {
    clock_.learn(*date);
  }

  // Servers of the article's time answer 200 to everything and tell the truth in `code`.
  int status = response->status;
  const auto code = integerMember(document, "code");
  if (status == 200 && code) status = static_cast<int>(*code);
  if (status != 200 || !document.is_object() || !code) return refusal(status, document);
  return Answer{document};
}

Result<TestList> Api::listTests() {
  HOMEWORK_TRY(const Answer answer,
               call("POST", "tests", writeJson(JsonObject{{"studentId", account_.studentId}})));
  TestList list;
  list.course = stringMember(answer.document, "course");
  list.timeZone = stringMember(answer.document, "timeZone");
  if (findMember(answer.document, "tests") == nullptr) {
    list.tests = readPlainList(answer.document);
    return list;
  }
  for (const Json& entry : arrayMember(answer.document, "tests")) {
    auto info = readTestInfo(entry);
    if (!info || list.tests.size() == kMostTests) return notUnderstood();
    list.tests.push_back(*std::move(info));
  }
  return list;
}

Result<TestContent> Api::getTest(const std::string& subject, const std::string& testId) {
  const std::string query = "test?subjectName=" + percentEncoded(subject) + "&testId=" + percentEncoded(testId);
  HOMEWORK_TRY(const Answer answer, call("GET", query, ""));
  TestContent test;
  test.questionSet = firstText(answer.document, "test", "questionSet");
  for (const Json& entry : arrayMember(answer.document, "body")) {
    auto question = readQuestion(entry);
    if (!question || test.questions.size() == kMostQuestions) return notUnderstood();
    test.questions.push_back(*std::move(question));
  }
  if (test.questions.empty()) return notUnderstood();
  return test;
}

Result<Receipt> Api::submit(const std::string& subject, const std::string& testId, const std::string& questionSet,
                            const std::vector<ChosenAnswer>& answers) {
  JsonArray result;
  for (const ChosenAnswer& chosen : answers) {
    result.push_back(JsonObject{{"questionId", chosen.questionId}, {"answer", chosen.answer}});
  }
  JsonObject body{{"subjectName", subject},
                  {"testId", testId},
                  {"studentId", account_.studentId},
                  {"testResult", std::move(result)}};
  if (!questionSet.empty()) body["questionSet"] = questionSet;
  HOMEWORK_TRY(const Answer answer, call("POST", "test", writeJson(body)));
  Receipt receipt;
  receipt.answered = answers.size();
  const Json* said = findMember(answer.document, "receipt");
  if (said == nullptr) return receipt;
  receipt.code = cleanedLine(stringMember(*said, "code"), Charset::kUtf8, 40);
  receipt.receivedText = stringMember(*said, "receivedText");
  receipt.receivedAt = parseInstant(stringMember(*said, "receivedAt"));
  receipt.due = parseInstant(stringMember(*said, "due"));
  receipt.timeZone = stringMember(*said, "timeZone");
  receipt.answersSha256 = stringMember(*said, "answersSha256");
  receipt.text = stringMember(*said, "text");
  receipt.late = boolMember(*said, "late");
  receipt.answered =
      static_cast<std::size_t>(integerMember(*said, "answered").value_or(static_cast<int>(answers.size())));
  receipt.questions = static_cast<std::size_t>(integerMember(*said, "questions").value_or(0));
  return receipt;
}

}  // namespace hearth::homework::client
