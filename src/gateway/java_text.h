// java.lang.String over UTF-8: what mapping templates expect of text. Indices count UTF-16 units.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hearth::gateway {

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
                                   Matches which, std::size_t limit);
Result<bool> matchesPattern(std::string_view text, std::string_view pattern);
// String.split(): `limit` as in Java; 0 drops empty parts at the end. Views into `text`.
Result<std::vector<std::string_view>> splitPattern(std::string_view text, std::string_view pattern, int limit);

}  // namespace hearth::gateway
