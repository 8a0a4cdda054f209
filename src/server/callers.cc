#include "server/callers.h"

#include <optional>

#include "http/message.h"

namespace hearth::server {

wire::CredentialLookup credentialsIn(identity::Directory& directory) {
  return [&directory](const std::string& accessKeyId, const std::string& token) -> std::optional<wire::KeyRecord> {
    auto key = directory.findKey(accessKeyId, token);
    if (!key || !key->active) return std::nullopt;
    return wire::KeyRecord{key->secretAccessKey,  key->principal.arn, key->principal.account,
                           key->principal.userId, key->tokenValid,    key->expired};
  };
}

std::string addressOf(std::string_view peer) {
  std::string_view address = http::hostWithoutPort(peer);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  return std::string(address);
}

}  // namespace hearth::server
