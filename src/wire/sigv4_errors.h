// Why a request could not be authenticated, and how AWS says so in each family of protocols.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace hearth::wire {

enum class AuthError : unsigned char {
  kMissing,               // nothing is signed; S3 may still serve it as anonymous
  kUnsupportedMechanism,  // Signature Version 2, 4A, Bearer ...
  kTwoMechanisms,         // header and query both
  kMalformedHeader,
  kMalformedQuery,
  kMissingDate,
  kDateMismatch,  // the scope's date is not the request's
  kTooSkewed,     // more than 15 minutes off, either way
  kNotYetValid,   // presigned for the future
  kPresignExpired,
  kUnknownKey,
  kInvalidToken,
  kExpiredToken,
  kUnsignedHeaders,
  kSignatureMismatch,
  kMissingPayloadHash,
  kInvalidPayloadHash,
  kPayloadMismatch
};

struct AuthFailure {
  AuthError error;
  std::string message;  // what exactly; for some errors the fault's message, for others a part of it, or empty
  std::vector<std::pair<std::string, std::string>> details;  // members of S3's error document
};

// Who asks: S3; the query protocol; JSON 1.0/1.1, which answers 400 to everything; REST-JSON, which answers 403.
enum class AuthFamily : unsigned char { kS3, kQuery, kJson, kRestJson };

Fault authFault(const AuthFailure& failure, AuthFamily family);

}  // namespace hearth::wire
