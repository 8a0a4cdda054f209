// Comma-separated values as spreadsheets write them (RFC 4180), with the separators and byte order marks they add.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "homework/client/trainer/place.h"

namespace hearth::homework::client {

struct CsvRow {
  std::size_t line = 1;  // where it begins
  std::vector<std::string> cells;
  std::vector<Place> places;  // of the cells, as many
};

struct CsvMistake {
  Place place;
  std::string what;
};

struct Csv {
  std::vector<CsvRow> rows;  // without empty lines
  std::optional<CsvMistake> mistake;
};

// The separator is `;`, a tab or `,`: whichever the first line has most of.
Csv parseCsv(std::string_view text);

// One cell, quoted where that is needed. A text that a spreadsheet would run as a formula is made harmless by an
// apostrophe before it.
std::string csvCell(std::string_view text, char separator = ',');

}  // namespace hearth::homework::client
