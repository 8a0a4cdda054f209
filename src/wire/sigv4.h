// Verifies AWS Signature Version 4: the Authorization header and presigned URLs.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>

#include "base/clock.h"
#include "base/hmac_key.h"
#include "http/message.h"
#include "wire/credentials.h"
#include "wire/sigv4_claim.h"
#include "wire/sigv4_errors.h"

namespace hearth::wire {

// What the signature says about the body.
enum class PayloadMode : unsigned char {
  kHashed,                // its SHA-256 is signed
  kUnsigned,              // nothing
  kSignedChunks,          // STREAMING-AWS4-HMAC-SHA256-PAYLOAD
  kSignedChunksTrailer,   // STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER
  kUnsignedChunksTrailer  // STREAMING-UNSIGNED-PAYLOAD-TRAILER
};

// What the chunks of a body are signed with, after the head: see aws_chunked.h.
struct ChunkSigning {
  std::shared_ptr<base::HmacSha256Key> key;  // shared with the verifier's cache
  std::string timestamp;                     // 20130524T000000Z
  std::string scope;                         // 20130524/us-east-1/s3/aws4_request
  std::string seedSignature;
};

struct Verified {
  std::string accessKeyId;
  std::string principalArn;
  std::string account;
  std::string userId;
  std::string region;   // of the scope: any is accepted here
  std::string service;  // of the scope: the caller compares it with the service it found
  base::Time signedAt{};
  bool presigned = false;
  PayloadMode payload = PayloadMode::kHashed;
  // Lower-case hex, of kHashed: the body must have this SHA-256. Empty when verify() has compared it already.
  std::string payloadHash;
  ChunkSigning chunks;
};

using Verification = std::variant<Verified, AuthFailure>;

// Lives on the loop.
class SigV4Verifier final {
 public:
  // Clients sign by the machine's clock. A product whose clock was set elsewhere dates its answers by that, and
  // some SDKs then sign by those dates: a time that fits either clock is accepted.
  SigV4Verifier(CredentialLookup lookup, const base::Clock& clock, const base::Clock& machineClock);
  ~SigV4Verifier();
  SigV4Verifier(const SigV4Verifier&) = delete;
  SigV4Verifier& operator=(const SigV4Verifier&) = delete;

  // What can be told without a body and without cryptography: that there is a signature, that its time fits, that
  // its key is known. For turning strangers away before their bodies are read.
  std::optional<AuthFailure> screen(const http::Request& request) const;

  // `body` is the whole body when it has been read; its hash is then compared here. Without it, a request that
  // signs no x-amz-content-sha256 fails, except S3's presigned ones, and the caller checks `payloadHash`.
  // Every x-amz-* header and host must be signed.
  Verification verify(const http::Request& request, std::optional<std::string_view> body);

 private:
  class KeyCache;

  // The claim of a request whose time and signed headers are in order.
  std::variant<SignatureClaim, AuthFailure> readGoodClaim(const http::Request& request) const;
  Verification verifyClaim(const http::Request& request, const SignatureClaim& claim,
                           std::optional<std::string_view> body);

  CredentialLookup lookup_;
  const base::Clock& clock_;
  const base::Clock& machineClock_;
  std::unique_ptr<KeyCache> keys_;
};

}  // namespace hearth::wire
