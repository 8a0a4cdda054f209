// Text from outside on its way to a terminal.
#pragma once

#include <string>
#include <string_view>

namespace hearth::cli {

// The text without control characters and escape sequences: each becomes '?'.
inline std::string forTerminal(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    clean += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  return clean;
}

// The same for text of several lines: line ends and tabs stay.
inline std::string linesForTerminal(std::string_view text) {
  std::string clean = forTerminal(text);
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n' || text[i] == '\t') clean[i] = text[i];
  return clean;
}

}  // namespace hearth::cli
