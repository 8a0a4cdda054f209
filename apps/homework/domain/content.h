// Question sets and answer keys as trainers write them, and what counts as an answer to a question.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "homework/domain/decimal.h"
#include "homework/domain/json_text.h"
#include "homework/domain/outcome.h"

namespace hearth::homework {

inline constexpr std::size_t kMaxContentBytes = 256 * 1024;
inline constexpr std::size_t kMaxQuestions = 200;
inline constexpr std::size_t kMaxAnswers = 26;
inline constexpr int kMaxPoints = 1000;
inline constexpr std::size_t kMaxTextAnswer = 200;  // bytes
inline constexpr std::size_t kMaxAccepted = 50;     // further right answers of a text question
inline constexpr std::size_t kMaxFeedback = 4 * 1024;

enum class QuestionType : unsigned char { kSingle, kMultiple, kTrueFalse, kText, kNumber };
std::optional<QuestionType> parseQuestionType(std::string_view text);
std::string_view questionTypeName(QuestionType type);

struct AnswerOption {
  std::string id;
  std::string body;
};

struct Question {
  std::string id;
  std::string text;
  std::vector<AnswerOption> answers;  // empty for text and number; `true`, `false` for truefalse, always
  int points = 1;
  QuestionType type = QuestionType::kSingle;
  std::string code;  // shown below the text as it is; may be empty

  // Whether an answer is a choice of `answers`, or something that is typed.
  bool offersOptions() const { return type != QuestionType::kText && type != QuestionType::kNumber; }
  // The option that `answer` means: its id in any case. nullptr when there is none.
  const AnswerOption* findOption(std::string_view answer) const;
};

struct QuestionSet {
  std::vector<Question> questions;
  std::string hash;  // SHA-256 of the bytes it was read from

  const Question* findQuestion(std::string_view id) const;
  int maxPoints() const;
};

// At least one question, ids unique (in any case), texts not empty; what offers options has at least two of them. A
// member that would give the answer away (`answer`, `correct`, `score`) is refused: students read this document.
Outcome<QuestionSet> parseQuestionSet(std::string_view text);

// What students are sent: the known members only.
json::value questionsJson(const QuestionSet& set);

// `given` in the form in which it is stored and compared: an option's own spelling (`a`), the chosen options in the
// order of the question (`a,c`), a text with its blanks trimmed and joined, a number as it was typed. A Problem
// names the question: what is not an answer to it. Never empty.
Outcome<std::string> normalAnswer(const Question& question, std::string_view given);

struct KeyEntry {
  std::string questionId;
  std::string answer;               // as normalAnswer
  std::vector<std::string> accept;  // text: further right answers, as normalAnswer
  bool caseSensitive = false;       // text
  Decimal value;                    // number
  Decimal tolerance;                // number
  std::string feedback;             // may be empty
};

struct AnswerKey {
  std::vector<KeyEntry> entries;

  const KeyEntry* find(std::string_view questionId) const;
};

// A key for exactly the questions of `set`, each answer one that the question can have.
Outcome<AnswerKey> parseAnswerKey(std::string_view text, const QuestionSet& set);

// An answer for people: the bodies of the chosen options, joined with "; ", or what was typed.
std::string answerText(const Question& question, std::string_view answer);

}  // namespace hearth::homework
