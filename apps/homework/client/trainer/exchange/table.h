// Questions as a table: CSV or TSV, a question a row. The first row names the columns, in any order and any case:
//
//   question   its text
//   type       single, multiple, truefalse, text or number; empty: told from the rest
//   a, b, ...  the options (single, multiple)
//   answer     the right option (b), options (a,c), true or false, the text, the number
//   accept     text: further right answers, separated by |
//   case       text: yes when capital letters matter
//   tolerance  number: how far off is right
//   points     a whole number; empty: 1
//   code       shown below the question as it is
//   feedback   shown after the close
//   id         empty: the row's number
//
// `question` and `answer` have to be there.
#pragma once

#include <string>
#include <string_view>

#include "homework/client/trainer/exchange/sheet.h"

namespace hearth::homework::client {

// What is wrong is in `findings`, with line and column, and left out of the result.
Sheet readTable(const std::string& file, std::string_view bytes, Findings& findings);

// Reading it gives the same questions, apart from the ids of options and the texts of true and false. Cells that a
// spreadsheet would run as formulas begin with an apostrophe, which reading takes away.
std::string writeTable(const Sheet& sheet, char separator = ',');

}  // namespace hearth::homework::client
