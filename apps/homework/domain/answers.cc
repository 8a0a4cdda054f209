// What counts as an answer to a question, and the answer key.
#include <algorithm>
#include <set>

#include "homework/domain/content.h"
#include "homework/domain/letters.h"

namespace hearth::homework {
namespace {

// For messages: what a stranger sent, cut and without control characters.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text.substr(0, 32)) out += c >= 0x20 && c < 0x7f ? c : '?';
  return out + (text.size() > 32 ? "...'" : "'");
}

Problem notAnAnswer(const Question& question, std::string_view given) {
  return Problem{"question " + question.id + " has no answer " + quoted(given)};
}

// The chosen options, each once, in the order of the question.
Outcome<std::string> normalChoice(const Question& question, std::string_view given) {
  std::set<const AnswerOption*> chosen;
  for (std::string_view rest = given;;) {
    const std::size_t comma = rest.find(',');
    const AnswerOption* option = question.findOption(joinBlanks(rest.substr(0, comma)));
    if (option == nullptr) return notAnAnswer(question, given);
    if (!chosen.insert(option).second)
      return Problem{"question " + question.id + " is answered " + option->id + " twice"};
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  std::string out;
  for (const AnswerOption& option : question.answers) {
    if (chosen.contains(&option)) out += (out.empty() ? "" : ",") + option.id;
  }
  return out;
}

Outcome<std::string> normalText(const Question& question, std::string_view given) {
  if (given.size() > kMaxTextAnswer) {
    return Problem{"the answer to question " + question.id + " is longer than " + std::to_string(kMaxTextAnswer) +
                   " bytes"};
  }
  std::string line = joinBlanks(given);
  if (line.empty()) return Problem{"the answer to question " + question.id + " is empty; leave it out instead"};
  if (!isPlainLine(line)) {
    return Problem{"the answer to question " + question.id + " is not one line of text without control characters"};
  }
  return line;
}

Outcome<std::string> normalNumber(const Question& question, std::string_view given) {
  if (!Decimal::parse(given)) {
    return Problem{"the answer to question " + question.id + " is not a decimal number of at most " +
                   std::to_string(Decimal::kMaxText) + " characters: " + quoted(given)};
  }
  return joinBlanks(given);
}

// ---- the key

Problem atQuestion(const Question& question, std::string_view what) {
  return Problem{"the answer key of question " + question.id + ": " + std::string(what)};
}

Outcome<bool> readAccepted(const json::object& object, const Question& question, KeyEntry& entry) {
  const json::value* accept = findMember(object, "accept");
  if (accept == nullptr) return true;
  const auto* array = accept->if_array();
  if (question.type != QuestionType::kText)
    return atQuestion(question, "accept belongs to questions of the type text");
  if (array == nullptr || array->size() > kMaxAccepted) {
    return atQuestion(question, "accept is not a list of at most 50 texts");
  }
  for (const json::value& element : *array) {
    const auto* text = element.if_string();
    if (text == nullptr) return atQuestion(question, "accept is not a list of texts");
    auto answer = normalAnswer(question, {text->data(), text->size()});
    if (!answer) return atQuestion(question, "accept: " + answer.problem().message);
    entry.accept.push_back(std::move(*answer));
  }
  return true;
}

Outcome<bool> readRules(const json::object& object, const Question& question, KeyEntry& entry) {
  if (auto read = readAccepted(object, question, entry); !read) return read;
  if (findMember(object, "case") != nullptr) {
    const auto sensitive = findBool(object, "case");
    if (!sensitive || question.type != QuestionType::kText) {
      return atQuestion(question, "case is true or false, and belongs to questions of the type text");
    }
    entry.caseSensitive = *sensitive;
  }
  if (question.type == QuestionType::kNumber) entry.value = *Decimal::parse(entry.answer);
  if (const json::value* member = findMember(object, "tolerance")) {
    const auto* text = member->if_string();
    const auto tolerance = text != nullptr ? Decimal::parse({text->data(), text->size()}) : std::nullopt;
    if (!tolerance || tolerance->isNegative() || question.type != QuestionType::kNumber) {
      return atQuestion(question,
                        R"(tolerance is a decimal number as text ("0.01"), and belongs to the type number)");
    }
    entry.tolerance = *tolerance;
  }
  if (findMember(object, "feedback") != nullptr) {
    const auto feedback = findString(object, "feedback");
    if (!feedback || feedback->size() > kMaxFeedback)
      return atQuestion(question, "feedback is not a text of at most 4096 bytes");
    entry.feedback = std::string(*feedback);
  }
  return true;
}

Outcome<KeyEntry> parseKeyEntry(const json::value& value, const QuestionSet& set) {
  const auto* object = value.if_object();
  const auto id = object != nullptr ? findString(*object, "questionId") : std::nullopt;
  const auto answer = object != nullptr ? findString(*object, "answer") : std::nullopt;
  if (!id || !answer) return Problem{"the answer key has an entry without questionId and answer"};
  const Question* question = set.findQuestion(*id);
  if (question == nullptr)
    return Problem{"the answer key answers a question that does not exist: " + std::string(*id)};
  auto normal = normalAnswer(*question, *answer);
  if (!normal && question->offersOptions()) {
    return Problem{"question " + question->id + " does not offer the key's answer"};
  }
  if (!normal) return Problem{"the answer key: " + normal.problem().message};
  KeyEntry entry;
  entry.questionId = question->id;
  entry.answer = std::move(*normal);
  if (auto read = readRules(*object, *question, entry); !read) return read.problem();
  return entry;
}

}  // namespace

Outcome<std::string> normalAnswer(const Question& question, std::string_view given) {
  switch (question.type) {
    case QuestionType::kSingle:
    case QuestionType::kTrueFalse: {
      const AnswerOption* option = question.findOption(given);
      if (option == nullptr) return notAnAnswer(question, given);
      return option->id;
    }
    case QuestionType::kMultiple:
      return normalChoice(question, given);
    case QuestionType::kText:
      return normalText(question, given);
    case QuestionType::kNumber:
      break;
  }
  return normalNumber(question, given);
}

const KeyEntry* AnswerKey::find(std::string_view questionId) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const KeyEntry& entry) { return entry.questionId == questionId; });
  return found == entries.end() ? nullptr : &*found;
}

Outcome<AnswerKey> parseAnswerKey(std::string_view text, const QuestionSet& set) {
  auto document = parseJson(text, kMaxContentBytes, "the answer key");
  if (!document) return document.problem();
  const auto* array = document->if_array();
  if (array == nullptr) return Problem{"the answer key is not a list"};
  AnswerKey key;
  std::set<std::string> seen;
  for (const json::value& element : *array) {
    auto entry = parseKeyEntry(element, set);
    if (!entry) return entry.problem();
    if (!seen.insert(entry->questionId).second)
      return Problem{"the answer key answers question " + entry->questionId + " twice"};
    key.entries.push_back(std::move(*entry));
  }
  for (const Question& question : set.questions) {
    if (!seen.contains(question.id)) return Problem{"the answer key does not answer question " + question.id};
  }
  return key;
}

std::string answerText(const Question& question, std::string_view answer) {
  if (!question.offersOptions()) return std::string(answer);
  std::string out;
  for (std::string_view rest = answer; !rest.empty();) {
    const std::size_t comma = question.type == QuestionType::kMultiple ? rest.find(',') : std::string_view::npos;
    const AnswerOption* option = question.findOption(rest.substr(0, comma));
    out += (out.empty() ? "" : "; ") + (option != nullptr ? option->body : std::string(rest.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return out;
}

}  // namespace hearth::homework
