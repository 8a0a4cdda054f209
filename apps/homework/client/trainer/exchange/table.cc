#include "homework/client/trainer/exchange/table.h"

#include <algorithm>
#include <map>
#include <optional>

#include "homework/client/common/text.h"
#include "homework/client/trainer/csv.h"
#include "homework/domain/ids.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kMaxFindings = 100;
constexpr const char* kColumns[] = {"id",     "type", "question",  "code",   "answer",
                                    "accept", "case", "tolerance", "points", "feedback"};

bool isOption(std::string_view column) { return column.size() == 1 && column[0] >= 'a' && column[0] <= 'z'; }

bool isFormula(char c) { return std::string_view("=+-@\t\r").find(c) != std::string_view::npos; }

// Without the apostrophe that keeps a spreadsheet from running the cell.
std::string plainCell(std::string_view cell) {
  const std::size_t first = cell.find_first_not_of('\'');
  const bool guarded = first != 0 && first != std::string_view::npos && isFormula(cell[first]);
  return std::string(guarded ? cell.substr(1) : cell);
}

// csvCell guards formulas; what looks guarded already is guarded once more, so that reading is the opposite.
std::string tableCell(std::string_view text, char separator) {
  const std::string twice = "'" + std::string(text);
  return csvCell(text.starts_with('\'') && plainCell(text) != text ? twice : std::string(text), separator);
}

std::string joinLines(std::string_view text) { return std::string(trimmed(text)); }

std::optional<bool> yesOrNo(std::string_view text) {
  const std::string word = lowered(trimmed(text));
  for (const char* yes : {"true", "t", "yes", "1", "prawda", "tak"}) {
    if (word == yes) return true;
  }
  for (const char* no : {"false", "f", "no", "0", "", "fa\u0142sz", "nie"}) {
    if (word == no) return false;
  }
  return std::nullopt;
}

class Reader final {
 public:
  Reader(const std::string& file, Findings& findings) : file_(file), findings_(findings) {}

  Sheet run(std::string_view text) {
    const Csv csv = parseCsv(text);
    if (csv.mistake) {
      findings_.error("csv-syntax", file_, csv.mistake->place, csv.mistake->what);
      return {};
    }
    if (csv.rows.empty() || !readHeader(csv.rows.front())) {
      if (csv.rows.empty()) findings_.error("csv-header", file_, 0, "the file is empty", kHeaderHint);
      return {};
    }
    Sheet sheet;
    std::vector<Place> places;
    for (std::size_t i = 1; i < csv.rows.size() && findings_.all().size() < kMaxFindings; ++i) {
      row_ = &csv.rows[i];
      if (auto question = readRow()) {
        sheet.questions.push_back(*std::move(question));
        places.push_back(csv.rows[i].places.front());
      }
    }
    finishSheet(sheet, places, file_, findings_);
    return sheet;
  }

 private:
  static constexpr const char* kHeaderHint = "First row:  question,a,b,c,d,answer";
  using Maybe = std::optional<SheetQuestion>;

