// SignatureClaim: what a request says about its signature, before anything of it is believed. Internal to sigv4.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "http/message.h"
#include "wire/sigv4_canonical.h"
#include "wire/sigv4_errors.h"

namespace hearth::wire {

struct SignatureClaim {
  bool presigned = false;
  std::string accessKeyId;
  SigningScope scope;
  std::string signedHeaders;             // "host;x-amz-date", as sent
  std::vector<std::string> headerNames;  // the same, split
  std::string signature;                 // 64 hex digits
  std::string timestamp;                 // 20130524T000000Z
  base::Time signedAt{};
  base::Duration expires{};                // of presigned ones
  std::string sessionToken;                // empty: none
  std::optional<std::string> payloadHash;  // X-Amz-Content-Sha256, as header or parameter
};

// Reads and checks form only: no key, no clock.
std::variant<SignatureClaim, AuthFailure> readClaim(const http::Request& request);

}  // namespace hearth::wire
