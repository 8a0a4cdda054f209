// The rules for answer keys: see lint.h.
#include <algorithm>
#include <map>
#include <set>

#include "homework/client/common/text.h"
#include "homework/client/trainer/lint.h"
#include "homework/domain/decimal.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kEnoughForPatterns = 5;  // fewer questions show no habit

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

// The entry's answer among what the question offers. nullopt with a finding when it is not.
std::optional<std::vector<const LintedChoice*>> lintOffered(const LocatedJson& answer, const std::string& file,
                                                            const LintedQuestion& question, Findings& findings) {
  std::vector<const LintedChoice*> right;
  const bool several = question.type == QuestionType::kMultiple;
  const std::vector<std::string_view> parts =
      several ? split(answer.text, ',') : std::vector<std::string_view>{answer.text};
  for (const std::string_view part : parts) {
    const LintedChoice* choice = findOffered(question, several ? trimmed(part) : part);
    if (choice == nullptr) {
      const bool joined = !several && answer.text.find(',') != std::string::npos;
      findings.error("key-not-offered", file, answer.place.line,
                     "question " + inQuotes(question.id) + " does not offer the answer " + inQuotes(part),
                     joined ? "For several right answers give the question  \"type\": \"multiple\"" : "");
      return std::nullopt;
    }
    if (std::find(right.begin(), right.end(), choice) != right.end()) {
      findings.error("key-twice", file, answer.place.line,
                     "the key of question " + inQuotes(question.id) + " names " + inQuotes(part) + " twice");
      return std::nullopt;
    }
    right.push_back(choice);
  }
  if (several && right.size() == question.choices.size()) {
    findings.warning("all-right", file, answer.place.line,
                     "every answer of question " + inQuotes(question.id) + " is right");
  }
  return right;
}

// One right answer that is typed.
void lintTyped(const LocatedJson& answer, const std::string& file, const LintedQuestion& question,
               Findings& findings) {
  Question typed;
  typed.id = question.id;
  typed.type = *question.type;
  const auto normal = normalAnswer(typed, answer.text);
  if (!answer.isString() || !normal) {
    findings.error("key-answer", file, answer.place.line,
                   answer.isString() ? normal.problem().message
                                     : "an answer to question " + inQuotes(question.id) + " is not a text",
                   question.type == QuestionType::kNumber ? "A number as text:  \"3.14\"" : "");
  }
}

void lintAccepted(const LocatedJson& item, const LocatedJson& answer, const std::string& file,
                  const LintedQuestion& question, Findings& findings) {
  const LocatedJson* accept = item.find("accept");
  if (accept == nullptr) return;
  if (!accept->isArray() || accept->items.size() > kMaxAccepted) {
    findings.error("key-member", file, accept->place.line,
                   "\"accept\" of question " + inQuotes(question.id) + " is not a list of at most 50 texts");
    return;
  }
  const LocatedJson* sensitive = item.find("case");
  const bool exact = sensitive != nullptr && sensitive->text == "true";
  const auto form = [&](const std::string& text) {
    const std::string line = cleanedLine(text);
    return exact ? line : lowered(line);
  };
  std::set<std::string> known = {form(answer.text)};
  for (const LocatedJson& other : accept->items) {
    lintTyped(other, file, question, findings);
    if (other.isString() && !known.insert(form(other.text)).second) {
      findings.warning("accept-twice", file, other.place.line,
                       "question " + inQuotes(question.id) + " accepts " + inQuotes(other.text) + " already");
    }
  }
}

// Members that belong to one type of question only.
void lintMembers(const LocatedJson& item, const LocatedJson& answer, const std::string& file,
                 const LintedQuestion& question, Findings& findings) {
  const auto refuse = [&](const LocatedJson& member, const std::string& why) {
    findings.error("key-member", file, member.place.line,
                   "in the key of question " + inQuotes(question.id) + ": " + why);
  };
  for (const auto& [name, type] : {std::pair{"accept", QuestionType::kText},
                                   {"case", QuestionType::kText},
                                   {"tolerance", QuestionType::kNumber}}) {
    const LocatedJson* member = item.find(name);
    if (member != nullptr && question.type != type) {
      refuse(*member, inQuotes(name) + " belongs to questions of the type " + std::string(questionTypeName(type)));
    }
  }
  if (question.type == QuestionType::kText) lintAccepted(item, answer, file, question, findings);
  const LocatedJson* sensitive = item.find("case");
  if (sensitive != nullptr && question.type == QuestionType::kText && sensitive->kind != LocatedJson::Kind::kBool)
    refuse(*sensitive, "\"case\" is true or false, without quotes");
  const LocatedJson* tolerance = item.find("tolerance");
  if (tolerance != nullptr && question.type == QuestionType::kNumber) {
    const auto value = tolerance->isString() ? Decimal::parse(tolerance->text) : std::nullopt;
    if (!value || value->isNegative())
      refuse(*tolerance, "the tolerance is a decimal number as text, like \"0.01\", and not negative");
  }
  const LocatedJson* feedback = item.find("feedback");
  if (feedback != nullptr && (!feedback->isString() || feedback->text.size() > kMaxFeedback))
    refuse(*feedback, "the feedback is not a text of at most 4096 bytes");
  warnUnknown(item, {"questionId", "answer", "accept", "case", "tolerance", "feedback"}, file, findings);
}

// One entry of the key; what shows a habit goes to `keyed`.
void lintEntry(const LocatedJson& item, const LocatedJson& answer, const std::string& file,
               const LintedQuestion& question, std::vector<KeyedQuestion>& keyed, Findings& findings) {
  if (!question.type) return;
  lintMembers(item, answer, file, question, findings);
  if (question.type == QuestionType::kText || question.type == QuestionType::kNumber) {
    lintTyped(answer, file, question, findings);
    return;
  }
  const auto right = lintOffered(answer, file, question, findings);
  if (right && question.type == QuestionType::kSingle) keyed.push_back({&question, right->front()});
}

}  // namespace

void lintKey(const std::string& file, std::string_view bytes, const std::string& questionsFile,
             const std::vector<LintedQuestion>& questions, Findings& findings) {
  const LocatedJson document = readLocated(file, bytes, LocatedJson::Kind::kArray, findings);
  if (!document.isArray()) return;
  std::set<std::string> seen;
  std::vector<KeyedQuestion> keyed;
  for (const LocatedJson& item : document.items) {
    const LocatedJson* id = requireString(item, "questionId", file, "An entry of the key", findings);
    const LocatedJson* answer = requireString(item, "answer", file, "An entry of the key", findings);
    if (id == nullptr) continue;
    if (!seen.insert(id->text).second) {
      findings.error("key-duplicate", file, id->place.line, "question " + inQuotes(id->text) + " is there twice");
      continue;
    }
    const LintedQuestion* question = findQuestion(questions, id->text);
    if (question == nullptr) {
      findings.error("key-extra", file, id->place.line,
                     "there is no question " + inQuotes(id->text) + " in " + questionsFile);
    } else if (answer != nullptr) {
      lintEntry(item, *answer, file, *question, keyed, findings);
    }
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
