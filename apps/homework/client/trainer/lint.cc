#include "homework/client/trainer/lint.h"

#include <algorithm>
#include <map>
#include <set>

#include "homework/client/common/closest.h"
#include "homework/client/common/text.h"
#include "homework/domain/content.h"
#include "homework/domain/ids.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kManyChoices = 8;
constexpr std::size_t kFewQuestions = 3;
constexpr std::size_t kLongCodeLine = 200;

bool hasControl(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const char32_t c = nextCodePoint(text, i);
    if ((c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c <= 0x9F)) return true;
  }
  return false;
}

// What holds for every text that students read.
void lintText(const LocatedJson& text, const std::string& file, const std::string& what, Findings& findings) {
  const std::size_t line = text.place.line;
  if (trimmed(text.text).empty()) {
    findings.error("empty-text", file, line, what + " has no text");
    return;
  }
  if (hasControl(text.text)) {
    findings.warning("control-character", file, line,
                     what + " contains a control character; students will not see it");
  }
  bool trailing = false;
  bool longCode = false;
  for (const std::string_view part : split(text.text, '\n')) {
    trailing = trailing || part.ends_with(' ') || part.ends_with('\t');
    longCode = longCode || (part.starts_with("    ") && columns(part) > kLongCodeLine);
  }
  if (trailing) findings.warning("trailing-space", file, line, what + " has blanks at the end of a line");
  if (longCode) {
    findings.warning("long-code-line", file, line, what + " has a line of code longer than 200 characters",
                     "Code is not wrapped; break the line.");
  }
}

void lintCount(const LocatedJson& list, const std::string& file, const std::string& what, Findings& findings) {
  const std::size_t count = list.items.size();
  if (count < 2) findings.error("few-answers", file, list.place.line, what + " offers fewer than two answers");
  if (count > homework::kMaxAnswers)
    findings.error("too-large", file, list.place.line, what + " offers more than 26 answers");
  if (count > kManyChoices && count <= homework::kMaxAnswers) {
    findings.warning("many-answers", file, list.place.line, what + " offers " + std::to_string(count) + " answers");
  }
}

void lintChoices(const LocatedJson& list, const std::string& file, const std::string& what,
                 LintedQuestion& question, Findings& findings) {
  std::set<std::string> ids;
  std::map<std::string, std::string> texts;
  for (const LocatedJson& item : list.items) {
    const LocatedJson* id = requireString(item, "answerId", file, "An answer of " + what, findings);
    const LocatedJson* body = requireString(item, "answerBody", file, "An answer of " + what, findings);
    if (id == nullptr || body == nullptr) continue;
    const std::string name = "answer " + inQuotes(id->text) + " of " + what;
    if (!isId(id->text)) {
      findings.error("illegal-id", file, id->place.line,
                     "the id " + inQuotes(id->text) + " of an answer of " + what + " is not one",
                     "Letters, digits, dot, hyphen and underscore, at most 64.");
    }
    if (!ids.insert(lowered(id->text)).second) {
      findings.error("duplicate-answer", file, id->place.line,
                     what + " has the answer " + inQuotes(id->text) + " twice");
    }
    lintText(*body, file, name, findings);
    const auto [same, fresh] = texts.emplace(lowered(cleanedLine(body->text)), id->text);
    if (!fresh && !trimmed(body->text).empty()) {
      findings.warning(
          "identical-answers", file, body->place.line,
          "answers " + inQuotes(same->second) + " and " + inQuotes(id->text) + " of " + what + " read the same");
    }
    question.choices.push_back({id->text, body->text});
  }
  lintCount(list, file, what, findings);
}

// Members that would tell students the answer.
void lintLeak(const LocatedJson& object, const std::string& file, const std::string& what, Findings& findings) {
  for (const LocatedMember& member : object.members) {
    const std::string name = lowered(member.name);
    if (name == "answer" || name == "score" || name == "correct" || name == "iscorrect" || name == "solution" ||
        name == "feedback" || name == "accept" || name == "tolerance") {
      findings.error("leak", file, member.place.line,
                     what + " has the member " + inQuotes(member.name) + ", which students would see",
                     "Answers belong into questionsKey.json.");
    }
  }
}

