#include "cli/terminal_text.h"

#include <algorithm>

#include "base/bytes.h"

namespace hearth::cli {
namespace {

bool isBetween(char32_t c, char32_t first, char32_t last) { return first <= c && c <= last; }

bool isUnsafe(char32_t c) {
  return c < 0x20 || isBetween(c, 0x7f, 0x9f) || isBetween(c, 0x200e, 0x200f) || isBetween(c, 0x2028, 0x202e) ||
         isBetween(c, 0x2066, 0x2069);
}

std::string cleaned(std::string_view text, const std::string_view* indent) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = base::utf8Length(text);
    const std::string_view sequence = text.substr(0, std::max<std::size_t>(length, 1));
    text.remove_prefix(sequence.size());
    if (indent && sequence == "\n") {
      clean.append("\n").append(*indent);
    } else if (length == 0 || (isUnsafe(codePoint(sequence)) && !(indent && sequence == "\t"))) {
      clean += '?';
    } else {
      clean += sequence;
    }
  }
  return clean;
}

}  // namespace

char32_t codePoint(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return first;
  char32_t c = first & (0x7fU >> sequence.size());
  for (const char next : sequence.substr(1)) c = c << 6 | (static_cast<unsigned char>(next) & 0x3fU);
  return c;
}

std::string forTerminal(std::string_view text) { return cleaned(text, nullptr); }
std::string linesForTerminal(std::string_view text, std::string_view indent) { return cleaned(text, &indent); }

}  // namespace hearth::cli
