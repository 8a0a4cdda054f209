#include "homework/client/trainer/receipt_desk.h"

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
  if (what != "-" && !std::filesystem::exists(what)) {
    return Failure{Exit::kUsage, "There is no file " + inQuotes(what) + ".",
                   "Give a file, - for standard input, or a code such as R-7F3K-Q2MD"};
  }
  return readInput(what, kMostReceipt);
}

}  // namespace

Status verifyReceiptCommand(Desk& desk, const std::string& what, const std::filesystem::path& course) {
  HOMEWORK_TRY(const std::string receipt, readReceipt(desk, what));
  HOMEWORK_TRY(const Outcome<VerifiedReceipt> verified, verifyAnywhere(desk, receipt, course));
  if (!verified) {
    const std::string why = cleanedLine(verified.problem().message, Charset::kUtf8, 300);
    if (desk.json()) desk.print(JsonObject{{"valid", false}, {"problem", why}});
    return Failure{Exit::kRejected, "NOT VALID: " + why,
                   "What the server stored for a code:  trainer receipt verify R-XXXX-XXXX", desk.json()};
  }
  if (desk.json()) {
    desk.print(JsonObject{{"valid", true},
                          {"receipt", verified->code},
                          {"course", verified->course},
                          {"test", verified->test.path()},
                          {"studentId", verified->studentId},
                          {"receivedAt", formatInstant(verified->receivedAt)},
                          {"keyId", verified->keyId},
                          {"answers", verified->answers.size()}});
    return Done{};
  }
  const Charset charset = desk.terminal().style().charset;
  desk.terminal().say("VALID: " + verified->code + ", signed with the key " + verified->keyId +
                      " of this course, and not altered.");
  desk.terminal().sayWrapped(cleanedLine(verified->studentId, charset) + ", " + verified->test.path() +
                             ", received " + formatInstant(verified->receivedAt) + ", " +
                             std::to_string(verified->answers.size()) + " answers.");
  desk.terminal().say("");
  desk.terminal().say(trimmed(cleaned(verified->text, charset)));
  return Done{};
}

}  // namespace hearth::homework::client
