#include "server/callers.h"

#include <optional>

namespace hearth::server {

wire::CredentialLookup credentialsIn(identity::Directory& directory) {
  return [&directory](const std::string& accessKeyId, const std::string& token) -> std::optional<wire::KeyRecord> {
    auto key = directory.findKey(accessKeyId, token);
    if (!key || !key->active) return std::nullopt;
    return wire::KeyRecord{key->secretAccessKey,  key->principal.arn, key->principal.account,
                           key->principal.userId, key->tokenValid,    key->expired};
  };
}

}  // namespace hearth::server
