// Lines of text that people typed: upper and lower case, blanks, what does not belong in a line.
#pragma once

#include <string>
#include <string_view>

namespace hearth::homework {

// Lower case of Latin, Greek and Cyrillic letters in well-formed UTF-8; everything else stays as it is. For
// comparing, not for showing: a final sigma becomes an ordinary one.
std::string foldCase(std::string_view text);

// No control characters, no line or paragraph separators, nothing that changes the direction of what follows.
bool isPlainLine(std::string_view text);

// Spaces and tabs trimmed at both ends, and joined to one space within.
std::string joinBlanks(std::string_view text);

}  // namespace hearth::homework
