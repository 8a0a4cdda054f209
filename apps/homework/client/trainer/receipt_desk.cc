#include "homework/client/trainer/receipt_desk.h"

#include <unistd.h>

#include <optional>

#include "homework/client/common/files.h"
#include "homework/client/common/text.h"
#include "homework/client/trainer/bucket.h"
#include "homework/client/trainer/receipt_keys.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kMostReceipt = 1u << 20;

// R-7F3K-Q2MD, in any case.
bool isReceiptCode(std::string_view text) {
  if (text.size() != 11 || (text[0] != 'R' && text[0] != 'r') || text[1] != '-' || text[6] != '-') return false;
  for (const std::size_t i : {2u, 3u, 4u, 5u, 7u, 8u, 9u, 10u}) {
    const char c = text[i];
    if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))) return false;
  }
  return true;
}

// Against the keys that are kept beside the course; against the server's where these do not vouch for it: the
// course may have got another key since.
Result<Outcome<VerifiedReceipt>> verifyAnywhere(Desk& desk, const std::string& receipt,
                                                const std::filesystem::path& course) {
  HOMEWORK_TRY(const auto saved, findSavedReceiptKeys(course));
  if (saved) {
    auto verified = verifyReceipt(receipt, *saved);
    if (verified || !desk.openDeployment().ok()) return verified;
  }
  if (const Status opened = desk.openDeployment(); !opened.ok()) {
    return Failure{opened.failure().exit,
                   "The course's public keys are neither in " + receiptKeysPath(course).string() +
                       " nor to be had from a server: " + opened.failure().what,
                   "Say where the course is:  trainer receipt verify --course FOLDER ..."};
  }
  HOMEWORK_TRY(const auto published, readReceiptKeys(desk.cloud(), desk.deployment()));
  return verifyReceipt(receipt, published);
}

// The receipt of that code as the server stored it.
Result<std::string> storedReceipt(Desk& desk, const std::string& code) {
  HOMEWORK_CHECK(desk.openDeployment());
  HOMEWORK_TRY(const auto objects, listObjects(desk.cloud(), desk.deployment().dataBucket, ""));
  std::vector<std::string> keys;
  for (const sdk::ListedObject& object : objects) {
    const auto parts = split(object.key, '/');
    if (parts.size() == 5 && parts[3] == "attempts") keys.push_back(object.key);
  }
  HOMEWORK_TRY(const auto bodies, findObjects(desk.cloud(), desk.deployment().dataBucket, keys));
  for (const auto& body : bodies) {
    const Json attempt = parseJson(body.value_or("")).value_or(Json());
    if (lowered(stringMember(attempt, "receipt")) != lowered(code)) continue;
    return signedReceipt(stringMember(attempt, "receiptText"), stringMember(attempt, "keyId"),
                         stringMember(attempt, "signature"));
  }
  return Failure{Exit::kRejected, "No stored submission has the receipt " + inQuotes(code) + ".",
                 "Check the whole receipt instead:  trainer receipt verify FILE"};
}

Result<std::string> readReceipt(Desk& desk, const std::string& what) {
  if (isReceiptCode(what) && !std::filesystem::exists(what)) return storedReceipt(desk, what);
  if (what == "-" && ::isatty(STDIN_FILENO) == 1) {
    return Failure{Exit::kUsage, "Which receipt?",
                   "Give files, or a code such as R-7F3K-Q2MD; or send one in:  trainer receipt verify < FILE"};
  }
  if (what != "-" && !std::filesystem::exists(what)) {
    return Failure{Exit::kUsage, "There is no file " + inQuotes(what) + ".",
                   "Give a file, - for standard input, or a code such as R-7F3K-Q2MD"};
  }
  if (std::filesystem::is_directory(what))
    return Failure{Exit::kUsage, inQuotes(what) + " is a folder.", "Give the files in it:  " + what + "/*.txt"};
  return readInput(what, kMostReceipt);
}

