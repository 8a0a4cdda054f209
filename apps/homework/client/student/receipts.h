// The receipts on a student's computer: kept as the server wrote them, and checked with the course's public keys
// alone.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "homework/domain/receipt.h"

namespace hearth::homework::client {

enum class ReceiptCheck : unsigned char {
  kGenuine,
  kForged,      // the signature is not one of this text by that key
  kUnknownKey,  // none of the keys has the signature's id
  kUnsigned     // there is no signature
};
// `genuine`, `forged`, `unknownKey`, `unsigned`
std::string_view checkName(ReceiptCheck check);

struct CheckedReceipt {
  ReceiptCheck check = ReceiptCheck::kUnsigned;
  std::string keyId;  // that the receipt names; empty when it names none
};
// Whether a server's text may be kept as it is: UTF-8, neither empty nor too long, and without control characters.
// An answer in it may be of any script, with the marks of its direction.
bool isReceiptText(std::string_view text);
// A receipt as it was saved or pasted.
CheckedReceipt checkReceipt(std::string_view text, const std::vector<ReceiptKey>& keys);

// What a receipt says of itself; nothing of it is checked. Text is as it came.
struct SavedReceipt {
  std::string code;
  std::string test;
  std::string received;  // in the course's time zone
  std::string text;
};

// One file `<code>.txt` for each, replaced atomically and durably.
class ReceiptStore final {
 public:
  explicit ReceiptStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Precondition: the code is an id (account.h). Returns where it is.
  std::filesystem::path save(const std::string& code, std::string_view text) const;
  std::optional<SavedReceipt> find(const std::string& code) const;
  // In the order of their times.
  std::vector<SavedReceipt> all() const;

 private:
  std::filesystem::path folder_;
};

}  // namespace hearth::homework::client
