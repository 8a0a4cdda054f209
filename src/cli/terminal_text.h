// Text from outside on its way to a terminal: nothing in it may move the cursor, hide, or look like a line of ours.
#pragma once

#include <string>
#include <string_view>

namespace hearth::cli {

// One line: control characters (C0, DEL, C1), marks that turn the direction of text, and bytes that are no UTF-8
// each become '?'.
std::string forTerminal(std::string_view text);

// The same for text of several lines: tabs stay, and a line end is followed by `indent`.
std::string linesForTerminal(std::string_view text, std::string_view indent);

// The character of a well-formed sequence of UTF-8.
char32_t codePoint(std::string_view sequence);

}  // namespace hearth::cli
