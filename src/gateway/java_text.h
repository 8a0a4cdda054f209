// java.lang.String over UTF-8: what mapping templates expect of text. Indices count UTF-16 units.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hearth::gateway {

// Whose steps work on text is taken off: one for 64 bytes looked at. Work that has no steps left ends early, with
// what it has.
struct Effort {
  std::int64_t& steps;

  void spend(std::size_t bytes) const { steps -= static_cast<std::int64_t>(bytes / 64 + 1); }
  bool spent() const { return steps < 0; }
};

// The first occurrence at or behind byte `start`, and the last one; npos when there is none. In linear time,
// whatever is looked for.
std::size_t findText(std::string_view text, std::string_view wanted, std::size_t start = 0);
std::size_t findLastText(std::string_view text, std::string_view wanted);

std::size_t utf16Length(std::string_view text);
// The byte at which UTF-16 unit `index` begins; nullopt past the end. Inside a surrogate pair: the pair's begin.
std::optional<std::size_t> byteOfUtf16(std::string_view text, std::size_t index);

// \u00e9 and the like as the characters that they mean, except surrogates.
std::string unescapeUnicode(std::string_view text);

// String.replace(): every occurrence, from left to right. The result is cut short, and longer than `limit`, when it
// grows past that.
std::string replaceLiteral(std::string_view text, std::string_view from, std::string_view to, std::size_t limit);

enum class Matches : unsigned char { kFirst, kAll };
// String.replaceAll() and replaceFirst(), with $1 and \ in the replacement. `limit` as above. Fault:
// MappingTemplateError for a pattern or replacement that cannot be used.
Result<std::string> replacePattern(std::string_view text, std::string_view pattern, std::string_view replacement,
                                   Matches which, std::size_t limit, const Effort& effort);
Result<bool> matchesPattern(std::string_view text, std::string_view pattern, const Effort& effort);
// String.split(): `limit` as in Java; 0 drops empty parts at the end. Views into `text`.
Result<std::vector<std::string_view>> splitPattern(std::string_view text, std::string_view pattern, int limit,
                                                   const Effort& effort);

}  // namespace hearth::gateway
