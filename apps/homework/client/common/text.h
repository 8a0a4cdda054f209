// Text from strangers made fit for a terminal: cleaned, measured, wrapped. Nothing here writes anywhere.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::homework::client {

// What the terminal's character set can show.
enum class Charset : unsigned char { kUtf8, kAscii };

// `text` without anything that a terminal or a reader could take for more than text: control characters
// (C0 but newline, DEL, C1), bidirectional overrides and marks, byte order marks. A tab becomes four spaces, CR LF
// a newline, a line or paragraph separator a newline. Bytes that are not UTF-8 become U+FFFD. With kAscii every
// other character is spelled <U+017C>, apart from common punctuation, which has an ASCII twin.
std::string cleaned(std::string_view text, Charset charset = Charset::kUtf8);

// The same for a name or a title: newlines and runs of blanks become one space, at most `limit` columns.
std::string cleanedLine(std::string_view text, Charset charset = Charset::kUtf8, std::size_t limit = 200);

// The same in double quotes, for messages that name what was found.
std::string inQuotes(std::string_view text);

// What may go to a terminal, whoever wrote it: `cleaned`, but tabs stay, and with Paint::kKept the sequences that
// `paintedText` makes. The last thing that everything printed goes through; `cleaned` is for text that is still to
// be measured and wrapped.
enum class Paint : unsigned char { kDropped, kKept };
std::string printable(std::string_view text, Paint paint = Paint::kDropped);

// `text` in bold or as a warning, for terminals with colours.
enum class Ink : unsigned char { kBold, kWarning };
std::string paintedText(Ink ink, std::string_view text);

// Whether `text` is UTF-8 in which `cleaned` would change nothing.
bool isClean(std::string_view text);

// The tools' own sentences in ASCII: Polish letters lose their marks, everything else is spelled as `cleaned` does
// it. Control characters stay.
std::string asciiText(std::string_view text);

// Columns that `text` (valid UTF-8, one line) takes: combining marks 0, East Asian wide and emoji 2.
std::size_t columns(std::string_view text);

// `text` cut or padded with blanks to exactly `width` columns; a cut is marked by a final `~`.
std::string fitted(std::string_view text, std::size_t width);

// Lines of at most `width` columns, broken between words, each with `indent` before it (counted in the width). A
// word longer than a line stays whole, and so do several blanks within a line. Lines that begin with four blanks
// are code: never broken, never joined. Empty lines stay.
std::vector<std::string> wrapped(std::string_view text, std::size_t width, std::string_view indent = "");

// C0, DEL and C1.
bool isControl(char32_t c);

// True for UTF-8 without overlong forms, surrogates and values beyond U+10FFFF.
bool isUtf8(std::string_view text);

// `1 key`, `2 keys`.
std::string plural(std::size_t count, std::string_view noun);

// Lower case of ASCII letters; other bytes stay.
std::string lowered(std::string_view text);
// Without blanks, tabs and line ends on both sides.
std::string_view trimmed(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);

// Decodes the code point at `position` and moves behind it; U+FFFD and one byte further when malformed.
// Precondition: position < text.size().
char32_t nextCodePoint(std::string_view text, std::size_t& position);
void appendUtf8(std::string& out, char32_t codePoint);

}  // namespace hearth::homework::client
