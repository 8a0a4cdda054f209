#include <array>
#include <cstdio>

#include "homework/client/common/text.h"
#include "homework/client/trainer/exchange/gift.h"

namespace hearth::homework::client {
namespace {

std::string escaped(std::string_view text) {
  constexpr std::string_view kSpecial = "~=#{}:\\";
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (kSpecial.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// A text at its beginning might be taken for the name of a format.
std::string formatted(std::string_view text) { return (text.starts_with('[') ? "[plain]" : "") + escaped(text); }

std::string tag(std::string_view name, std::string_view value) {
  std::string out = " [" + std::string(name) + ":";
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c == ']' || c == '\\' || c == '[' ? "\\" + std::string(1, c) : std::string(1, c);
    }
  }
  return out + "]";
}

// Ids that reading would not give by itself.
bool hasOwnIds(const SheetQuestion& question) {
  for (std::size_t i = 0; i < question.options.size(); ++i) {
    if (question.options[i].id != std::string(1, static_cast<char>('a' + i))) return true;
  }
  return false;
}

std::size_t lineCount(std::string_view text) { return split(text, '\n').size(); }

bool looksLikeMatching(const SheetQuestion& question) {
  bool all = !question.accept.empty() && question.answer.find("->") != std::string::npos;
  for (const std::string& other : question.accept) all = all && other.find("->") != std::string::npos;
  return all;
}

std::size_t rightCount(const SheetQuestion& question) {
  std::size_t count = 0;
  for (const SheetOption& option : question.options) count += option.right ? 1 : 0;
  return count;
}

// What GIFT has no place for.
std::string comment(const SheetQuestion& question) {
  std::string tags;
  if (question.points != 1) tags += tag("points", std::to_string(question.points));
  if (!question.code.empty()) tags += tag("code", std::to_string(lineCount(question.code)));
  if (question.caseSensitive) tags += " [case]";
  if (question.type == QuestionType::kMultiple && rightCount(question) < 2) tags += tag("type", "multiple");
  if (question.type == QuestionType::kText && looksLikeMatching(question)) tags += tag("type", "text");
  if (question.type == QuestionType::kTrueFalse) {
    for (const SheetOption& option : question.options) tags += tag(option.id, option.text);
  } else if (hasOwnIds(question)) {
    std::string ids;
    for (const SheetOption& option : question.options) ids += (ids.empty() ? "" : ",") + option.id;
    tags += tag("answers", ids);
  }
  return tags.empty() ? "" : "//" + tags + "\n";
}

std::string textOf(const SheetQuestion& question) {
  std::string text = formatted(question.text);
  if (question.code.empty()) return text;
  text += "\\n";
  for (const std::string_view line : split(question.code, '\n'))
    text += "\\n" + std::string(line.empty() ? "" : "    ") + escaped(line);
  return text;
}

// Equal shares for the right answers of several, as Moodle writes them: 33.33333.
std::string share(std::size_t count) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%.5f", 100.0 / static_cast<double>(count));
  std::string out = text.data();
  while (out.ends_with('0')) out.pop_back();
  if (out.ends_with('.')) out.pop_back();
  return out;
}

std::string choices(const SheetQuestion& question) {
  const std::size_t right = rightCount(question);
  std::string out;
  for (const SheetOption& option : question.options) {
    std::string marker = option.right ? "=" : "~";
    if (question.type == QuestionType::kMultiple) {
      marker = option.right ? "~%" + share(right) + "%" : "~%-100%";
    } else if (option.text.starts_with('%')) {
      marker = option.right ? "=%100%" : "~%0%";
    }
    out += "\t" + marker + formatted(option.text) + "\n";
  }
  return "{\n" + out;
}

std::string texts(const SheetQuestion& question) {
  std::string out;
  std::vector<std::string> all = question.accept;
  all.insert(all.begin(), question.answer);
  for (const std::string& text : all)
    out += "\t=" + std::string(text.starts_with('%') ? "%100%" : "") + formatted(text) + "\n";
  return "{\n" + out;
}

std::string answers(const SheetQuestion& question) {
  switch (question.type) {
    case QuestionType::kSingle:
    case QuestionType::kMultiple:
      return choices(question);
    case QuestionType::kTrueFalse:
      return question.answer == "true" ? "{TRUE" : "{FALSE";
    case QuestionType::kText:
      return texts(question);
    case QuestionType::kNumber:
      return "{#" + question.answer + (question.tolerance.empty() ? "" : ":" + question.tolerance);
  }
  return "{";
}

// Slashes separate categories; one of a name is doubled.
std::string categoryOf(std::string_view title) {
  std::string out;
  for (const char c : cleanedLine(title)) out += c == '/' ? "//" : std::string(1, c);
  return out;
}

}  // namespace

std::string writeGift(const Sheet& sheet) {
  std::string out;
  if (!sheet.title.empty()) out += "$CATEGORY: " + categoryOf(sheet.title) + "\n\n";
  for (const SheetQuestion& question : sheet.questions) {
    const std::string feedback = question.feedback.empty() ? "" : "####" + formatted(question.feedback);
    out += comment(question) + "::" + question.id + "::" + textOf(question) + " " + answers(question);
    out += feedback + "}\n\n";
  }
  return out;
}

}  // namespace hearth::homework::client
