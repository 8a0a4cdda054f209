#include "homework/client/trainer/exchange/aiken.h"

#include <optional>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kMaxFindings = 100;

struct OptionLine {
  char letter = 'A';
  std::string_view text;
};

std::optional<OptionLine> optionLine(std::string_view line) {
  if (line.size() < 3 || line[0] < 'A' || line[0] > 'Z' || (line[1] != '.' && line[1] != ')')) return std::nullopt;
  if (line[2] != ' ' && line[2] != '\t') return std::nullopt;
  return OptionLine{line[0], trimmed(line.substr(2))};
}

// The letter behind `ANSWER:`; nullopt for another line. Anything but one letter gives '?'.
std::optional<char> answerLine(std::string_view line) {
  constexpr std::string_view kWord = "answer:";
  if (!lowered(line).starts_with(kWord)) return std::nullopt;
  const std::string_view answer = trimmed(line.substr(kWord.size()));
  if (answer.size() != 1) return '?';
  const char letter = answer[0] >= 'a' && answer[0] <= 'z' ? static_cast<char>(answer[0] - 'a' + 'A') : answer[0];
  return letter >= 'A' && letter <= 'Z' ? letter : '?';
}

class Reader final {
 public:
  Reader(const std::string& file, Findings& findings) : file_(file), findings_(findings) {}

  Sheet run(std::string_view text) {
    for (const std::string_view line : split(text, '\n')) {
      ++line_;
      if (findings_.all().size() >= kMaxFindings) break;
      column_ = static_cast<std::size_t>(trimmed(line).data() - line.data()) + 1;
      if (!trimmed(line).empty()) take(trimmed(line));
    }
    if (open_) {
      findings_.error("aiken-answer", file_, start_, "the question that begins here has no line  ANSWER: letter",
                      "Add  ANSWER: A  behind its answers.");
    }
    finish();
    return std::move(sheet_);
  }

 private:
  Place here() const { return {line_, column_}; }

  void take(std::string_view line) {
    if (const auto letter = answerLine(line)) {
      endQuestion(*letter);
      return;
    }
    if (!open_) {
      open_ = true;
      broken_ = false;
      start_ = here();
      question_ = SheetQuestion{};
    }
    const auto option = optionLine(line);
    const char next = static_cast<char>('A' + question_.options.size());
    // `A. Lincoln was ...` may be a question's first line.
    if (option && !question_.text.empty()) {
      addOption(*option, next);
    } else if (question_.options.empty()) {
      question_.text += (question_.text.empty() ? "" : "\n") + std::string(line);
    } else {
      refuse("aiken-line", "this line is neither an answer nor  ANSWER: letter",
             "Answers stand on one line each:  " + std::string(1, next) + ". text");
    }
  }

  void addOption(const OptionLine& option, char next) {
    if (option.letter != next) {
      refuse("aiken-letter",
             "here the answer " + std::string(1, next) + " is expected, not " + std::string(1, option.letter));
      return;
    }
    question_.options.push_back({"", std::string(option.text), false});
  }

  void endQuestion(char letter) {
    if (!open_) {
      findings_.error("aiken-answer", file_, here(), "there is no question before this line");
      return;
    }
    const std::size_t index = static_cast<std::size_t>(letter - 'A');
    if (letter == '?') {
      refuse("aiken-answer", "behind  ANSWER:  stands one letter",
             "Aiken knows one right answer; for several use GIFT or CSV.");
    } else if (index >= question_.options.size()) {
      refuse("aiken-answer", "there is no answer " + std::string(1, letter) + " in this question");
    } else {
      question_.options[index].right = true;
    }
    open_ = false;
    if (broken_) return;
    sheet_.questions.push_back(std::move(question_));
    places_.push_back(start_);
  }

  // One finding for a question is enough: the others follow from it.
  void refuse(const char* rule, std::string message, std::string hint = "") {
    if (!broken_) findings_.error(rule, file_, here(), std::move(message), std::move(hint));
    broken_ = true;
  }

  void finish() { finishSheet(sheet_, places_, file_, findings_); }

  const std::string& file_;
  Findings& findings_;
  Sheet sheet_;
  std::vector<Place> places_;
  std::size_t line_ = 0;
  std::size_t column_ = 1;
  bool open_ = false;
  bool broken_ = false;
  Place start_;
  SheetQuestion question_;
};

// Whether Aiken can hold the text as it is.
bool isOneLine(std::string_view text) {
  return text.find('\n') == std::string_view::npos && !trimmed(text).empty();
}

// Why the question cannot be written; empty when it can.
std::string obstacle(const SheetQuestion& question) {
  if (question.type != QuestionType::kSingle)
    return "is of the type " + std::string(questionTypeName(question.type));
  if (!question.code.empty()) return "has code";
  bool first = true;
  for (const std::string_view line : split(question.text, '\n')) {
    const std::string_view content = trimmed(line);
    if (content.empty()) return "has an empty line in its text";
    if (answerLine(content) || (!first && optionLine(content))) return "has a line that reads like an answer";
    first = false;
  }
  for (const SheetOption& option : question.options) {
    if (!isOneLine(option.text)) return "has an answer of more than one line";
  }
  return "";
}

}  // namespace

Sheet readAiken(const std::string& file, std::string_view bytes, Findings& findings) {
  std::string text;
  if (!readText(file, bytes, text, findings)) return {};
  return Reader(file, findings).run(text);
}

Result<std::string> writeAiken(const Sheet& sheet) {
  std::string out;
  for (const SheetQuestion& question : sheet.questions) {
    if (const std::string why = obstacle(question); !why.empty()) {
      return Failure{Exit::kRejected, "Aiken cannot hold question " + inQuotes(question.id) + ": it " + why + ".",
                     "Use  --gift  or  --csv"};
    }
    out += question.text + "\n";
    char letter = 'A';
    std::string right;
    for (const SheetOption& option : question.options) {
      out += std::string(1, letter) + ". " + option.text + "\n";
      if (option.right) right = letter;
      ++letter;
    }
    out += "ANSWER: " + right + "\n\n";
  }
  return out;
}

}  // namespace hearth::homework::client
