// A test's questions together with their answers: what the exchange formats are read into and written from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "homework/client/common/result.h"
#include "homework/client/trainer/findings.h"
#include "homework/domain/content.h"

namespace hearth::homework::client {

struct SheetOption {
  std::string id;
  std::string text;
  bool right = false;

  bool operator==(const SheetOption&) const = default;
};

struct SheetQuestion {
  std::string id;
  QuestionType type = QuestionType::kSingle;
  std::string text;
  std::string code;
  int points = 1;
  std::vector<SheetOption> options;  // single, multiple; of truefalse only with texts of their own
  std::string answer;                // truefalse, text, number
  std::vector<std::string> accept;   // text: further right answers
  bool caseSensitive = false;        // text
  std::string tolerance;             // number; empty for none
  std::string feedback;

  bool operator==(const SheetQuestion&) const = default;
};

struct Sheet {
  std::string title;  // may be empty
  std::vector<SheetQuestion> questions;

  bool operator==(const Sheet&) const = default;
};

// questions.json and questionsKey.json, in the form in which they are kept: one option, one entry of the key a
// line.
std::string questionsText(const Sheet& sheet);
std::string keyText(const Sheet& sheet);

// The opposite. Failure kUsage for files that the functions would refuse.
Result<Sheet> readSheet(std::string_view questions, std::string_view key);

// The end of reading any format; `places` says where each question begins. Gives ids to what has none (questions
// the lowest number that is free, beginning with their position, options letters) and finds what no test can have:
// no question or too many, too long texts, nothing right.
void finishSheet(Sheet& sheet, const std::vector<Place>& places, const std::string& file, Findings& findings);

// The place of the byte at `offset`, where `text` begins at `from`.
Place placeAt(std::string_view text, std::size_t offset, Place from = {});

// Refuses what is no text: larger than 1 MiB, not UTF-8. Takes a byte order mark and carriage returns away.
// False when something was found.
bool readText(const std::string& file, std::string_view bytes, std::string& text, Findings& findings);

}  // namespace hearth::homework::client
