#include "homework/client/trainer/csv.h"

#include <algorithm>

namespace hearth::homework::client {
namespace {

char separatorOf(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  char best = ',';
  for (const char candidate : {';', '\t'}) {
    if (std::count(line.begin(), line.end(), candidate) > std::count(line.begin(), line.end(), best))
      best = candidate;
  }
  return best;
}

bool isEmpty(const CsvRow& row) {
  return std::all_of(row.cells.begin(), row.cells.end(), [](const std::string& cell) { return cell.empty(); });
}

}  // namespace

Csv parseCsv(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const char separator = separatorOf(text);
  Csv csv;
  CsvRow row;
  std::string cell;
  std::size_t line = 1;
  bool quoted = false;
  bool wasQuoted = false;
  const auto endCell = [&] {
    row.cells.push_back(std::move(cell));
    cell.clear();
    wasQuoted = false;
  };
  const auto endRow = [&] {
    endCell();
    if (!isEmpty(row)) csv.rows.push_back(std::move(row));
    row = CsvRow{line + 1, {}};
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\n') ++line;
      if (c != '"') {
        cell += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        cell += text[++i];
      } else {
        quoted = false;
      }
    } else if (c == separator) {
      endCell();
    } else if (c == '\n') {
      endRow();
      ++line;
    } else if (c == '"' && cell.empty() && !wasQuoted) {
      quoted = wasQuoted = true;
    } else if (c == '\r' && (i + 1 == text.size() || text[i + 1] == '\n')) {
      continue;
    } else if (wasQuoted || c == '"') {
      csv.mistake = CsvMistake{line, "a quote has to enclose the whole cell, and is doubled inside it"};
      return csv;
    } else {
      cell += c;
    }
  }
  if (quoted) {
    csv.mistake = CsvMistake{row.line, "a quote is never closed"};
    return csv;
  }
  if (!cell.empty() || !row.cells.empty() || wasQuoted) endRow();
  return csv;
}

std::string csvCell(std::string_view text, char separator) {
  std::string value(text);
  constexpr std::string_view kFormula = "=+-@\t\r";
  if (!value.empty() && kFormula.find(value.front()) != std::string_view::npos) value.insert(0, 1, '\'');
  const bool plain =
      value.find_first_of("\"\r\n") == std::string::npos && value.find(separator) == std::string::npos;
  if (plain) return value;
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace hearth::homework::client
