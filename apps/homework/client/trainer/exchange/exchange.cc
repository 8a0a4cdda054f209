#include "homework/client/trainer/exchange/exchange.h"

#include <algorithm>

#include "homework/client/common/text.h"
#include "homework/client/trainer/exchange/aiken.h"
#include "homework/client/trainer/exchange/gift.h"
#include "homework/client/trainer/exchange/table.h"

namespace hearth::homework::client {
namespace {

std::string write(ExchangeFormat format, const Sheet& sheet) {
  return format == ExchangeFormat::kGift ? writeGift(sheet) : writeTable(sheet);
}

const SheetQuestion* find(const Sheet& sheet, const std::string& id) {
  const auto it = std::find_if(sheet.questions.begin(), sheet.questions.end(),
                               [&](const SheetQuestion& question) { return question.id == id; });
  return it == sheet.questions.end() ? nullptr : &*it;
}

std::vector<std::string> rightIds(const SheetQuestion& question) {
  std::vector<std::string> ids;
  for (const SheetOption& option : question.options) {
    if (option.right) ids.push_back(option.id);
  }
  return ids;
}

bool sameOptions(const SheetQuestion& a, const SheetQuestion& b) {
  return std::equal(a.options.begin(), a.options.end(), b.options.begin(), b.options.end(),
                    [](const SheetOption& x, const SheetOption& y) { return x.id == y.id && x.text == y.text; });
}

// "text, answer": which parts of the question differ.
std::string differingParts(const SheetQuestion& a, const SheetQuestion& b) {
  const std::pair<const char*, bool> parts[] = {
      {"type", a.type != b.type},
      {"text", a.text != b.text},
      {"code", a.code != b.code},
      {"points", a.points != b.points},
      {"options", !sameOptions(a, b)},
      {"answer", a.answer != b.answer || a.accept != b.accept || a.caseSensitive != b.caseSensitive ||
                     a.tolerance != b.tolerance || rightIds(a) != rightIds(b)},
      {"feedback", a.feedback != b.feedback}};
  std::string out;
  for (const auto& [name, differs] : parts) {
    if (differs) out += (out.empty() ? "" : ", ") + std::string(name);
  }
  return out;
}

std::string told(const char* mark, const SheetQuestion& question, const std::string& more = "") {
  return std::string(mark) + " " + fitted(question.id, 6) + " " + cleanedLine(question.text, Charset::kUtf8, 60) +
         (more.empty() ? "" : "  (" + more + ")");
}

}  // namespace

std::optional<ExchangeFormat> parseExchangeFormat(std::string_view name) {
  for (const ExchangeFormat format : {ExchangeFormat::kGift, ExchangeFormat::kAiken, ExchangeFormat::kCsv}) {
    if (name == exchangeFormatName(format)) return format;
  }
  return std::nullopt;
}

std::string_view exchangeFormatName(ExchangeFormat format) {
  switch (format) {
    case ExchangeFormat::kGift:
      return "gift";
    case ExchangeFormat::kAiken:
      return "aiken";
    case ExchangeFormat::kCsv:
      return "csv";
  }
  return "";
}

std::optional<ExchangeFormat> guessFormat(const std::filesystem::path& file, std::string_view bytes) {
  const std::string name = lowered(file.filename().string());
  if (name.ends_with(".gift") || name.ends_with(".gift.txt")) return ExchangeFormat::kGift;
  if (name.ends_with(".aiken") || name.ends_with(".aiken.txt")) return ExchangeFormat::kAiken;
  if (name.ends_with(".csv") || name.ends_with(".tsv")) return ExchangeFormat::kCsv;
  for (const std::string_view line : split(bytes, '\n')) {
    if (lowered(line).starts_with("answer:")) return ExchangeFormat::kAiken;
  }
  if (bytes.find('{') != std::string_view::npos) return ExchangeFormat::kGift;
  return std::nullopt;
}

Sheet importSheet(ExchangeFormat format, const std::string& file, std::string_view bytes, Findings& findings) {
  switch (format) {
    case ExchangeFormat::kGift:
      return readGift(file, bytes, findings);
    case ExchangeFormat::kAiken:
      return readAiken(file, bytes, findings);
    case ExchangeFormat::kCsv:
      return readTable(file, bytes, findings);
  }
  return {};
}

Result<ExportedSheet> exportSheet(ExchangeFormat format, const Sheet& sheet) {
  ExportedSheet out;
  if (format == ExchangeFormat::kAiken) {
    HOMEWORK_TRY(out.text, writeAiken(sheet));
  } else {
    out.text = write(format, sheet);
  }
  // What was lost is found by reading it back, so that nothing is lost unsaid.
  Findings findings;
  const Sheet back = importSheet(format, "", out.text, findings);
  if (findings.count(Severity::kError) > 0) {
    const Finding& first = findings.all().front();
    return Failure{Exit::kRejected,
                   "The format " + std::string(exchangeFormatName(format)) +
                       " cannot hold these questions: " + first.message + ".",
                   "See  trainer check , or use another format"};
  }
  for (std::size_t i = 0; i < sheet.questions.size(); ++i) {
    const SheetQuestion& question = sheet.questions[i];
    if (i >= back.questions.size()) break;
    std::string parts = differingParts(question, back.questions[i]);
    if (question.id != back.questions[i].id) parts += (parts.empty() ? "" : ", ") + std::string("id");
    if (!parts.empty()) out.lost.push_back("question " + inQuotes(question.id) + ": " + parts);
  }
  return out;
}

std::vector<std::string> sheetDifference(const Sheet& before, const Sheet& after) {
  std::vector<std::string> lines;
  for (const SheetQuestion& question : after.questions) {
    const SheetQuestion* known = find(before, question.id);
    if (known == nullptr) {
      lines.push_back(told("+", question));
    } else if (*known != question) {
      lines.push_back(told("~", question, differingParts(*known, question)));
    }
  }
  for (const SheetQuestion& question : before.questions) {
    if (find(after, question.id) == nullptr) lines.push_back(told("-", question));
  }
  const bool moved = lines.empty() && before.questions != after.questions;
  if (moved) lines.emplace_back("~ the order of the questions");
  return lines;
}

}  // namespace hearth::homework::client
