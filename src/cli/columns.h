// How wide text is on a terminal, and text made to fit. What is measured has been through forTerminal().
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hearth::cli {

// Columns of the terminal on standard output, else of $COLUMNS, else 80.
std::size_t terminalColumns();

// Columns that `text`, one line of UTF-8, takes: two for a wide character, none for a combining one.
std::size_t columnsOf(std::string_view text);

// As much of `text` as `columns` hold; `~` ends what was cut.
std::string cutTo(std::string_view text, std::size_t columns);

// The same, and blanks up to `columns`.
std::string fittedTo(std::string_view text, std::size_t columns);

// Lines of at most `columns` columns, broken between words. A line goes on below its own beginning: under the
// description where it is one of a table with descriptions from `table` on, else under its first word. Words that
// are longer stay whole.
std::string wrappedTo(std::string_view text, std::size_t columns, std::size_t table);

}  // namespace hearth::cli
