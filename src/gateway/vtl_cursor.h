// Cursor: the characters of a mapping template, and where in it they stand. Internal to the parser.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace hearth::gateway::vtl {

constexpr bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool isDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool isBlank(char c) { return c == ' ' || c == '\t'; }
constexpr bool isSpace(char c) { return isBlank(c) || c == '\n' || c == '\r'; }
constexpr bool startsName(char c) { return isLetter(c) || c == '_'; }
constexpr bool isReferenceChar(char c) { return isLetter(c) || isDigit(c) || c == '_' || c == '-'; }
constexpr bool isDirectiveChar(char c) { return isLetter(c) || isDigit(c) || c == '_'; }

struct Position {
  std::uint32_t line = 1;  // from 1
  std::uint32_t column = 1;
};

// Reads `source`, which begins at `base` in the template (a string literal with references is a template too).
struct Cursor final {
  Cursor(std::string_view text, Position begin) : source(text), base(begin) {
    for (std::size_t i = 0; i < source.size(); ++i) {
      const bool lineEnd = source[i] == '\n' || (source[i] == '\r' && source.substr(i + 1, 1) != "\n");
      if (lineEnd) lineStarts.push_back(i + 1);
    }
  }

  bool atEnd() const { return at >= source.size(); }
  // The character `ahead` of here, or NUL past the end.
  char peek(std::size_t ahead = 0) const { return at + ahead < source.size() ? source[at + ahead] : '\0'; }
  bool startsWith(std::string_view text) const { return source.substr(at, text.size()) == text; }
  bool take(std::string_view text) {
    if (!startsWith(text)) return false;
    at += text.size();
    return true;
  }
  void skipSpace() {
    while (!atEnd() && isSpace(source[at])) ++at;
  }
  // Blanks and one line end, or nothing at all.
  void skipLineEnd() {
    const std::size_t start = at;
    while (!atEnd() && isBlank(source[at])) ++at;
    if (take("\r\n") || take("\n") || take("\r")) return;
    at = start;
  }
  Position positionOf(std::size_t offset) const {
    const auto after = std::upper_bound(lineStarts.begin(), lineStarts.end(), offset);
    const auto line = static_cast<std::uint32_t>(after - lineStarts.begin());
    const auto column = static_cast<std::uint32_t>(offset - *(after - 1) + 1);
    return {base.line + line - 1, line == 1 ? base.column + column - 1 : column};
  }

  std::string_view source;
  std::size_t at = 0;
  Position base;
  std::vector<std::size_t> lineStarts{0};
};

// Names of references, shared by a template and the templates inside its string literals.
class Names final {
 public:
  Names() {
    for (const char* name : {"foreach", "velocityCount", "velocityHasNext"}) slotOf(name);
  }
  std::uint32_t slotOf(std::string_view name) {
    const auto [at, added] = slots_.emplace(std::string(name), static_cast<std::uint32_t>(names_.size()));
    if (added) names_.emplace_back(name);
    return at->second;
  }
  std::vector<std::string> take() { return std::move(names_); }

 private:
  std::unordered_map<std::string, std::uint32_t> slots_;
  std::vector<std::string> names_;
};

}  // namespace hearth::gateway::vtl