  bool readHeader(const CsvRow& row) {
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const std::string name = lowered(trimmed(row.cells[i]));
      const bool known =
          isOption(name) || std::find(std::begin(kColumns), std::end(kColumns), name) != std::end(kColumns);
      if (name.empty()) continue;
      if (!known) {
        findings_.warning("csv-column", file_, row.places[i],
                          "the column " + inQuotes(row.cells[i]) + " is not read",
                          "Columns: question, type, a, b, ..., answer, accept, case, tolerance, points, code, "
                          "feedback, id");
      } else if (!columns_.emplace(name, i).second) {
        findings_.error("csv-header", file_, row.places[i], "the column " + inQuotes(name) + " is there twice");
        return false;
      }
    }
    for (const char* needed : {"question", "answer"}) {
      if (columns_.contains(needed)) continue;
      findings_.error("csv-header", file_, row.places.front(),
                      "the first row has to name the columns, and there is no column " + inQuotes(needed),
                      kHeaderHint);
      return false;
    }
    return true;
  }

  std::string cell(const std::string& column) const {
    const auto it = columns_.find(column);
    if (it == columns_.end() || it->second >= row_->cells.size()) return "";
    return plainCell(row_->cells[it->second]);
  }

  Place placeOf(const std::string& column) const {
    const auto it = columns_.find(column);
    return it == columns_.end() || it->second >= row_->places.size() ? row_->places.front()
                                                                     : row_->places[it->second];
  }

  std::nullopt_t refuse(const std::string& column, const char* rule, std::string message, std::string hint = "") {
    findings_.error(rule, file_, placeOf(column), std::move(message), std::move(hint));
    return std::nullopt;
  }

  Maybe readRow() {
    SheetQuestion question;
    question.id = trimmed(cell("id"));
    if (!question.id.empty() && !homework::isId(question.id))
      return refuse("id", "illegal-id", inQuotes(question.id) + " is not an id",
                    "Letters, digits, dot, hyphen and underscore, at most 64.");
    question.text = joinLines(cell("question"));
    question.code = cell("code");
    question.feedback = joinLines(cell("feedback"));
    if (const std::string points = std::string(trimmed(cell("points"))); !points.empty()) {
      if (points.size() > 4 || points.find_first_not_of("0123456789") != std::string::npos)
        return refuse("points", "points", inQuotes(points) + " is not a whole number from 1 to 1000");
      question.points = std::stoi(points);
    }
    if (!readOptions(question)) return std::nullopt;
    return readAnswer(std::move(question));
  }

  bool readOptions(SheetQuestion& question) {
    bool gap = false;
    for (char letter = 'a'; letter <= 'z'; ++letter) {
      const std::string text = joinLines(cell(std::string(1, letter)));
      if (!text.empty() && gap) {
        refuse(std::string(1, letter), "csv-gap",
               "there is an option " + std::string(1, letter) + " behind an empty one");
        return false;
      }
      gap = gap || text.empty();
      if (!text.empty()) question.options.push_back({std::string(1, letter), text, false});
    }
    return true;
  }

  std::optional<QuestionType> typeOf(const SheetQuestion& question, const std::string& answer) {
    const std::string name = lowered(trimmed(cell("type")));
    if (!name.empty()) {
      const auto type = parseQuestionType(name);
      if (!type)
        return refuse("type", "type", inQuotes(name) + " is not a type",
                      "single, multiple, truefalse, text or number");
      return type;
    }
    if (!question.options.empty())
      return answer.find_first_of(",; ") == std::string::npos ? QuestionType::kSingle : QuestionType::kMultiple;
    const std::string word = lowered(answer);
    if (word == "true" || word == "false") return QuestionType::kTrueFalse;
    return Decimal::parse(answer) ? QuestionType::kNumber : QuestionType::kText;
  }

  Maybe readAnswer(SheetQuestion question) {
    const std::string answer(trimmed(cell("answer")));
    if (answer.empty()) return refuse("answer", "no-right-answer", "the cell of the right answer is empty");
    const auto type = typeOf(question, answer);
    if (!type) return std::nullopt;
    question.type = *type;
    const bool choice = *type == QuestionType::kSingle || *type == QuestionType::kMultiple;
    if (!choice && !question.options.empty())
      return refuse("a", "csv-options",
                    "a question of the type " + std::string(questionTypeName(*type)) + " has no options");
    if (choice) return markRight(std::move(question), answer);
    question.answer = answer;
    if (*type == QuestionType::kTrueFalse) {
      const auto value = yesOrNo(answer);
      if (!value) return refuse("answer", "answer", inQuotes(answer) + " is neither true nor false");
      question.answer = *value ? "true" : "false";
    }
    if (*type == QuestionType::kText) {
      const std::string accepted = cell("accept");
      for (const std::string_view part : split(accepted, '|')) {
        if (!trimmed(part).empty()) question.accept.emplace_back(trimmed(part));
      }
      const auto sensitive = yesOrNo(cell("case"));
      if (!sensitive) return refuse("case", "csv-case", inQuotes(cell("case")) + " is neither yes nor no");
      question.caseSensitive = *sensitive;
    }
    if (*type == QuestionType::kNumber) question.tolerance = trimmed(cell("tolerance"));
    return question;
  }

  Maybe markRight(SheetQuestion question, const std::string& answer) {
    std::string letters = lowered(answer);
    std::replace_if(
        letters.begin(), letters.end(), [](char c) { return c == ';' || c == ' '; }, ',');
    std::size_t count = 0;
    for (const std::string_view letter : split(letters, ',')) {
      if (letter.empty()) continue;
      ++count;
      const auto option = std::find_if(question.options.begin(), question.options.end(),
                                       [&](const SheetOption& o) { return o.id == letter; });
      if (option == question.options.end())
        return refuse("answer", "key-not-offered", "the right answer " + inQuotes(letter) + " is not offered",
                      "Give the letter of its column.");
      option->right = true;
    }
    if (question.type == QuestionType::kSingle && count != 1)
      return refuse("answer", "answer", "a question of the type single has one right answer");
    return question;
  }

  const std::string& file_;
  Findings& findings_;
  std::map<std::string, std::size_t> columns_;
  const CsvRow* row_ = nullptr;
};

std::string joined(const std::vector<std::string>& texts, char separator) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : std::string(1, separator)) + text;
  return out;
}

std::string rightLetters(const SheetQuestion& question) {
  if (question.type != QuestionType::kSingle && question.type != QuestionType::kMultiple) return question.answer;
  std::string out;
  for (std::size_t i = 0; i < question.options.size(); ++i) {
    if (question.options[i].right) out += (out.empty() ? "" : ",") + std::string(1, static_cast<char>('a' + i));
  }
  return out;
}

}  // namespace

Sheet readTable(const std::string& file, std::string_view bytes, Findings& findings) {
  std::string text;
  if (!readText(file, bytes, text, findings)) return {};
  return Reader(file, findings).run(text);
}

std::string writeTable(const Sheet& sheet, char separator) {
  std::size_t options = 0;
  for (const SheetQuestion& question : sheet.questions) {
    if (question.type != QuestionType::kTrueFalse) options = std::max(options, question.options.size());
  }
  std::vector<std::string> header = {"id", "type", "question", "code"};
  for (std::size_t i = 0; i < options; ++i) header.emplace_back(1, static_cast<char>('a' + i));
  for (const char* name : {"answer", "accept", "case", "tolerance", "points", "feedback"})
    header.emplace_back(name);
  std::string out = joined(header, separator) + "\r\n";
  for (const SheetQuestion& question : sheet.questions) {
    std::vector<std::string> cells = {question.id, std::string(questionTypeName(question.type)), question.text,
                                      question.code};
    for (std::size_t i = 0; i < options; ++i) {
      const bool there = question.type != QuestionType::kTrueFalse && i < question.options.size();
      cells.push_back(there ? question.options[i].text : "");
    }
    cells.push_back(rightLetters(question));
    cells.push_back(joined(question.accept, '|'));
    cells.emplace_back(question.caseSensitive ? "yes" : "");
    cells.push_back(question.tolerance);
    cells.push_back(std::to_string(question.points));
    cells.push_back(question.feedback);
    for (std::string& cell : cells) cell = tableCell(cell, separator);
    out += joined(cells, separator) + "\r\n";
  }
  return out;
}

}  // namespace hearth::homework::client
