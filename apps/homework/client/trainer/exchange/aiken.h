// Aiken: https://docs.moodle.org/en/Aiken_format - a question, its answers as `A. text` or `A) text`, and
// `ANSWER: B`. Only single choice, and nothing but texts.
#pragma once

#include <string>
#include <string_view>

#include "homework/client/trainer/exchange/sheet.h"

namespace hearth::homework::client {

// What is wrong is in `findings`, with line and column, and left out of the result.
Sheet readAiken(const std::string& file, std::string_view bytes, Findings& findings);

// Failure kRejected for what Aiken cannot hold (another type, code, empty lines). Ids, points and feedback are left
// out.
Result<std::string> writeAiken(const Sheet& sheet);

}  // namespace hearth::homework::client
