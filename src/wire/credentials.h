// What signatures are checked against. The store of keys belongs to identity and STS; wire/ asks through a
// function.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace hearth::wire {

struct KeyRecord {
  std::string secretAccessKey;
  std::string principalArn;  // arn:aws:iam::123456789012:user/ann, arn:aws:sts::...:assumed-role/...
  std::string account;       // twelve digits
  std::string userId;        // AIDA..., AROA...:session, or the account's id for root
  // The token that came along is this key's own; or there was none and the key needs none.
  bool sessionTokenValid = true;
  bool expired = false;  // temporary credentials past their time
};

// nullopt: there is no such key. `sessionToken` is empty when none was sent. Called on the loop; must not block.
// Whoever implements it compares tokens in constant time.
using CredentialLookup =
    std::function<std::optional<KeyRecord>(const std::string& accessKeyId, const std::string& sessionToken)>;

}  // namespace hearth::wire
