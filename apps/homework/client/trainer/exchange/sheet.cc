#include "homework/client/trainer/exchange/sheet.h"

#include <algorithm>
#include <map>
#include <set>

#include "homework/client/common/json.h"
#include "homework/client/common/text.h"
#include "homework/domain/ids.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kMaxFile = 1u << 20;
constexpr std::size_t kMaxQuestionText = 16u << 10;
constexpr std::size_t kMaxOptionText = 4u << 10;

std::string quotedJson(std::string_view text) { return writeJson(Json(boost::json::string(text))); }

std::string listOf(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + quotedJson(text);
  return "[" + out + "]";
}

std::string rightAnswer(const SheetQuestion& question) {
  if (question.type != QuestionType::kSingle && question.type != QuestionType::kMultiple) return question.answer;
  std::string out;
  for (const SheetOption& option : question.options) {
    if (option.right) out += (out.empty() ? "" : ",") + option.id;
  }
  return out;
}

std::string questionText(const SheetQuestion& question) {
  const std::string indent = ",\n        ";
  std::string out = "    {\n        \"questionId\": " + quotedJson(question.id);
  if (question.type != QuestionType::kSingle)
    out += indent + "\"type\": " + quotedJson(questionTypeName(question.type));
  if (question.points != 1) out += indent + "\"points\": " + std::to_string(question.points);
  out += indent + "\"question\": " + quotedJson(question.text);
  if (!question.code.empty()) out += indent + "\"code\": " + quotedJson(question.code);
  if (!question.options.empty()) {
    std::string options;
    for (const SheetOption& option : question.options) {
      options += std::string(options.empty() ? "" : ",") + "\n            {\"answerId\": " + quotedJson(option.id) +
                 ", \"answerBody\": " + quotedJson(option.text) + "}";
    }
    out += indent + "\"answers\": [" + options + "\n        ]";
  }
  return out + "\n    }";
}

// "question 3", for messages.
std::string nameOf(const SheetQuestion& question) { return "question " + inQuotes(question.id); }

// The members of the key that the domain's AnswerKey does not keep as they were written.
std::map<std::string, std::string> tolerancesOf(std::string_view key) {
  std::map<std::string, std::string> out;
  const auto document = parseJson(key);
  if (!document || !document->is_array()) return out;
  for (const Json& entry : document->get_array())
    out[stringMember(entry, "questionId")] = stringMember(entry, "tolerance");
  return out;
}

// The question as the functions see it.
Question domainQuestion(const SheetQuestion& question) {
  Question out;
  out.id = question.id;
  out.type = question.type;
  out.text = question.text;
  for (const SheetOption& option : question.options) out.answers.push_back({option.id, option.text});
  if (question.type == QuestionType::kTrueFalse) out.answers = {{"true", "true"}, {"false", "false"}};
  return out;
}

void checkOptions(const SheetQuestion& question, const std::string& file, Place place, Findings& findings) {
  const std::size_t count = question.options.size();
  if (count < 2) findings.error("few-answers", file, place, nameOf(question) + " offers fewer than two answers");
  if (count > kMaxAnswers)
    findings.error("too-large", file, place, nameOf(question) + " offers more than 26 answers");
  std::size_t right = 0;
  for (const SheetOption& option : question.options) {
    right += option.right ? 1 : 0;
    if (trimmed(option.text).empty())
      findings.error("empty-text", file, place, "an answer of " + nameOf(question) + " has no text");
  }
  if (right == 0) findings.error("no-right-answer", file, place, "no answer of " + nameOf(question) + " is right");
}

void numberSheet(Sheet& sheet) {
  std::set<std::string> taken;
  for (SheetQuestion& question : sheet.questions) {
    if (!question.id.empty() && !taken.insert(lowered(question.id)).second) question.id.clear();
  }
  for (std::size_t i = 0; i < sheet.questions.size(); ++i) {
    SheetQuestion& question = sheet.questions[i];
    for (std::size_t number = i + 1; question.id.empty();
         number = number > sheet.questions.size() ? 1 : number + 1) {
      if (taken.insert(std::to_string(number)).second) question.id = std::to_string(number);
    }
    for (std::size_t o = 0; o < question.options.size() && o < kMaxAnswers; ++o) {
      if (question.options[o].id.empty()) question.options[o].id = std::string(1, static_cast<char>('a' + o));
    }
  }
}

void checkSheetQuestion(const SheetQuestion& question, const std::string& file, Place place, Findings& findings) {
  if (trimmed(question.text).empty()) findings.error("empty-text", file, place, nameOf(question) + " has no text");
  if (question.text.size() > kMaxQuestionText || question.code.size() > kMaxQuestionText)
    findings.error("too-large", file, place, nameOf(question) + " is longer than 16 KiB");
  if (question.feedback.size() > kMaxFeedback)
    findings.error("too-large", file, place, "the feedback of " + nameOf(question) + " is longer than 4 KiB");
  for (const SheetOption& option : question.options) {
    if (option.text.size() > kMaxOptionText)
      findings.error("too-large", file, place, "an answer of " + nameOf(question) + " is longer than 4 KiB");
  }
  if (question.points < 1 || question.points > kMaxPoints)
    findings.error("points", file, place, "the points of " + nameOf(question) + " are not 1 to 1000");
  const bool choice = question.type == QuestionType::kSingle || question.type == QuestionType::kMultiple;
  if (choice) {
    checkOptions(question, file, place, findings);
    return;
  }
  if (question.accept.size() > kMaxAccepted)
    findings.error("too-large", file, place, nameOf(question) + " accepts more than 50 further answers");
  const Question domain = domainQuestion(question);
  std::vector<std::string> answers = question.accept;
  answers.insert(answers.begin(), question.answer);
  for (const std::string& answer : answers) {
    if (const auto normal = normalAnswer(domain, answer); !normal)
      findings.error("answer", file, place, normal.problem().message);
  }
  const auto tolerance = Decimal::parse(question.tolerance.empty() ? "0" : question.tolerance);
  if (!tolerance || tolerance->isNegative())
    findings.error("answer", file, place,
                   "the tolerance of " + nameOf(question) + " is not a decimal number of at least 0");
}

}  // namespace

