#include "homework/client/trainer/lint.h"

#include <algorithm>
#include <map>
#include <set>

#include "homework/client/common/text.h"
#include "homework/domain/content.h"
#include "homework/domain/ids.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kManyChoices = 8;
constexpr std::size_t kFewQuestions = 3;
constexpr std::size_t kLongCodeLine = 200;
constexpr std::size_t kEnoughForPatterns = 5;  // fewer questions show no habit

// The string member `name`, or a finding.
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
  const std::size_t count = list.items.size();
  if (count < 2) findings.error("few-answers", file, list.place.line, what + " offers fewer than two answers");
  if (count > homework::kMaxAnswers)
    findings.error("too-large", file, list.place.line, what + " offers more than 26 answers");
  if (count > kManyChoices && count <= homework::kMaxAnswers) {
    findings.warning("many-answers", file, list.place.line, what + " offers " + std::to_string(count) + " answers");
  }
}

// Members that would tell students the answer.
void lintLeak(const LocatedJson& object, const std::string& file, const std::string& what, Findings& findings) {
  for (const LocatedMember& member : object.members) {
    const std::string name = lowered(member.name);
    if (name == "answer" || name == "score" || name == "correct" || name == "iscorrect" || name == "solution" ||
        name == "feedback") {
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

bool isNoneOfThese(std::string_view text) {
  const std::string low = lowered(text);
  return low.find("none of the") != std::string::npos || low.find("all of the") != std::string::npos;
}

const LintedQuestion* findQuestion(const std::vector<LintedQuestion>& questions, std::string_view id) {
  for (const LintedQuestion& question : questions) {
    if (question.id == id) return &question;
  }
  return nullptr;
}

const LintedChoice* findOffered(const LintedQuestion& question, std::string_view answer) {
  for (const LintedChoice& choice : question.choices) {
    if (lowered(choice.id) == lowered(answer)) return &choice;
  }
  return nullptr;
}

bool isLongest(const LintedQuestion& question, const LintedChoice& right) {
  return std::all_of(question.choices.begin(), question.choices.end(), [&](const LintedChoice& other) {
    return &other == &right || columns(other.text) < columns(right.text);
  });
}

struct KeyedQuestion {
  const LintedQuestion* question;
  const LintedChoice* right;
};

// Habits that let a student guess without knowing.
void lintPatterns(const std::string& keyFile, const std::string& questionsFile,
                  const std::vector<KeyedQuestion>& keyed, Findings& findings) {
  if (keyed.size() < kEnoughForPatterns) return;
  std::map<std::string, std::size_t> letters;
  std::size_t longest = 0;
  std::size_t none = 0;
  for (const KeyedQuestion& entry : keyed) {
    ++letters[lowered(entry.right->id)];
    longest += isLongest(*entry.question, *entry.right) ? 1 : 0;
    none += std::any_of(entry.question->choices.begin(), entry.question->choices.end(),
                        [](const LintedChoice& choice) { return isNoneOfThese(choice.text); })
                ? 1
                : 0;
  }
  if (longest == keyed.size()) {
    findings.warning("longest-answer", questionsFile, 0, "the right answer is always the longest one");
  }
  for (const auto& [letter, count] : letters) {
    if (count * 10 >= keyed.size() * 6) {
      findings.warning("same-letter", keyFile, 0,
                       "the right answer is " + inQuotes(letter) + " in " + std::to_string(count) + " of " +
                           std::to_string(keyed.size()) + " questions");
    }
  }
  if (none * 10 >= keyed.size() * 8) {
    findings.warning("none-of-these", questionsFile, 0,
                     "\"none of the ...\" or \"all of the ...\" is offered in " + std::to_string(none) + " of " +
                         std::to_string(keyed.size()) + " questions");
  }
}

}  // namespace

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
    const LocatedJson* text = requireString(item, "question", file, what, findings);
    const LocatedJson* answers = item.find("answers");
    if (answers == nullptr || !answers->isArray()) {
      findings.error("json-shape", file, item.place.line, what + " has no list of answers");
    }
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
    if (text != nullptr) {
      question.text = text->text;
      lintText(*text, file, what, findings);
    }
    if (answers != nullptr && answers->isArray()) lintChoices(*answers, file, what, question, findings);
    lintLeak(item, file, what, findings);
    if (answers != nullptr) {
      for (const LocatedJson& answer : answers->items) lintLeak(answer, file, "an answer of " + what, findings);
    }
    lintPoints(item, file, what, findings);
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

void lintKey(const std::string& file, std::string_view bytes, const std::string& questionsFile,
             const std::vector<LintedQuestion>& questions, Findings& findings) {
  const LocatedJson document = readLocated(file, bytes, LocatedJson::Kind::kArray, findings);
  if (!document.isArray()) return;
  std::set<std::string> seen;
  std::vector<KeyedQuestion> keyed;
  for (const LocatedJson& item : document.items) {
    const LocatedJson* id = requireString(item, "questionId", file, "An entry of the key", findings);
    const LocatedJson* answer = requireString(item, "answer", file, "An entry of the key", findings);
    if (id == nullptr || answer == nullptr) continue;
    if (!seen.insert(id->text).second) {
      findings.error("key-duplicate", file, id->place.line, "question " + inQuotes(id->text) + " is there twice");
      continue;
    }
    const LintedQuestion* question = findQuestion(questions, id->text);
    if (question == nullptr) {
      findings.error("key-extra", file, id->place.line,
                     "there is no question " + inQuotes(id->text) + " in " + questionsFile);
      continue;
    }
    const LintedChoice* right = findOffered(*question, answer->text);
    if (right == nullptr) {
      findings.error("key-not-offered", file, answer->place.line,
                     "question " + inQuotes(id->text) + " does not offer the answer " + inQuotes(answer->text));
      continue;
    }
    keyed.push_back({question, right});
  }
  for (const LintedQuestion& question : questions) {
    if (!question.id.empty() && !seen.contains(question.id)) {
      findings.error("key-missing", file, 0, "there is no answer to question " + inQuotes(question.id),
                     "Add  {\"questionId\": " + inQuotes(question.id) + ", \"answer\": \"...\"}");
    }
  }
  lintPatterns(file, questionsFile, keyed, findings);
}

}  // namespace hearth::homework::client
