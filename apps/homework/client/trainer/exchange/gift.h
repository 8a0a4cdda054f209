// Moodle's GIFT: https://docs.moodle.org/en/GIFT_format
// Read: multiple choice with one or several right answers (weights), true/false, short answer, numeric, titles,
// feedback, comments, categories, text formats. What the pipeline has no type for (matching, essay, missing word,
// description) is refused by its name.
//
// What GIFT has no place for stands in comments, as Moodle does it with `[id:...]`: `// [points:2] [case] [code:3]
// [answers:x,y] [type:multiple] [true:Prawda] [false:Fałsz]`.
#pragma once

#include <string>
#include <string_view>

#include "homework/client/trainer/exchange/sheet.h"

namespace hearth::homework::client {

// Reads a file of questions. What is wrong is in `findings`, with line and column, and left out of the result.
Sheet readGift(const std::string& file, std::string_view bytes, Findings& findings);

// Reading it gives `sheet` again, apart from blanks around texts and behind lines of code.
std::string writeGift(const Sheet& sheet);

}  // namespace hearth::homework::client
