// What it costs to match a regular expression.
#pragma once

#include <re2/re2.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace hearth::gateway {

// What looking for `pattern` once in `bytes` of text may take at worst, in nanoseconds or a few of them. RE2 keeps
// a table of states; where that gets too large it follows all of its instructions for each byte.
inline std::size_t matchingWork(const RE2& pattern, std::size_t bytes) {
  return bytes * static_cast<std::size_t>(std::max(pattern.ProgramSize(), 8));
}

inline re2::StringPiece toPiece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace hearth::gateway