// One receipt and what became of it.
struct Judged {
  std::string name;  // as it was asked for
  std::string why;   // what is wrong; empty when nothing is
  std::optional<VerifiedReceipt> receipt;
  bool read = true;  // false: `why` says what kept it from being judged
};

JsonObject judgedJson(const Judged& judged) {
  if (!judged.receipt) return {{"valid", false}, {"problem", judged.why}};
  const VerifiedReceipt& receipt = *judged.receipt;
  return {{"valid", true},
          {"receipt", receipt.code},
          {"course", receipt.course},
          {"test", receipt.test.path()},
          {"studentId", receipt.studentId},
          {"receivedAt", formatInstant(receipt.receivedAt)},
          {"keyId", receipt.keyId},
          {"answers", receipt.answers.size()}};
}

void tellJudged(Terminal& terminal, const Judged& judged) {
  const Charset charset = terminal.style().charset;
  if (!judged.receipt) {
    terminal.sayWrapped((judged.read ? "NOT VALID: " : "NOT CHECKED: ") + judged.why);
    return;
  }
  const VerifiedReceipt& receipt = *judged.receipt;
  terminal.say("VALID: " + receipt.code + ", signed with the key " + receipt.keyId +
               " of this course, and not altered.");
  terminal.sayWrapped(cleanedLine(receipt.studentId, charset) + ", " + receipt.test.path() + ", received " +
                      formatInstant(receipt.receivedAt) + ", " + plural(receipt.answers.size(), "answer") + ".");
}

Result<Judged> judge(Desk& desk, const std::string& what, const std::filesystem::path& course) {
  HOMEWORK_TRY(const std::string text, readReceipt(desk, what));
  HOMEWORK_TRY(const Outcome<VerifiedReceipt> verified, verifyAnywhere(desk, text, course));
  if (!verified) return Judged{what, cleanedLine(verified.problem().message, Charset::kUtf8, 300), std::nullopt};
  return Judged{what, "", *verified};
}

Status verifyOne(Desk& desk, const Judged& judged) {
  if (desk.json()) desk.print(judgedJson(judged));
  if (!judged.receipt) {
    return Failure{Exit::kRejected, "NOT VALID: " + judged.why,
                   "What the server stored for a code:  trainer receipt verify R-XXXX-XXXX", desk.json()};
  }
  if (desk.json()) return Done{};
  tellJudged(desk.terminal(), judged);
  desk.terminal().say("");
  desk.terminal().say(trimmed(cleaned(judged.receipt->text, desk.terminal().style().charset)));
  return Done{};
}

}  // namespace

Status verifyReceiptCommand(Desk& desk, const std::vector<std::string>& what, const std::filesystem::path& course) {
  if (what.size() == 1) {
    HOMEWORK_TRY(const Judged judged, judge(desk, what.front(), course));
    return verifyOne(desk, judged);
  }
  JsonArray all;
  std::size_t bad = 0;
  std::size_t unread = 0;
  for (const std::string& name : what) {
    // What cannot be read is not what the others have to wait for.
    const auto found = judge(desk, name, course);
    const Judged judged = found.ok() ? *found : Judged{name, found.failure().what, std::nullopt, false};
    bad += judged.receipt ? 0 : 1;
    unread += judged.read ? 0 : 1;
    if (desk.json()) {
      JsonObject entry = judgedJson(judged);
      entry["file"] = name;
      all.push_back(std::move(entry));
      continue;
    }
    desk.terminal().say(cleanedLine(name, desk.terminal().style().charset, 400));
    tellJudged(desk.terminal(), judged);
  }
  if (desk.json()) desk.print(JsonObject{{"valid", bad == 0}, {"receipts", std::move(all)}});
  if (bad == 0) return Done{};
  return Failure{Exit::kRejected,
                 std::to_string(bad) + " of " + plural(what.size(), "receipt") +
                     (unread == 0 ? " NOT VALID." : " NOT VALID or not checked."),
                 "What the server stored for a code:  trainer receipt verify R-XXXX-XXXX", desk.json()};
}

}  // namespace hearth::homework::client
