// The formats in which questions come from elsewhere and go elsewhere.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "homework/client/trainer/exchange/sheet.h"

namespace hearth::homework::client {

enum class ExchangeFormat : unsigned char { kGift, kAiken, kCsv };

// `gift`, `aiken`, `csv`.
std::optional<ExchangeFormat> parseExchangeFormat(std::string_view name);
std::string_view exchangeFormatName(ExchangeFormat format);

// By the name's end (.gift, .aiken, .csv, .tsv), and for any other by what the content looks like; nullopt when
// that does not tell.
std::optional<ExchangeFormat> guessFormat(const std::filesystem::path& file, std::string_view bytes);

// What is wrong is in `findings`, with line and column.
Sheet importSheet(ExchangeFormat format, const std::string& file, std::string_view bytes, Findings& findings);

struct ExportedSheet {
  std::string text;
  std::vector<std::string> lost;  // what the format has no place for, in words; empty: reading it gives the same
};
// Failure kRejected when the format cannot hold a question at all.
Result<ExportedSheet> exportSheet(ExchangeFormat format, const Sheet& sheet);

// How `after` differs from `before`, a line a question: `+ 7 text`, `~ 3 text (answer, feedback)`, `- 2 text`.
std::vector<std::string> sheetDifference(const Sheet& before, const Sheet& after);

}  // namespace hearth::homework::client
