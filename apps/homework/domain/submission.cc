#include "homework/domain/submission.h"

#include <map>
#include <set>

namespace hearth::homework {
namespace {

// For messages: what a stranger sent, cut and without control characters.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text.substr(0, 32)) out += c >= 0x20 && c < 0x7f ? c : '?';
  return out + (text.size() > 32 ? "...'" : "'");
}

}  // namespace

Outcome<Answers> checkSubmission(const json::value& testResult, const QuestionSet& set) {
  const auto* array = testResult.if_array();
  if (array == nullptr) return Problem{"testResult is not a list"};
  if (array->size() > kMaxQuestions) return Problem{"testResult has more than 200 answers"};
  std::map<std::string_view, std::string> chosen;
  for (const json::value& element : *array) {
    const auto* object = element.if_object();
    const auto id = object != nullptr ? findString(*object, "questionId") : std::nullopt;
    const auto answer = object != nullptr ? findString(*object, "answer") : std::nullopt;
    if (!id || !answer) return Problem{"an answer is not an object with the texts questionId and answer"};
    const Question* question = set.findQuestion(*id);
    if (question == nullptr) return Problem{"there is no question " + quoted(*id)};
    auto normal = normalAnswer(*question, *answer);
    if (!normal) return normal.problem();
    if (!chosen.emplace(question->id, std::move(*normal)).second)
      return Problem{"question " + question->id + " is answered twice"};
  }
  Answers answers;
  for (const Question& question : set.questions) {
    if (const auto found = chosen.find(question.id); found != chosen.end()) {
      answers.push_back({question.id, std::move(found->second)});
    }
  }
  return answers;
}

Outcome<Answers> parseStoredAnswers(std::string_view text) {
  auto document = parseJson(text, kMaxSubmissionBytes, "the submission");
  if (!document) return document.problem();
  const auto* array = document->if_array();
  if (array == nullptr) return Problem{"the submission is not a list of answers"};
  Answers answers;
  std::set<std::string_view> seen;
  for (const json::value& element : *array) {
    const auto* object = element.if_object();
    const auto id = object != nullptr ? findString(*object, "questionId") : std::nullopt;
    const auto answer = object != nullptr ? findString(*object, "answer") : std::nullopt;
    if (!id || !answer) return Problem{"the submission has an entry without questionId and answer"};
    if (seen.insert(*id).second) answers.push_back({std::string(*id), std::string(*answer)});
  }
  return answers;
}

std::string storedAnswers(const Answers& answers) {
  json::array out;
  for (const Answer& answer : answers)
    out.push_back({{"questionId", answer.questionId}, {"answer", answer.answer}});
  return pythonJson(out);
}

std::string canonicalAnswers(const Answers& answers) {
  std::string out;
  for (const Answer& answer : answers) out += answer.questionId + "=" + answer.answer + "\n";
  return out;
}

}  // namespace hearth::homework
