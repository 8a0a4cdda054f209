#include "homework/client/student/api.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

// The sentence in the answer: `body` of the functions, `message` of the gateway.
std::string sentenceOf(const Json& document, Charset charset) {
  for (const char* name : {"body", "message"}) {
    std::string text = cleanedLine(stringMember(document, name), charset, 400);
    if (text.empty()) continue;
    if (text.back() != '.' && text.back() != '!') text += '.';
    return text;
  }
  return {};
}

constexpr int kRepetitions = 3;
constexpr std::chrono::seconds kShortestWait{1};
constexpr std::chrono::seconds kLongestWait{5};

// What a busy server asks for: Retry-After in seconds, as far as we go along with it.
std::chrono::seconds waitOf(const HttpResponse& response) {
  const std::string asked = response.findHeader("retry-after").value_or("");
  int seconds = 0;
  std::from_chars(asked.data(), asked.data() + asked.size(), seconds);
  return std::clamp(std::chrono::seconds(seconds), kShortestWait, kLongestWait);
}

// Whether the gateway said it: a function's own 429 has a `code`, and is no matter of waiting.
bool isBusy(const HttpResponse& response) {
  return response.status == 429 && findMember(parseJson(response.body).value_or(Json()), "code") == nullptr;
}

std::string queryOf(const char* resource, const std::string& subject, const std::string& testId) {
  return std::string(resource) + "?subjectName=" + percentEncoded(subject) + "&testId=" + percentEncoded(testId);
}

}  // namespace

Api::Api(Account account, ServerClock& clock, const Style& style, HttpLimits limits)
    : account_(std::move(account)), clock_(clock), style_(style), http_(limits) {}

Failure Api::notUnderstood() const {
  return {Exit::kRejected, style_.tell(Text::kTermNotUnderstood), style_.tell(Text::kTermNewerVersion)};
}

// `code` in the document tells the functions' answers from the gateway's own.
Failure Api::refusal(int status, const Json& document, const std::string& test) const {
  const bool answered = findMember(document, "code") != nullptr;
  const std::string said = sentenceOf(document, style_.charset);
  const auto failure = [&](Exit exit, std::string what, std::string hint) {
    return Failure{exit, std::move(what), std::move(hint), false, status};
  };
  const auto tell = [&](Text key) { return style_.tell(key, {{"said", said}, {"test", test}}); };
  switch (status) {
    case 401:
      return failure(Exit::kForbidden, tell(Text::kTermRefusedRevoked), tell(Text::kTermAskNewInvite));
    case 403:
      if (!answered && said.starts_with("Missing Authentication Token"))  // the gateway's words for an unknown path
        return failure(Exit::kRejected, tell(Text::kTermRefusedPath), tell(Text::kTermAskTrainer));
      if (!answered) return failure(Exit::kForbidden, tell(Text::kTermRefusedKey), tell(Text::kTermAskNewInvite));
      return failure(Exit::kForbidden,
                     style_.tell(Text::kTermRefusedStudent, {{"student", account_.studentId}, {"said", said}}),
                     tell(Text::kTermAskTrainer));
    case 404:
      return failure(Exit::kRejected, test.empty() ? said : tell(Text::kTermRefusedTest),
                     tell(Text::kTermSeeTests));
    case 409:
      return failure(Exit::kRejected, said, tell(Text::kTermSeeTests));
    case 410:
      return failure(Exit::kClosed, said, tell(Text::kTermCanExtend));
    case 413:
      return failure(Exit::kRejected, tell(Text::kTermRefusedLarge), tell(Text::kTermLookAgain));
    case 422:
      return failure(Exit::kRejected, tell(Text::kTermRefusedAnswers), tell(Text::kTermLookAgain));
    case 429:
      if (answered) return failure(Exit::kRejected, tell(Text::kTermRefusedOften), tell(Text::kTermAskTrainer));
      return failure(Exit::kNetwork, tell(Text::kTermReasonBusy),
                     style_.tell(Text::kTermBusyHint, {{"n", std::int64_t{kLongestWait.count()}}}));
    default:
      break;
  }
  if (status >= 500) {
    Failure unwell =
        failure(Exit::kNetwork, style_.tell(Text::kTermReasonServer, {{"status", std::int64_t{status}}}), "");
    unwell.sent = true;
    return unwell;
  }
  if (status >= 400 && !said.empty()) return failure(Exit::kRejected, tell(Text::kTermRefused), "");
  return failure(Exit::kNetwork, style_.tell(Text::kTermReasonStranger, {{"status", std::int64_t{status}}}), "");
}

Result<HttpResponse> Api::sendPatiently(const HttpRequest& request) {
  for (int repetition = 0;; ++repetition) {
    auto response = http_.send(request);
    if (!response.ok() || !pause_ || repetition == kRepetitions || !isBusy(*response)) return response;
    if (!pause_(waitOf(*response))) return Failure{Exit::kInterrupted, "", ""};
  }
}

Result<Json> Api::call(const char* method, const std::string& path, std::string body, const std::string& test) {
  HttpRequest request;
  request.method = method;
  request.url = account_.apiUrl + "/api/v1/" + path;
  request.headers = {{"x-api-key", account_.apiKey}, {"Accept", "application/json"}};
  if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  request.body = std::move(body);
  request.lang = style_.lang;
  auto response = sendPatiently(request);
  if (!response.ok()) return response.failure();

  Json document = parseJson(response->body).value_or(Json());
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
  if (status != 200 || !document.is_object() || !code) return refusal(status, document, test);
  return document;
}

Result<TestList> Api::listTests() {
  HOMEWORK_TRY(const Json document,
               call("POST", "tests", writeJson(JsonObject{{"studentId", account_.studentId}}), ""));
  auto list = readTestList(document);
  if (!list) return notUnderstood();
  return *std::move(list);
}

Result<TestContent> Api::getTest(const std::string& subject, const std::string& testId) {
  HOMEWORK_TRY(const Json document, call("GET", queryOf("test", subject, testId), "", subject + "/" + testId));
  auto test = readTestContent(document);
  if (!test) return notUnderstood();
  return *std::move(test);
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
  HOMEWORK_TRY(const Json document, call("POST", "test", writeJson(body), subject + "/" + testId));
  Receipt receipt = readReceipt(document).value_or(Receipt());
  if (receipt.answered == 0) receipt.answered = answers.size();
  return receipt;
}

Result<ResultSheet> Api::getResult(const std::string& subject, const std::string& testId) {
  HOMEWORK_TRY(const Json document, call("GET", queryOf("result", subject, testId), "", subject + "/" + testId));
  auto sheet = readResult(document);
  if (!sheet) return notUnderstood();
  return *std::move(sheet);
}

}  // namespace hearth::homework::client
