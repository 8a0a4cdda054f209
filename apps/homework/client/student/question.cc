#include "homework/client/student/question.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "homework/client/common/text.h"
#include "homework/domain/decimal.h"
#include "homework/domain/letters.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kMostChoices = 50;
constexpr std::array<std::pair<std::string_view, QuestionType>, 5> kTypes{{{"single", QuestionType::kSingle},
                                                                           {"multiple", QuestionType::kMultiple},
                                                                           {"truefalse", QuestionType::kTrueFalse},
                                                                           {"text", QuestionType::kText},
                                                                           {"number", QuestionType::kNumber}}};

std::string textOf(const Json& value) {
  if (const auto* text = value.if_string()) return {text->data(), text->size()};
  return value.is_number() ? writeJson(value) : std::string();
}

std::optional<std::size_t> numberIn(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The choices of true and false in this order, with the bodies that the question has for them.
std::vector<Choice> trueAndFalse(const std::vector<Choice>& given) {
  std::vector<Choice> out{{"true", ""}, {"false", ""}};
  for (Choice& choice : out) {
    for (const Choice& other : given) {
      if (lowered(other.id) == choice.id) choice.text = other.text;
    }
  }
  return out;
}

bool isTextAnswer(std::string_view text) {
  return !text.empty() && text.size() <= kLongestText && isUtf8(text) && isPlainLine(text);
}

// What was typed for several choices, cut at commas, semicolons and blanks.
std::vector<std::string_view> piecesOf(std::string_view typed) {
  std::vector<std::string_view> pieces;
  while (!typed.empty()) {
    const std::size_t end = std::min(typed.find_first_of(",; \t"), typed.size());
    if (end > 0) pieces.push_back(typed.substr(0, end));
    typed.remove_prefix(std::min(end + 1, typed.size()));
  }
  return pieces;
}

std::optional<std::string> readSeveral(const Question& question, std::string_view typed) {
  std::vector<const Choice*> chosen;
  for (const std::string_view piece : piecesOf(typed)) {
    if (const Choice* choice = findChoice(question, piece)) {
      chosen.push_back(choice);
      continue;
    }
    for (std::size_t i = 0; i < piece.size(); ++i) {  // "ac"
      const Choice* letter = findChoice(question, piece.substr(i, 1));
      if (letter == nullptr || letter->id.size() != 1) return std::nullopt;
      chosen.push_back(letter);
    }
  }
  std::string out;
  for (const Choice& choice : question.choices) {
    if (std::find(chosen.begin(), chosen.end(), &choice) == chosen.end()) continue;
    out += (out.empty() ? "" : ",") + choice.id;
  }
  return out.empty() ? std::nullopt : std::optional(out);
}

const Choice* choiceById(const Question& question, std::string_view id) {
  const auto found = std::find_if(question.choices.begin(), question.choices.end(),
                                  [&](const Choice& choice) { return choice.id == id; });
  return found == question.choices.end() ? nullptr : &*found;
}

}  // namespace

std::optional<Question> questionFromJson(const Json& value) {
  Question question;
  if (const Json* id = findMember(value, "questionId")) question.id = textOf(*id);
  question.text = stringMember(value, "question");
  question.code = stringMember(value, "code");
  const auto points = integerMember(value, "points").value_or(1);
  question.points = static_cast<int>(std::clamp<std::int64_t>(points, 1, 1'000'000));
  if (const std::string type = stringMember(value, "type"); !type.empty()) {
    const auto known = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& t) { return t.first == type; });
    if (known == kTypes.end()) return std::nullopt;
    question.type = known->second;
  }
  for (const Json& choice : arrayMember(value, "answers")) {
    const Json* id = findMember(choice, "answerId");
    if (id == nullptr || textOf(*id).empty() || question.choices.size() == kMostChoices) return std::nullopt;
    question.choices.push_back({textOf(*id), stringMember(choice, "answerBody")});
  }
  if (question.type == QuestionType::kTrueFalse) question.choices = trueAndFalse(question.choices);
  if (!question.hasChoices()) question.choices.clear();
  if (question.id.empty() || (question.hasChoices() && question.choices.empty())) return std::nullopt;
  return question;
}

