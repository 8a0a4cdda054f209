#include "homework/client/student/receipts.h"

#include <algorithm>

#include "homework/client/common/account.h"
#include "homework/client/common/files.h"
#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kLongestReceipt = 256u << 10;  // 200 answers of 200 bytes and what is said about them
constexpr std::string_view kSignature = "signature: ed25519:";

// The value behind a label at the beginning of a line.
std::string lineOf(std::string_view text, std::string_view label) {
  for (const std::string_view line : split(text, '\n')) {
    if (line.starts_with(label) && line.substr(label.size()).starts_with("  ")) {
      return std::string(trimmed(line.substr(label.size())));
    }
  }
  return {};
}

// The instant below the local time, which can be sorted.
std::string instantOf(std::string_view text) {
  const std::size_t received = text.find("\nReceived ");
  const std::size_t next = received == std::string_view::npos ? received : text.find('\n', received + 1);
  if (next == std::string_view::npos) return {};
  return std::string(trimmed(text.substr(next, text.find('\n', next + 1) - next)));
}

}  // namespace

std::string_view checkName(ReceiptCheck check) {
  switch (check) {
    case ReceiptCheck::kGenuine:
      return "genuine";
    case ReceiptCheck::kForged:
      return "forged";
    case ReceiptCheck::kUnknownKey:
      return "unknownKey";
    case ReceiptCheck::kUnsigned:
      break;
  }
  return "unsigned";
}

bool isReceiptText(std::string_view text) {
  if (text.empty() || text.size() > kLongestReceipt || !isUtf8(text)) return false;
  for (std::size_t i = 0; i < text.size();) {
    const char32_t c = nextCodePoint(text, i);
    if (isControl(c) && c != '\n' && c != '\t') return false;
  }
  return true;
}

CheckedReceipt checkReceipt(std::string_view text, const std::vector<ReceiptKey>& keys) {
  const std::size_t at = text.rfind(kSignature);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + kSignature.size());
  CheckedReceipt out{ReceiptCheck::kUnknownKey, cleanedLine(rest.substr(0, rest.find(':')), Charset::kUtf8, 16)};
  const bool known =
      std::any_of(keys.begin(), keys.end(), [&](const ReceiptKey& key) { return key.keyId == out.keyId; });
  if (known) out.check = verifyReceipt(text, keys) ? ReceiptCheck::kGenuine : ReceiptCheck::kForged;
  return out;
}

std::filesystem::path ReceiptStore::save(const std::string& code, std::string_view text) const {
  const auto path = folder_ / (code + ".txt");
  replaceFile(path, text);
  return path;
}

std::optional<SavedReceipt> ReceiptStore::find(const std::string& code) const {
  if (!isId(code)) return std::nullopt;
  auto text = findFile(folder_ / (code + ".txt"), 1u << 20);
  if (!text) return std::nullopt;
  const std::string test = lineOf(*text, "Test");
  return SavedReceipt{code, test.substr(0, test.find(' ')), lineOf(*text, "Received"), *std::move(text)};
}

std::vector<SavedReceipt> ReceiptStore::all() const {
  std::vector<SavedReceipt> receipts;
  if (!std::filesystem::is_directory(folder_)) return receipts;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.path().extension() != ".txt") continue;
    if (auto receipt = find(entry.path().stem().string())) receipts.push_back(*std::move(receipt));
  }
  std::sort(receipts.begin(), receipts.end(), [](const SavedReceipt& a, const SavedReceipt& b) {
    return std::pair(instantOf(a.text), a.code) < std::pair(instantOf(b.text), b.code);
  });
  return receipts;
}

}  // namespace hearth::homework::client
