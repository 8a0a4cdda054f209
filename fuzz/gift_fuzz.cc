// Questions from strangers: what is read without an error can be kept as a course's files, and reads the same again
// from every format that can hold it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "homework/client/trainer/exchange/exchange.h"

namespace {

using namespace hearth::homework::client;

void require(bool condition) {
  if (!condition) std::abort();
}

void checkRoundTrip(ExchangeFormat format, const Sheet& sheet) {
  const auto written = exportSheet(format, sheet);
  if (!written.ok() || !written->lost.empty()) return;
  Findings findings;
  const Sheet back = importSheet(format, "f", written->text, findings);
  require(findings.count(Severity::kError) == 0);
  require(back.questions.size() == sheet.questions.size());
  require(sheetDifference(sheet, back).empty());
}

void check(ExchangeFormat format, std::string_view text) {
  Findings findings;
  const Sheet sheet = importSheet(format, "f", text, findings);
  for (const Finding& finding : findings.all()) require(!finding.rule.empty() && !finding.message.empty());
  if (findings.count(Severity::kError) > 0) return;
  require(!sheet.questions.empty());
  const auto kept = readSheet(questionsText(sheet), keyText(sheet));
  if (kept.ok()) require(kept->questions.size() == sheet.questions.size());
  if (format == ExchangeFormat::kGift && kept.ok()) {
    const auto written = exportSheet(format, *kept);
    require(written.ok() && written->lost.empty());
  }
  for (const ExchangeFormat other : {ExchangeFormat::kGift, ExchangeFormat::kAiken, ExchangeFormat::kCsv})
    checkRoundTrip(other, sheet);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const ExchangeFormat format : {ExchangeFormat::kGift, ExchangeFormat::kAiken, ExchangeFormat::kCsv})
    check(format, text);
  return 0;
}