void lintPoints(const LocatedJson& question, const std::string& file, const std::string& what, Findings& findings) {
  const LocatedJson* points = question.find("points");
  if (points == nullptr) return;
  const bool digits = points->kind == LocatedJson::Kind::kNumber && points->text.size() <= 4 &&
                      points->text.find_first_not_of("0123456789") == std::string::npos;
  const int value = digits ? std::stoi(points->text) : 0;
  if (value < 1 || value > homework::kMaxPoints) {
    findings.error("json-shape", file, points->place.line,
                   "the points of " + what + " are not a whole number from 1 to 1000");
  }
}

// What is offered, as the type wants it.
void lintAnswers(const LocatedJson& item, const std::string& file, const std::string& what,
                 LintedQuestion& question, Findings& findings) {
  const LocatedJson* answers = item.find("answers");
  const bool typed = question.type == QuestionType::kText || question.type == QuestionType::kNumber;
  if (typed) {
    if (answers != nullptr && !(answers->isArray() && answers->items.empty())) {
      findings.error("type", file, answers->place.line, what + " is answered by typing, and offers answers",
                     "Take \"answers\" away, or the \"type\".");
    }
    return;
  }
  if (answers == nullptr && question.type == QuestionType::kTrueFalse) {
    question.choices = {{"true", "true"}, {"false", "false"}};
    return;
  }
  if (answers == nullptr || !answers->isArray()) {
    findings.error("json-shape", file, item.place.line, what + " has no list of answers");
    return;
  }
  lintChoices(*answers, file, what, question, findings);
  for (const LocatedJson& answer : answers->items) {
    lintLeak(answer, file, "an answer of " + what, findings);
    if (answer.isObject()) warnUnknown(answer, {"answerId", "answerBody", "correct", "score"}, file, findings);
  }
  if (question.type != QuestionType::kTrueFalse) return;
  const bool both = question.choices.size() == 2 &&
                    std::all_of(question.choices.begin(), question.choices.end(), [](const LintedChoice& choice) {
                      return lowered(choice.id) == "true" || lowered(choice.id) == "false";
                    });
  if (!both) {
    findings.error("type", file, answers->place.line, "the answers of " + what + " are not  true  and  false",
                   "Leave \"answers\" out, or give exactly these two ids.");
  }
}

void readType(const LocatedJson& item, const std::string& file, LintedQuestion& question, Findings& findings) {
  const LocatedJson* type = item.find("type");
  if (type == nullptr) return;
  question.type = type->isString() ? parseQuestionType(type->text) : std::nullopt;
  if (question.type) return;
  const auto meant = closestWord(type->text, {"single", "multiple", "truefalse", "text", "number"});
  findings.error("type", file, type->place.line, inQuotes(type->text) + " is not a type of question",
                 meant ? "Did you mean  " + *meant + " ?" : "single, multiple, truefalse, text or number");
}

void lintCode(const LocatedJson& item, const std::string& file, const std::string& what, Findings& findings) {
  const LocatedJson* code = item.find("code");
  if (code == nullptr) return;
  if (!code->isString()) {
    findings.error("json-shape", file, code->place.line, what + ": not a text: code");
    return;
  }
  if (hasControl(code->text)) {
    findings.warning("control-character", file, code->place.line,
                     "the code of " + what + " contains a control character; students will not see it");
  }
  for (const std::string_view line : split(code->text, '\n')) {
    if (columns(line) <= kLongCodeLine) continue;
    findings.warning("long-code-line", file, code->place.line,
                     what + " has a line of code longer than 200 characters",
                     "Code is not wrapped; break the line.");
    return;
  }
}

