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

namespace {

class CsvReader final {
 public:
  explicit CsvReader(std::string_view text) : text_(text), separator_(separatorOf(text)) {}

  Csv run() {
    for (at_ = 0; at_ < text_.size() && !csv_.mistake; ++at_) {
      take(text_[at_]);
      advance(text_[at_]);
    }
    if (csv_.mistake) return std::move(csv_);
    if (quoted_) {
      csv_.mistake = CsvMistake{start_, "a quote is never closed"};
    } else if (!cell_.empty() || !row_.cells.empty() || wasQuoted_) {
      endRow();
    }
    return std::move(csv_);
  }

 private:
  void take(char c) {
    if (quoted_) {
      takeQuoted(c);
    } else if (c == separator_) {
      endCell();
    } else if (c == '\n') {
      endRow();
    } else if (c == '"' && cell_.empty() && !wasQuoted_) {
      quoted_ = wasQuoted_ = true;
    } else if (c == '\r' && (at_ + 1 == text_.size() || text_[at_ + 1] == '\n')) {
      return;
    } else if (wasQuoted_ || c == '"') {
      csv_.mistake = CsvMistake{place_, "a quote has to enclose the whole cell, and is doubled inside it"};
    } else {
      cell_ += c;
    }
  }

  void takeQuoted(char c) {
    if (c != '"') {
      cell_ += c;
    } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
      cell_ += text_[++at_];
      ++place_.column;
    } else {
      quoted_ = false;
    }
  }

  // The place of the next character. A cell or a row that begins now begins there.
  void advance(char c) {
    if (c == '\n') {
      place_ = {place_.line + 1, 1};
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
      ++place_.column;
    }
    if (fresh_) start_ = place_;
    fresh_ = false;
  }

  void endCell() {
    row_.cells.push_back(std::move(cell_));
    row_.places.push_back(start_);
    cell_.clear();
    wasQuoted_ = false;
    fresh_ = true;
  }

  void endRow() {
    endCell();
    row_.line = row_.places.front().line;
    if (!isEmpty(row_)) csv_.rows.push_back(std::move(row_));
    row_ = CsvRow{};
  }

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  Place place_;
  Place start_;         // of the cell
  bool fresh_ = false;  // the next character begins a cell
  bool quoted_ = false;
  bool wasQuoted_ = false;
  std::string cell_;
  CsvRow row_;
  Csv csv_;
};

}  // namespace

Csv parseCsv(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return CsvReader(text).run();
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
