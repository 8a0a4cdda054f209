#include "homework/client/student/result_sheet.h"

#include <algorithm>
#include <utility>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

// Lines of one sheet.
class Sheet final {
 public:
  explicit Sheet(const Style& style) : style_(style) {}

  void blank() { lines_.emplace_back(); }
  void prose(std::string_view text, std::string_view indent = "") { add(wrapped(text, style_.width, indent)); }
  void head(const std::string& text) {
    for (const std::string& line : wrapped(text, style_.width)) lines_.push_back(style_.bold(line));
  }
  // `label` in a column of `width`, the value behind it.
  void fact(const std::string& label, const std::string& value, std::size_t width, std::size_t indent = 0) {
    if (value.empty()) return;
    const std::string front = std::string(indent, ' ') + fitted(label, width);
    std::vector<std::string> lines = wrapped(value, style_.width, std::string(columns(front), ' '));
    if (lines.empty()) return;
    lines[0].replace(0, columns(front), front);
    add(std::move(lines));
  }
  void code(std::string_view text) {
    const std::string shown = cleaned(text, style_.charset);
    for (const std::string_view line : split(shown, '\n')) {
      lines_.push_back(std::string(style_.codeMark()) + std::string(line));
    }
  }
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  void add(std::vector<std::string> lines) {
    lines_.insert(lines_.end(), std::make_move_iterator(lines.begin()), std::make_move_iterator(lines.end()));
  }

  const Style& style_;
  std::vector<std::string> lines_;
};

// "a  kernel is ...", or the answer alone where it is its own text.
std::string answerOf(const std::string& answer, const std::string& words, const Style& style) {
  const std::string shown = cleanedLine(answer, style.charset, 200);
  const std::string text = cleanedLine(words, style.charset, 4000);
  if (text.empty() || text == shown) return shown;
  return shown + "  " + text;
}

void addQuestion(Sheet& sheet, const ResultQuestion& question, const Style& style) {
  const bool partly = !question.right && question.points > 0;
  const Text verdict = question.right ? Text::kTermRight : partly ? Text::kTermPartly : Text::kTermWrong;
  sheet.blank();
  sheet.head(style.tell(
      Text::kTermResultQuestion,
      {{"id", cleanedLine(question.id, style.charset, 60)},
       {"right", style.tell(question.given.empty() ? Text::kTermNotAnswered : verdict)},
       {"points", style.tell(Text::kSharedPoints, {{"n", question.points}, {"max", question.maxPoints}})}}));
  sheet.prose(cleaned(question.text, style.charset), "  ");
  if (!question.code.empty()) sheet.code(question.code);
  std::size_t width = 0;
  for (const Text label : {Text::kTermResultGiven, Text::kTermResultCorrect, Text::kTermResultFeedback}) {
    width = std::max(width, columns(style.tell(label)) + 1);
  }
  if (!question.given.empty()) {
    sheet.fact(style.tell(Text::kTermResultGiven), answerOf(question.given, question.givenText, style), width, 2);
  }
  if (!question.correct.empty()) {
    sheet.fact(style.tell(Text::kTermResultCorrect), answerOf(question.correct, question.correctText, style), width,
               2);
  }
  sheet.fact(style.tell(Text::kTermResultFeedback), cleaned(question.feedback, style.charset), width, 2);
}

}  // namespace

std::vector<std::string> resultLines(const ResultSheet& result, const std::string& test, const Zone& zone,
                                     Instant now, const Style& style) {
  Sheet sheet(style);
  std::string title = style.tell(Text::kTermResult) + std::string(style.separator()) + test;
  if (!result.title.empty()) title += std::string(style.separator()) + cleanedLine(result.title, style.charset);
  sheet.head(title);
  sheet.blank();
  constexpr std::size_t kLabel = 11;
  const Score& score = result.score;
  std::string points = pointsText(score, style);
  if (!score.percent.empty() && score.points) {
    points = style.tell(Text::kTermPointsPercent,
                        {{"points", points}, {"percent", cleanedLine(score.percent, style.charset, 20)}});
  }
  sheet.fact(style.tell(score.points ? Text::kTermResultPoints : Text::kTermResultScore), points, kLabel);
  if (score.points && score.score && score.scale) {
    sheet.fact(style.tell(Text::kTermResultScore),
               style.tell(Text::kTermScore, {{"n", *score.score}, {"max", *score.scale}}), kLabel);
  }
  sheet.fact(style.tell(Text::kTermResultGrade), cleanedLine(score.grade, style.charset, 40), kLabel);
  if (result.classSize && !result.classMean.empty()) {
    sheet.fact(style.tell(Text::kTermResultClass),
               style.tell(Text::kTermClassMean,
                          {{"mean", cleanedLine(result.classMean, style.charset, 20)}, {"n", *result.classSize}}),
               kLabel);
  }
  sheet.fact(style.tell(Text::kTermResultReason), cleanedLine(result.reason, style.charset, 400), kLabel);
  if (result.late) sheet.prose(style.tell(Text::kTermResultLate));
  for (const ResultQuestion& question : result.questions) addQuestion(sheet, question, style);
  if (!result.released) {
    sheet.blank();
    const auto& at = result.releasedAt;
    sheet.prose(at ? style.tell(Text::kTermSolutionsAt, {{"time", zone.tell(*at, now, style.lang)},
                                                         {"zone", zone.name()},
                                                         {"distance", tellDistance(*at, now, style.lang)}})
                   : style.tell(Text::kTermSolutionsLater));
  }
  return sheet.take();
}

Json resultJson(const ResultSheet& result, const std::string& test) {
  const auto number = [](const std::optional<std::int64_t>& value) { return value ? Json(*value) : Json(); };
  const auto told = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  JsonArray questions;
  for (const ResultQuestion& q : result.questions) {
    questions.push_back(JsonObject{{"questionId", q.id},
                                   {"question", q.text},
                                   {"points", q.points},
                                   {"maxPoints", q.maxPoints},
                                   {"right", q.right},
                                   {"given", told(q.given)},
                                   {"givenText", told(q.givenText)},
                                   {"correct", told(q.correct)},
                                   {"correctText", told(q.correctText)},
                                   {"feedback", told(q.feedback)}});
  }
  JsonObject out{{"test", test},
                 {"title", result.title},
                 {"score", number(result.score.score)},
                 {"scale", number(result.score.scale)},
                 {"points", number(result.score.points)},
                 {"maxPoints", number(result.score.maxPoints)},
                 {"percent", result.score.percent},
                 {"grade", result.score.grade},
                 {"late", result.late},
                 {"reason", told(result.reason)},
                 {"released", result.released},
                 {"releasedAt", result.releasedAt ? Json(formatInstant(*result.releasedAt)) : Json()},
                 {"class", nullptr},
                 {"questions", std::move(questions)}};
  if (result.classSize) out["class"] = JsonObject{{"n", *result.classSize}, {"mean", result.classMean}};
  return JsonObject{{"result", std::move(out)}};
}

}  // namespace hearth::homework::client