std::string questionsText(const Sheet& sheet) {
  std::string out;
  for (const SheetQuestion& question : sheet.questions) out += (out.empty() ? "" : ",\n") + questionText(question);
  return "[\n" + out + "\n]\n";
}

std::string keyText(const Sheet& sheet) {
  std::string out;
  for (const SheetQuestion& question : sheet.questions) {
    out += (out.empty() ? "" : ",\n") + std::string("    {\"questionId\": ") + quotedJson(question.id) +
           ", \"answer\": " + quotedJson(rightAnswer(question));
    if (!question.accept.empty()) out += ", \"accept\": " + listOf(question.accept);
    if (question.caseSensitive) out += ", \"case\": true";
    if (!question.tolerance.empty()) out += ", \"tolerance\": " + quotedJson(question.tolerance);
    if (!question.feedback.empty()) out += ", \"feedback\": " + quotedJson(question.feedback);
    out += "}";
  }
  return "[\n" + out + "\n]\n";
}

Result<Sheet> readSheet(std::string_view questions, std::string_view key) {
  const auto set = parseQuestionSet(questions);
  if (!set)
    return Failure{Exit::kUsage, "The questions are not usable: " + set.problem().message + ".",
                   "See  trainer check"};
  const auto answers = parseAnswerKey(key, *set);
  if (!answers)
    return Failure{Exit::kUsage, "The key is not usable: " + answers.problem().message + ".", "See  trainer check"};
  std::map<std::string, std::string> tolerances = tolerancesOf(key);
  Sheet sheet;
  for (const Question& question : set->questions) {
    const KeyEntry& entry = *answers->find(question.id);
    SheetQuestion out{
        question.id,  question.type, question.text,       question.code,           question.points, {},
        entry.answer, entry.accept,  entry.caseSensitive, tolerances[question.id], entry.feedback};
    if (question.type == QuestionType::kSingle || question.type == QuestionType::kMultiple) {
      out.answer.clear();
      const std::string chosen = "," + entry.answer + ",";
      for (const AnswerOption& option : question.answers)
        out.options.push_back({option.id, option.body, chosen.find("," + option.id + ",") != std::string::npos});
    } else if (question.type == QuestionType::kTrueFalse) {
      const bool own = std::any_of(question.answers.begin(), question.answers.end(),
                                   [](const AnswerOption& option) { return option.id != option.body; });
      for (const AnswerOption& option : question.answers) {
        if (own) out.options.push_back({option.id, option.body, option.id == entry.answer});
      }
    }
    sheet.questions.push_back(std::move(out));
  }
  return sheet;
}

void finishSheet(Sheet& sheet, const std::vector<Place>& places, const std::string& file, Findings& findings) {
  if (sheet.questions.size() > kMaxQuestions)
    findings.error("too-large", file, places[kMaxQuestions], "there are more than 200 questions");
  numberSheet(sheet);
  for (std::size_t i = 0; i < sheet.questions.size() && i < kMaxQuestions; ++i)
    checkSheetQuestion(sheet.questions[i], file, places[i], findings);
  if (sheet.questions.empty() && findings.count(Severity::kError) == 0)
    findings.error("no-questions", file, 0, "there is no question in the file");
}

Place placeAt(std::string_view text, std::size_t offset, Place from) {
  Place place = from;
  for (std::size_t i = 0; i < offset && i < text.size();) {
    if (text[i] == '\n') {
      ++place.line;
      place.column = 1;
      ++i;
    } else {
      nextCodePoint(text, i);
      ++place.column;
    }
  }
  return place;
}

bool readText(const std::string& file, std::string_view bytes, std::string& text, Findings& findings) {
  if (bytes.size() > kMaxFile) {
    findings.error("too-large", file, 0, "the file is larger than 1 MiB");
    return false;
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  if (!isUtf8(bytes)) {
    Place place;
    for (const std::string_view line : split(bytes, '\n')) {
      if (!isUtf8(line)) break;
      ++place.line;
    }
    findings.error("encoding", file, place, "the file is not UTF-8 from this line on",
                   "Save it as UTF-8 in your editor or spreadsheet.");
    return false;
  }
  text.clear();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const bool carriage = bytes[i] == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n';
    if (!carriage) text += bytes[i] == '\r' ? '\n' : bytes[i];
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string::npos) {
    findings.error("encoding", file, placeAt(text, nul), "the file is not a text: it contains a zero byte");
    return false;
  }
  return true;
}

}  // namespace hearth::homework::client
