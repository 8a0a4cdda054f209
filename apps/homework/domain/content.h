// Question sets and answer keys as trainers write them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "homework/domain/json_text.h"
#include "homework/domain/outcome.h"

namespace hearth::homework {

inline constexpr std::size_t kMaxContentBytes = 256 * 1024;
inline constexpr std::size_t kMaxQuestions = 200;
inline constexpr std::size_t kMaxAnswers = 26;
inline constexpr int kMaxPoints = 1000;

struct AnswerOption {
  std::string id;
  std::string body;
};

struct Question {
  std::string id;
  std::string text;
  std::vector<AnswerOption> answers;
  int points = 1;

  // The option that `answer` means: its id in any case. nullptr when there is none.
  const AnswerOption* findOption(std::string_view answer) const;
};

struct QuestionSet {
  std::vector<Question> questions;
  std::string hash;  // SHA-256 of the bytes it was read from

  const Question* findQuestion(std::string_view id) const;
  int maxPoints() const;
};

// At least one question, each with at least two answers, ids unique (in any case), texts not empty. A member that
// would give the answer away (`answer`, `correct`, `score`) is refused: students read this document.
Outcome<QuestionSet> parseQuestionSet(std::string_view text);

// What students are sent: the known members only.
json::value questionsJson(const QuestionSet& set);

struct KeyEntry {
  std::string questionId;
  std::string answer;
};

struct AnswerKey {
  std::vector<KeyEntry> entries;
};

// A key for exactly the questions of `set`, each answer one of those offered.
Outcome<AnswerKey> parseAnswerKey(std::string_view text, const QuestionSet& set);

}  // namespace hearth::homework
