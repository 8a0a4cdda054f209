#include "homework/client/trainer/preview.h"

#include "homework/client/common/json.h"
#include "homework/client/common/text.h"
#include "homework/client/student/question_flow.h"
#include "homework/client/trainer/course_time.h"

namespace hearth::homework::client {
namespace {

constexpr const char* kStudent = "student";

// Answers nothing, and writes down what it is told.
class Recorder final : public Dialogue {
 public:
  Recorder(Style style, std::size_t questions) : style_(std::move(style)), left_(questions) {}

  const Style& style() const override { return style_; }
  void say(std::string_view text) override { lines_.emplace_back(text); }
  void note(std::string_view text) override { say(text); }
  bool pause(std::chrono::milliseconds) override { return true; }
  // Enter for every question, then the end of input: that leaves the review without submitting.
  Reply ask(std::string_view prompt) override {
    say(trimmed(prompt));
    if (left_ == 0) return {ReplyKind::kEnd, ""};
    --left_;
    return {ReplyKind::kLine, ""};
  }

  std::vector<std::string> take() { return std::move(lines_); }

 private:
  Style style_;
  std::size_t left_;
  std::vector<std::string> lines_;
};

Instant dueOf(const CourseFolder& course, const TestFolder& test, Instant now) {
  return test.due ? *test.due : nextMondayEvening(course.course.timezone, now);
}

// What list-tests says of the test.
JsonObject listedTest(const CourseFolder& course, const TestFolder& test, const std::string& hash, Instant now) {
  const Instant due = dueOf(course, test, now);
  return JsonObject{{"subject", test.ref.subject},
                    {"testId", test.ref.testId},
                    {"title", test.title},
                    {"opens", formatInstant(test.opens.value_or(now))},
                    {"due", formatInstant(due)},
                    {"late", test.late == Late::kFlag ? "flag" : "reject"},
                    {"questionSet", hash},
                    {"status", "open"},
                    {"attempts", test.attempts},
                    {"attemptsLeft", test.attempts == 0 ? Json() : Json(test.attempts)},
                    {"partial", test.partial},
                    {"receivedAt", nullptr},
                    {"score", nullptr}};
}

// The members that every answer of the API has.
JsonObject answer(const CourseFolder& course, Json body, Instant now) {
  return JsonObject{{"body", std::move(body)},
                    {"code", 200},
                    {"studentId", kStudent},
                    {"course", course.course.name},
                    {"serverTime", formatInstant(std::chrono::floor<std::chrono::seconds>(now))},
                    {"timeZone", course.course.timezone},
                    {"lang", course.course.lang}};
}

struct Answers {
  JsonObject list;
  JsonObject test;
};

// What the API would answer. The questions are what the functions make of the file: the known members only.
Result<Answers> answersOf(const CourseFolder& course, const TestFolder& test, Instant now) {
  const auto set = parseQuestionSet(test.questions);
  if (!set) return Failure{Exit::kUsage, set.problem().message, "See  trainer check"};
  const JsonObject listed = listedTest(course, test, set->hash, now);
  Answers out{
      answer(course,
             JsonArray{JsonObject{{"subject", test.ref.subject}, {"testIds", JsonArray{Json(test.ref.testId)}}}},
             now),
      answer(course, questionsJson(*set), now)};
  out.list["tests"] = JsonArray{listed};
  out.list["receiptKeys"] = JsonArray{};
  out.test["test"] = listed;
  out.test["submission"] = nullptr;
  return out;
}

// JSON that may stand in a script element.
std::string scriptJson(const Json& value) {
  std::string out;
  for (const char c : writeJson(value)) out += c == '<' ? "\\u003c" : std::string(1, c);
  return out;
}

// Answers the page's requests in the page itself.
std::string script(const Answers& answers) {
  const Json refusal = JsonObject{{"body", "This is a preview: nothing is sent."}, {"code", 409}};
  return "<script>(() => {\nconst list = " + scriptJson(answers.list) +
         ";\nconst test = " + scriptJson(answers.test) + ";\nconst refusal = " + scriptJson(refusal) + R"(;
if (!location.hash) location.hash = '#student:only-a-preview';
window.fetch = async (request, options) => {
  const url = String(request.url || request);
  const method = (options && options.method) || request.method || 'GET';
  const tests = /v1\/tests/.test(url);
  const answer = tests ? list : method === 'GET' && /v1\/test\b/.test(url) ? test : refusal;
  return new Response(JSON.stringify(answer), {status: answer.code,
      headers: {'Content-Type': 'application/json', 'Date': new Date().toUTCString()}});
};
})();</script>)";
}

}  // namespace

Result<std::vector<std::string>> previewLines(const CourseFolder& course, const TestFolder& test, Style style,
                                              Instant now) {
  HOMEWORK_TRY(const Answers answers, answersOf(course, test, now));
  const auto list = readTestList(answers.list);
  const auto content = readTestContent(answers.test);
  if (!list || list->tests.empty() || !content)
    return Failure{Exit::kInternal, "The questions cannot be shown.", "See  trainer check"};
  Draft draft;
  draft.studentId = kStudent;
  draft.subject = test.ref.subject;
  draft.testId = test.ref.testId;
  adopt(draft, list->tests.front(), course.course.timezone, *content);
  style.lang = parseLang(course.course.lang);
  Recorder recorder(style, draft.questions.size());
  ServerClock clock;
  clock.learn(now);
  const client::Zone zone(course.course.timezone);
  QuestionFlow(recorder, draft, clock, zone, [] {}).run();
  return recorder.take();
}

Result<std::string> previewPage(const CourseFolder& course, const TestFolder& test, std::string_view page,
                                Instant now) {
  HOMEWORK_TRY(const Answers answers, answersOf(course, test, now));
  constexpr std::string_view kHead = "<head>";
  constexpr std::string_view kPolicy = "<meta http-equiv=\"Content-Security-Policy\"";
  const std::size_t head = page.find(kHead);
  const std::size_t policy = page.find(kPolicy);
  const std::size_t end = page.find('>', policy);
  if (head == std::string_view::npos || policy == std::string_view::npos || policy < head ||
      end == std::string_view::npos)
    return Failure{Exit::kInternal, "The file of the students' page is not what it should be.", "Build it again."};
  // Its policy allows its own script only, and no other.
  std::string out(page.substr(0, head + kHead.size()));
  out += "\n" + std::string("<meta charset=\"utf-8\">") + script(answers);
  out += page.substr(head + kHead.size(), policy - head - kHead.size());
  out += page.substr(end + 1);
  return out;
}

}  // namespace hearth::homework::client
