// Session: what came of a test: its result, and the receipts on this computer.
#include <algorithm>
#include <utility>

#include "homework/client/common/text.h"
#include "homework/client/student/result_sheet.h"
#include "homework/client/student/session.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kLargestReceipt = 1u << 20;

Text verdictOf(ReceiptCheck check) {
  switch (check) {
    case ReceiptCheck::kGenuine:
      return Text::kTermGenuine;
    case ReceiptCheck::kForged:
      return Text::kTermNotGenuine;
    case ReceiptCheck::kUnknownKey:
      return Text::kTermUnknownKey;
    case ReceiptCheck::kUnsigned:
      break;
  }
  return Text::kTermUnsigned;
}

// The test that was scored last: the one whose deadline is the latest.
const BoardRow* lastScored(const std::vector<BoardRow>& board) {
  const BoardRow* found = nullptr;
  for (const BoardRow& row : board) {
    if (row.info.status != "scored") continue;
    if (found == nullptr || row.info.due.value_or(Instant::min()) > found->info.due.value_or(Instant::min())) {
      found = &row;
    }
  }
  return found;
}

}  // namespace

Status Session::result(const std::string& test) {
  HOMEWORK_TRY(const auto board, fetchBoard());
  const BoardRow* row = lastScored(board);
  if (!test.empty()) {
    HOMEWORK_TRY(row, findRow(board, test, terminal_.style()));
  }
  const bool json = output_ == Output::kJson;
  if (row == nullptr) {
    json ? print(JsonObject{{"result", nullptr}}) : terminal_.sayWrapped(tell(Text::kTermNoResults));
    return Done{};
  }
  const TestInfo& info = row->info;
  const std::string name = info.name();
  if (info.status == "scored") {
    auto sheet = api_->getResult(info.subject, info.testId);
    if (sheet.ok()) {
      if (json) {
        print(resultJson(*sheet, name));
        return Done{};
      }
      for (const std::string& line : resultLines(*sheet, name, *zone_, clock_.now(), terminal_.style()))
        terminal_.say(line);
      return Done{};
    }
    if (sheet.failure().status != 404) {
      return explained(sheet.failure());
    }
  }
  if (json) {
    print(JsonObject{{"result", nullptr},
                     {"test", name},
                     {"status", info.status},
                     {"due", info.due ? Json(formatInstant(*info.due)) : Json()}});
    return Done{};
  }
  const bool open = info.due && *info.due > clock_.now();
  const Text key = open                      ? Text::kTermNoResultOpen
                   : info.status == "closed" ? Text::kTermNoResultNone
                                             : Text::kTermNoResultClosed;
  if (!info.due) {
    terminal_.sayWrapped(tell(Text::kTermNoResults));
    return Done{};
  }
  std::string said = terminal_.style().tell(
      key, {{"test", name}, {"time", when(*info.due)}, {"zone", zone_->name()}, {"distance", distance(*info.due)}});
  terminal_.sayWrapped(said);
  return Done{};
}

Status Session::listReceipts() {
  const std::vector<SavedReceipt> all = receipts_.all();
  if (output_ == Output::kJson) {
    JsonArray list;
    for (const SavedReceipt& receipt : all) {
      list.push_back(JsonObject{{"code", receipt.code}, {"test", receipt.test}, {"received", receipt.received}});
    }
    print(JsonObject{{"receipts", std::move(list)}});
    return Done{};
  }
  for (const SavedReceipt& receipt : all) {
    terminal_.sayWrapped(clean(receipt.code) + "  " + clean(receipt.test) + "  " + clean(receipt.received));
  }
  if (all.empty()) terminal_.note(tell(Text::kTermNoReceipts));
  return Done{};
}

Status Session::showReceipt(const std::string& code) {
  const auto receipt = receipts_.find(code);
  if (!receipt) {
    return Failure{Exit::kUsage, tell(Text::kTermNoSuchReceipt, {{"code", clean(code)}}),
                   tell(Text::kTermRunReceipt)};
  }
  if (output_ == Output::kJson) {
    print(JsonObject{{"code", receipt->code},
                     {"test", receipt->test},
                     {"received", receipt->received},
                     {"text", receipt->text}});
    return Done{};
  }
  terminal_.say(trimmed(cleaned(receipt->text, terminal_.style().charset)));
  return Done{};
}

Status Session::verifyReceipts(const std::string& what) {
  std::vector<SavedReceipt> receipts;
  if (what.empty()) {
    receipts = receipts_.all();
  } else if (auto saved = receipts_.find(what)) {
    receipts.push_back(*std::move(saved));
  } else if (what == "-" || std::filesystem::is_regular_file(what)) {
    receipts.push_back({what, "", "", readInput(what, kLargestReceipt)});
  } else {
    return Failure{Exit::kUsage, tell(Text::kTermNoSuchReceipt, {{"code", clean(what)}}),
                   tell(Text::kTermRunReceipt)};
  }
  // Nobody has to be signed in; who is can ask for a key that is not known yet.
  if (const auto account = findAccount(folders_); account.ok() && *account && !api_) {
    use((*account)->account);
  }
  if (receipts.empty() && output_ == Output::kText) terminal_.note(tell(Text::kTermNoReceipts));
  bool good = true;
  bool keyMissing = false;
  JsonArray list;
  for (const SavedReceipt& receipt : receipts) {
    const CheckedReceipt checked = check(receipt.text);
    good = good && checked.check == ReceiptCheck::kGenuine;
    keyMissing = keyMissing || checked.check == ReceiptCheck::kUnknownKey;
    list.push_back(JsonObject{
        {"receipt", receipt.code}, {"check", std::string(checkName(checked.check))}, {"keyId", checked.keyId}});
    if (output_ == Output::kText) {
      terminal_.sayWrapped(clean(receipt.code) + ": " +
                           tell(verdictOf(checked.check), {{"key", clean(checked.keyId)}}));
    }
  }
  if (output_ == Output::kJson) print(JsonObject{{"receipts", std::move(list)}});
  if (good) return Done{};
  return Failure{Exit::kRejected, "", keyMissing ? tell(Text::kTermKeysComeWithList) : "", true};
}

}  // namespace hearth::homework::client
