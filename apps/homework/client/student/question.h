// One question as students see it, and what an answer to it is. Types and answers: apps/homework/README.md.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "homework/client/common/json.h"
#include "homework/client/common/terminal.h"

namespace hearth::homework::client {

enum class QuestionType : unsigned char { kSingle, kMultiple, kTrueFalse, kText, kNumber };

inline constexpr std::size_t kLongestText = 200;  // bytes of a text answer

struct Choice {
  std::string id;
  std::string text;
  friend bool operator==(const Choice&, const Choice&) = default;
};

struct Question {
  std::string id;
  std::string text;
  std::vector<Choice> choices;  // none for text and number; of true and false the bodies may be empty
  QuestionType type = QuestionType::kSingle;
  std::string code;  // shown below the text as it is
  int points = 1;
  friend bool operator==(const Question&, const Question&) = default;

  // Whether it is answered with what stands there, not with a line of one's own.
  bool hasChoices() const { return type != QuestionType::kText && type != QuestionType::kNumber; }
};

// A question in the API's form; nullopt for what this program cannot show or answer.
std::optional<Question> questionFromJson(const Json& value);
JsonObject questionToJson(const Question& question);

// The choice that `typed` means: its id in any case, or its number from 1 where ids are not numbers themselves; of
// true and false also the first letter. nullptr when it means none.
const Choice* findChoice(const Question& question, std::string_view typed);

// What a person types (`b`, `2`, `a,c`, `ac`, `t`, `3,14`) as the API takes it; nullopt when it is no answer.
std::optional<std::string> readAnswer(const Question& question, std::string_view typed);
// Whether `answer` is one in the API's form.
bool isAnswer(const Question& question, std::string_view answer);

// "a–d", "t or f": what can be typed.
std::string answerRange(const Question& question, const Style& style);
// "a,c": a choice of several.
std::string exampleOf(const Question& question, const Style& style);
// Of a choice of true and false the word in the student's language, of others the text, on one line.
std::string choiceText(const Question& question, const Choice& choice, const Style& style);
// How the id of a choice is shown: "a"; of true "t".
std::string choiceLabel(const Question& question, const Choice& choice, const Style& style);
// An answer as it is typed: "a,c", "t", "3.14".
std::string answerLabel(const Question& question, const std::string& answer, const Style& style);
// An answer in words, on one line: the texts of what was chosen.
std::string answerText(const Question& question, const std::string& answer, const Style& style);

}  // namespace hearth::homework::client
