#include "homework/domain/content.h"

#include <algorithm>
#include <set>

#include "homework/domain/hash.h"
#include "homework/domain/ids.h"
#include "homework/domain/letters.h"

namespace hearth::homework {
namespace {

constexpr std::size_t kMaxQuestionText = 16 * 1024;
constexpr std::size_t kMaxAnswerText = 4 * 1024;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

bool isBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

// `where` is the beginning of a message: "question 3".
Outcome<std::string> idMember(const json::object& object, std::string_view name, const std::string& where) {
  const auto id = findString(object, name);
  if (!id || !isId(*id)) {
    return Problem{where + " has no usable " + std::string(name) +
                   ": 1 to 64 letters, digits, dots, dashes or underscores"};
  }
  return std::string(*id);
}

Outcome<std::string> textMember(const json::object& object, std::string_view name, std::size_t limit,
                                const std::string& where) {
  const auto text = findString(object, name);
  if (!text || isBlank(*text)) return Problem{where + " has no text in " + std::string(name)};
  if (text->size() > limit)
    return Problem{where + ": " + std::string(name) + " is longer than " + std::to_string(limit) + " bytes"};
  return std::string(*text);
}

Outcome<AnswerOption> parseOption(const json::value& value, const std::string& where) {
  const auto* object = value.if_object();
  if (object == nullptr) return Problem{where + " is not an object"};
  auto id = idMember(*object, "answerId", where);
  if (!id) return id.problem();
  auto body = textMember(*object, "answerBody", kMaxAnswerText, where + " (" + *id + ")");
  if (!body) return body.problem();
  for (const char* leak : {"correct", "score"}) {
    if (findMember(*object, leak) != nullptr) {
      return Problem{where + " has a member '" + leak + "' that would tell the answer"};
    }
  }
  return AnswerOption{std::move(*id), std::move(*body)};
}

// What the question offers, as its type wants it.
Outcome<bool> readOptions(const json::value* answers, Question& question, const std::string& where) {
  const auto* array = answers != nullptr ? answers->if_array() : nullptr;
  if (!question.offersOptions()) {
    if (answers == nullptr || (array != nullptr && array->empty())) return true;
    return Problem{where + " is answered by typing and offers no answers"};
  }
  if (answers == nullptr && question.type == QuestionType::kTrueFalse) {
    question.answers = {{"true", "true"}, {"false", "false"}};
    return true;
  }
  if (array == nullptr) return Problem{where + " has no list of answers"};
  if (array->size() < 2 || array->size() > kMaxAnswers) return Problem{where + " needs 2 to 26 answers"};
  std::set<std::string> seen;
  for (const json::value& element : *array) {
    auto option = parseOption(element, where + ", answer " + std::to_string(seen.size() + 1));
    if (!option) return option.problem();
    if (!seen.insert(lower(option->id)).second) return Problem{where + " has two answers " + option->id};
    question.answers.push_back(std::move(*option));
  }
  if (question.type == QuestionType::kTrueFalse) {
    if (seen != std::set<std::string>{"false", "true"}) return Problem{where + ": its answers are true and false"};
    for (AnswerOption& option : question.answers) option.id = lower(option.id);
  }
  return true;
}

Outcome<Question> parseQuestion(const json::value& value, const std::string& position) {
  const auto* object = value.if_object();
  if (object == nullptr) return Problem{position + " is not an object"};
  Question question;
  auto id = idMember(*object, "questionId", position);
  if (!id) return id.problem();
  question.id = std::move(*id);
  const std::string where = "question " + question.id;
  auto text = textMember(*object, "question", kMaxQuestionText, where);
  if (!text) return text.problem();
  question.text = std::move(*text);
  for (const char* leak : {"answer", "correct", "score"}) {
    if (findMember(*object, leak) != nullptr) {
      return Problem{where + " has a member '" + leak + "' that would tell the answer"};
    }
  }
  if (findMember(*object, "type") != nullptr) {
    const auto type = parseQuestionType(findString(*object, "type").value_or(""));
    if (!type) return Problem{where + ": the type is single, multiple, truefalse, text or number"};
    question.type = *type;
  }
  if (findMember(*object, "points") != nullptr) {
    const auto points = findInteger(*object, "points");
    if (!points || *points < 1 || *points > kMaxPoints) return Problem{where + ": points are 1 to 1000"};
    question.points = static_cast<int>(*points);
  }
  if (findMember(*object, "code") != nullptr) {
    const auto code = findString(*object, "code");
    if (!code || code->size() > kMaxQuestionText) {
      return Problem{where + ": code is not a text of at most " + std::to_string(kMaxQuestionText) + " bytes"};
    }
    question.code = std::string(*code);
  }
  if (auto read = readOptions(findMember(*object, "answers"), question, where); !read) return read.problem();
  return question;
}

}  // namespace

std::optional<QuestionType> parseQuestionType(std::string_view text) {
  for (const QuestionType type : {QuestionType::kSingle, QuestionType::kMultiple, QuestionType::kTrueFalse,
                                  QuestionType::kText, QuestionType::kNumber}) {
    if (text == questionTypeName(type)) return type;
  }
  return std::nullopt;
}

std::string_view questionTypeName(QuestionType type) {
  switch (type) {
    case QuestionType::kSingle:
      return "single";
    case QuestionType::kMultiple:
      return "multiple";
    case QuestionType::kTrueFalse:
      return "truefalse";
    case QuestionType::kText:
      return "text";
    case QuestionType::kNumber:
      return "number";
  }
  return "";
}

const AnswerOption* Question::findOption(std::string_view answer) const {
  const std::string wanted = lower(answer);
  const auto found =
      std::find_if(answers.begin(), answers.end(), [&](const AnswerOption& o) { return lower(o.id) == wanted; });
  return found == answers.end() ? nullptr : &*found;
}

const Question* QuestionSet::findQuestion(std::string_view id) const {
  const auto found =
      std::find_if(questions.begin(), questions.end(), [&](const Question& q) { return q.id == id; });
  return found == questions.end() ? nullptr : &*found;
}

int QuestionSet::maxPoints() const {
  int sum = 0;
  for (const Question& question : questions) sum += question.points;
  return sum;
}

Outcome<QuestionSet> parseQuestionSet(std::string_view text) {
  auto document = parseJson(text, kMaxContentBytes, "the question set");
  if (!document) return document.problem();
  const auto* array = document->if_array();
  if (array == nullptr || array->empty()) return Problem{"the question set is not a list of questions"};
  if (array->size() > kMaxQuestions) return Problem{"the question set has more than 200 questions"};
  QuestionSet set;
  set.hash = sha256Hex(text);
  std::set<std::string> seen;
  for (const json::value& element : *array) {
    auto question = parseQuestion(element, "question number " + std::to_string(seen.size() + 1));
    if (!question) return question.problem();
    if (!seen.insert(lower(question->id)).second) return Problem{"there are two questions " + question->id};
    set.questions.push_back(std::move(*question));
  }
  return set;
}

json::value questionsJson(const QuestionSet& set) {
  json::array out;
  for (const Question& question : set.questions) {
    json::object entry{{"questionId", question.id}, {"question", question.text}};
    if (question.type != QuestionType::kSingle) entry["type"] = questionTypeName(question.type);
    if (!question.code.empty()) entry["code"] = question.code;
    if (question.points != 1) entry["points"] = question.points;
    json::array& answers = entry["answers"].emplace_array();
    for (const AnswerOption& option : question.answers) {
      answers.push_back({{"answerId", option.id}, {"answerBody", option.body}});
    }
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace hearth::homework