JsonObject questionToJson(const Question& question) {
  JsonArray choices;
  for (const Choice& choice : question.choices) {
    choices.push_back(JsonObject{{"answerId", choice.id}, {"answerBody", choice.text}});
  }
  const auto type = std::find_if(kTypes.begin(), kTypes.end(),
                                 [&](const auto& candidate) { return candidate.second == question.type; });
  JsonObject out{{"questionId", question.id},
                 {"question", question.text},
                 {"type", std::string(type->first)},
                 {"points", question.points},
                 {"answers", std::move(choices)}};
  if (!question.code.empty()) out["code"] = question.code;
  return out;
}

const Choice* findChoice(const Question& question, std::string_view typed) {
  if (typed.empty()) return nullptr;
  const std::string wanted = lowered(typed);
  bool numeric = false;
  for (const Choice& choice : question.choices) {
    if (choice.id == typed) return &choice;
    numeric = numeric || numberIn(choice.id).has_value();
  }
  for (const Choice& choice : question.choices) {
    if (lowered(choice.id) == wanted) return &choice;
    if (question.type == QuestionType::kTrueFalse && choice.id.substr(0, 1) == wanted) return &choice;
  }
  const auto number = numberIn(typed);
  if (numeric || !number || *number == 0 || *number > question.choices.size()) return nullptr;
  return &question.choices[*number - 1];
}

std::optional<std::string> readAnswer(const Question& question, std::string_view typed) {
  switch (question.type) {
    case QuestionType::kSingle:
    case QuestionType::kTrueFalse: {
      const Choice* choice = findChoice(question, typed);
      return choice == nullptr ? std::nullopt : std::optional(choice->id);
    }
    case QuestionType::kMultiple:
      return readSeveral(question, typed);
    case QuestionType::kText:
    case QuestionType::kNumber:
      break;
  }
  const std::string line(trimmed(typed));
  return isAnswer(question, line) ? std::optional(line) : std::nullopt;
}

bool isAnswer(const Question& question, std::string_view answer) {
  switch (question.type) {
    case QuestionType::kSingle:
    case QuestionType::kTrueFalse:
      return choiceById(question, answer) != nullptr;
    case QuestionType::kMultiple: {
      const auto read = readSeveral(question, answer);
      return read && *read == answer;
    }
    case QuestionType::kText:
      return isTextAnswer(answer);
    case QuestionType::kNumber:
      return Decimal::parse(answer).has_value();
  }
  return false;
}

std::string choiceLabel(const Question& question, const Choice& choice, const Style& style) {
  if (question.type == QuestionType::kTrueFalse) return choice.id.substr(0, 1);
  return cleanedLine(choice.id, style.charset, 12);
}

std::string choiceText(const Question& question, const Choice& choice, const Style& style) {
  if (question.type == QuestionType::kTrueFalse && trimmed(choice.text).empty()) {
    return style.tell(choice.id == "true" ? Text::kTermTrue : Text::kTermFalse);
  }
  return cleanedLine(choice.text, style.charset, 4000);
}

std::string answerRange(const Question& question, const Style& style) {
  const auto& choices = question.choices;
  bool consecutive = choices.size() > 2;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    consecutive = consecutive && choices[i].id.size() == 1 &&
                  choices[i].id[0] == static_cast<char>(choices[0].id[0] + static_cast<char>(i));
  }
  if (consecutive) return style.range(cleanedLine(choices.front().id), cleanedLine(choices.back().id));
  std::string out;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) out += i + 1 == choices.size() ? " " + style.tell(Text::kTermOr) + " " : ", ";
    out += choiceLabel(question, choices[i], style);
  }
  return out;
}

std::string exampleOf(const Question& question, const Style& style) {
  const auto& choices = question.choices;
  return choiceLabel(question, choices.front(), style) + "," +
         choiceLabel(question, choices[choices.size() > 2 ? 2 : choices.size() - 1], style);
}

std::string answerLabel(const Question& question, const std::string& answer, const Style& style) {
  if (question.type == QuestionType::kTrueFalse) return answer.substr(0, 1);
  return cleanedLine(answer, style.charset, 60);
}

std::string answerText(const Question& question, const std::string& answer, const Style& style) {
  if (!question.hasChoices()) return cleanedLine(answer, style.charset, 4000);
  std::string out;
  for (const std::string_view id : split(answer, ',')) {
    const Choice* choice = choiceById(question, question.type == QuestionType::kMultiple ? id : answer);
    if (choice == nullptr) continue;
    out += (out.empty() ? "" : "; ") + choiceText(question, *choice, style);
    if (question.type != QuestionType::kMultiple) break;
  }
  return out;
}

}  // namespace hearth::homework::client