void lintQuestion(const LocatedJson& item, const std::string& file, const std::string& what,
                  LintedQuestion& question, Findings& findings) {
  const LocatedJson* text = requireString(item, "question", file, what, findings);
  if (text != nullptr) {
    question.text = text->text;
    lintText(*text, file, what, findings);
  }
  readType(item, file, question, findings);
  if (question.type) lintAnswers(item, file, what, question, findings);
  lintCode(item, file, what, findings);
  lintLeak(item, file, what, findings);
  lintPoints(item, file, what, findings);
  if (item.isObject()) {
    // What leaks is an error already.
    warnUnknown(item,
                {"questionId", "question", "type", "points", "code", "answers", "answer", "score", "correct",
                 "isCorrect", "solution", "feedback", "accept", "tolerance"},
                file, findings);
  }
}

}  // namespace

void warnUnknown(const LocatedJson& object, std::initializer_list<std::string_view> known, const std::string& file,
                 Findings& findings) {
  for (const LocatedMember& member : object.members) {
    if (std::find(known.begin(), known.end(), member.name) != known.end()) continue;
    const auto meant = closestWord(member.name, {known.begin(), known.end()});
    findings.warning("unknown-member", file, member.place.line, inQuotes(member.name) + " means nothing here",
                     meant ? "Did you mean  " + *meant + " ?" : "");
  }
}

const LocatedJson* requireString(const LocatedJson& object, std::string_view name, const std::string& file,
                                 const std::string& what, Findings& findings) {
  const LocatedJson* member = object.find(name);
  if (member != nullptr && member->isString()) return member;
  const std::size_t line = member == nullptr ? object.place.line : member->place.line;
  findings.error("json-shape", file, line,
                 what + (member == nullptr ? " has no " : ": not a text: ") + std::string(name),
                 "It needs  \"" + std::string(name) + "\": \"...\"");
  return nullptr;
}

LocatedJson readLocated(const std::string& file, std::string_view bytes, LocatedJson::Kind wanted,
                        Findings& findings) {
  auto parsed = parseLocatedJson(bytes);
  if (const auto* mistake = std::get_if<JsonMistake>(&parsed)) {
    findings.error("json-syntax", file, mistake->place.line,
                   "column " + std::to_string(mistake->place.column) + ": " + mistake->what);
    return {};
  }
  LocatedJson document = std::get<LocatedJson>(std::move(parsed));
  if (document.kind != wanted) {
    findings.error("json-shape", file, document.place.line,
                   wanted == LocatedJson::Kind::kArray ? "the file has to be a list: [ ... ]"
                                                       : "the file has to be an object: { ... }");
    return {};
  }
  return document;
}

std::vector<LintedQuestion> lintQuestions(const std::string& file, std::string_view bytes, Findings& findings) {
  std::vector<LintedQuestion> questions;
  if (bytes.size() > homework::kMaxContentBytes) {
    findings.error("too-large", file, 0, "the file is larger than 256 KiB");
    return questions;
  }
  const LocatedJson document = readLocated(file, bytes, LocatedJson::Kind::kArray, findings);
  if (!document.isArray()) return questions;
  std::set<std::string> ids;
  for (const LocatedJson& item : document.items) {
    const std::string number = "question number " + std::to_string(questions.size() + 1);
    const LocatedJson* id = requireString(item, "questionId", file, number, findings);
    const std::string what = id == nullptr ? number : "question " + inQuotes(id->text);
    LintedQuestion question;
    question.line = item.place.line;
    if (id != nullptr) {
      question.id = id->text;
      if (!isId(id->text)) {
        findings.error("illegal-id", file, id->place.line,
                       "the id " + inQuotes(id->text) + " of a question is not one",
                       "Letters, digits, dot, hyphen and underscore, at most 64.");
      }
      if (!ids.insert(lowered(id->text)).second)
        findings.error("duplicate-question", file, id->place.line, what + " is there twice");
    }
    lintQuestion(item, file, what, question, findings);
    questions.push_back(std::move(question));
  }
  if (questions.empty()) findings.error("no-questions", file, document.place.line, "there is no question");
  if (questions.size() > homework::kMaxQuestions)
    findings.error("too-large", file, 0, "there are more than 200 questions");
  if (!questions.empty() && questions.size() < kFewQuestions) {
    findings.warning("few-questions", file, 0, "fewer than three questions make for coarse scores");
  }
  return questions;
}

}  // namespace hearth::homework::client
