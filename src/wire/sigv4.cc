#include "wire/sigv4.h"

#include <algorithm>
#include <unordered_map>

#include "base/bytes.h"
#include "base/hash.h"

namespace hearth::wire {
namespace {

constexpr base::Duration kMostSkew = std::chrono::minutes(15);

struct Payload {
  PayloadMode mode = PayloadMode::kHashed;
  std::string signedAs;  // the last line of the canonical request
};

std::optional<AuthFailure> checkTime(const SignatureClaim& claim, base::Time now) {
  const std::string sent = claim.timestamp;
  const std::string server = base::formatBasicIso8601(now);
  if (const std::string day = sent.substr(0, 8); claim.scope.date != day) {
    if (claim.presigned) {
      return AuthFailure{AuthError::kMalformedQuery,
                         "Invalid credential date \"" + claim.scope.date +
                             "\". This date is not the same as X-Amz-Date: \"" + day + "\".",
                         {}};
    }
    return AuthFailure{
        AuthError::kDateMismatch,
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
            claim.scope.date + "' != '" + day + "', from '" + sent + "'.",
        {}};
  }
  if (claim.signedAt > now + kMostSkew) {
    return AuthFailure{claim.presigned ? AuthError::kNotYetValid : AuthError::kTooSkewed,
                       "Signature not yet current: " + sent + " is still later than " +
                           base::formatBasicIso8601(now + kMostSkew) + " (" + server + " + 15 min.)",
                       {{"RequestTime", base::formatIso8601(claim.signedAt)},
                        {"ServerTime", base::formatIso8601(now)},
                        {"MaxAllowedSkewMilliseconds", std::to_string(kMostSkew.count())}}};
  }
  if (claim.presigned && claim.signedAt + claim.expires < now) {
    const auto end = claim.signedAt + claim.expires;
    return AuthFailure{AuthError::kPresignExpired,
                       "Signature expired: " + base::formatBasicIso8601(end) + " is now earlier than " + server,
                       {{"X-Amz-Expires", std::to_string(claim.expires.count() / 1000)},
                        {"Expires", base::formatIso8601(end)},
                        {"ServerTime", base::formatIso8601(now)}}};
  }
  if (!claim.presigned && claim.signedAt < now - kMostSkew) {
    return AuthFailure{AuthError::kTooSkewed,
                       "Signature expired: " + sent + " is now earlier than " +
                           base::formatBasicIso8601(now - kMostSkew) + " (" + server + " - 15 min.)",
                       {{"RequestTime", base::formatIso8601(claim.signedAt)},
                        {"ServerTime", base::formatIso8601(now)},
                        {"MaxAllowedSkewMilliseconds", std::to_string(kMostSkew.count())}}};
  }
  return std::nullopt;
}

// Whatever changes the meaning of a request must be under its signature.
std::optional<AuthFailure> checkSignedHeaders(const http::Headers& headers, const SignatureClaim& claim) {
  const auto isSigned = [&](std::string_view name) {
    return std::any_of(claim.headerNames.begin(), claim.headerNames.end(),
                       [&](const std::string& signedName) { return base::equalsIgnoreCase(signedName, name); });
  };
  std::string missing;
  if (!isSigned("host")) missing = "host";
  for (const auto& [name, value] : headers) {
    if (name.size() < 6 || !base::equalsIgnoreCase(std::string_view(name).substr(0, 6), "x-amz-")) continue;
    if (isSigned(name)) continue;
    if (!missing.empty()) missing += ", ";
    missing += base::toLower(name);
  }
  if (missing.empty()) return std::nullopt;
  return AuthFailure{AuthError::kUnsignedHeaders,
                     "'" + missing + "' must be a 'SignedHeader' in the AWS Authorization.",
                     {{"HeadersNotSigned", missing}}};
}

std::variant<Payload, AuthFailure> readPayload(const SignatureClaim& claim, std::optional<std::string_view> body) {
  const bool isS3 = signsPathOnce(claim.scope.service);
  if (!claim.payloadHash) {
    if (isS3 && claim.presigned) return Payload{PayloadMode::kUnsigned, std::string(kUnsignedPayload)};
    if (isS3 || !body) {
      return AuthFailure{
          AuthError::kMissingPayloadHash, "Missing required header for this request: x-amz-content-sha256", {}};
    }
    return Payload{PayloadMode::kHashed, base::sha256Hex(*body)};
  }
  const std::string& hash = *claim.payloadHash;
  if (hash.size() == 64 && hash.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos) {
    return Payload{PayloadMode::kHashed, hash};
  }
  if (isS3) {  // the other services have no unsigned and no streamed bodies
    if (hash == kUnsignedPayload) return Payload{PayloadMode::kUnsigned, hash};
    if (hash == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") return Payload{PayloadMode::kSignedChunks, hash};
    if (hash == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")
      return Payload{PayloadMode::kSignedChunksTrailer, hash};
    if (hash == "STREAMING-UNSIGNED-PAYLOAD-TRAILER") return Payload{PayloadMode::kUnsignedChunksTrailer, hash};
  }
  return AuthFailure{AuthError::kInvalidPayloadHash,
                     "The value of x-amz-content-sha256 must be the SHA-256 of the body.",
                     {{"ArgumentName", "x-amz-content-sha256"}, {"ArgumentValue", hash.substr(0, 256)}}};
}

// Clients do not agree on the canonical form of a path: those of S3 escape more or less than RFC 3986 asks, others
// do or do not resolve dots. Both forms name the same resource, so that accepting either gives nothing away.
enum class PathForm : unsigned char { kUsual, kOther };
std::string canonicalPath(std::string_view path, std::string_view service, PathForm form) {
  const bool usual = form == PathForm::kUsual;
  if (!signsPathOnce(service)) return canonicalPathTwice(path, usual);
  return usual ? canonicalPathOnce(path) : std::string(path);
}

AuthFailure mismatch(const SignatureClaim& claim, const std::string& toSign, const std::string& canonical) {
  AuthFailure failure{
      AuthError::kSignatureMismatch,
      {},
      {{"AWSAccessKeyId", claim.accessKeyId}, {"StringToSign", toSign}, {"SignatureProvided", claim.signature}}};
  // Helps the caller to find the difference. A session token is not repeated.
  if (claim.sessionToken.empty()) failure.details.emplace_back("CanonicalRequest", canonical);
  return failure;
}

}  // namespace

// Derived keys, some thousands at most: two generations, of which the older is dropped when the younger is full.
class SigV4Verifier::KeyCache final {
 public:
  std::shared_ptr<base::HmacSha256Key> get(const std::string& accessKeyId, const std::string& secret,
                                           const SigningScope& scope) {
    std::string name = accessKeyId + '/' + scope.text();
    if (const auto found = young_.find(name); found != young_.end()) {
      if (base::equalsConstantTime(found->second.secret, secret)) return found->second.key;
    } else if (auto old = old_.extract(name); old && base::equalsConstantTime(old.mapped().secret, secret)) {
      return put(std::move(name), std::move(old.mapped()));
    }
    Entry entry{secret, std::make_shared<base::HmacSha256Key>(deriveSigningKey(secret, scope))};
    return put(std::move(name), std::move(entry));
  }

 private:
  struct Entry {
    std::string secret;  // a key whose secret has changed is derived anew
    std::shared_ptr<base::HmacSha256Key> key;
  };
  static constexpr std::size_t kGeneration = 1024;

  std::shared_ptr<base::HmacSha256Key> put(std::string name, Entry entry) {
    if (young_.size() >= kGeneration) old_ = std::exchange(young_, {});
    auto key = entry.key;
    young_.insert_or_assign(std::move(name), std::move(entry));
    return key;
  }

  std::unordered_map<std::string, Entry> young_;
  std::unordered_map<std::string, Entry> old_;
};

SigV4Verifier::SigV4Verifier(CredentialLookup lookup, const base::Clock& clock, const base::Clock& machineClock)
    : lookup_(std::move(lookup)), clock_(clock), machineClock_(machineClock), keys_(std::make_unique<KeyCache>()) {}
SigV4Verifier::~SigV4Verifier() = default;

std::variant<SignatureClaim, AuthFailure> SigV4Verifier::readGoodClaim(const http::Request& request) const {
  auto claimed = readClaim(request);
  const auto* claim = std::get_if<SignatureClaim>(&claimed);
  if (claim == nullptr) return claimed;
  if (auto failure = checkTime(*claim, clock_.now()))
    if (checkTime(*claim, machineClock_.now())) return std::move(*failure);
  if (auto failure = checkSignedHeaders(request.headers, *claim)) return std::move(*failure);
  return claimed;
}

std::optional<AuthFailure> SigV4Verifier::screen(const http::Request& request) const {
  auto claimed = readGoodClaim(request);
  if (auto* failure = std::get_if<AuthFailure>(&claimed)) return std::move(*failure);
  const auto& claim = std::get<SignatureClaim>(claimed);
  if (!lookup_(claim.accessKeyId, claim.sessionToken)) {
    return AuthFailure{AuthError::kUnknownKey, {}, {{"AWSAccessKeyId", claim.accessKeyId}}};
  }
  return std::nullopt;
}

Verification SigV4Verifier::verify(const http::Request& request, std::optional<std::string_view> body) {
  auto claimed = readGoodClaim(request);
  if (auto* failure = std::get_if<AuthFailure>(&claimed)) return std::move(*failure);
  return verifyClaim(request, std::get<SignatureClaim>(claimed), body);
}

Verification SigV4Verifier::verifyClaim(const http::Request& request, const SignatureClaim& claim,
                                        std::optional<std::string_view> body) {
  auto payload = readPayload(claim, body);
  if (auto* failure = std::get_if<AuthFailure>(&payload)) return std::move(*failure);
  const PayloadMode mode = std::get<Payload>(payload).mode;
  const std::string& signedAs = std::get<Payload>(payload).signedAs;

  auto record = lookup_(claim.accessKeyId, claim.sessionToken);
  if (!record) return AuthFailure{AuthError::kUnknownKey, {}, {{"AWSAccessKeyId", claim.accessKeyId}}};
  if (!record->sessionTokenValid) return AuthFailure{AuthError::kInvalidToken, {}, {}};

  const auto key = keys_->get(claim.accessKeyId, record->secretAccessKey, claim.scope);
  const std::string scope = claim.scope.text();
  const std::string query = canonicalQuery(request.query);
  const std::string headers = canonicalHeaders(request.headers, claim.headerNames);
  const auto check = [&](const std::string& path) -> std::optional<AuthFailure> {
    const std::string canonical =
        CanonicalRequest{request.method, path, query, headers, claim.signedHeaders, signedAs}.text();
    const std::string toSign = stringToSign(claim.timestamp, scope, canonical);
    if (base::equalsConstantTime(base::hexEncode(key->sign(toSign)), claim.signature)) return std::nullopt;
    return mismatch(claim, toSign, canonical);
  };
  const std::string path = canonicalPath(request.path, claim.scope.service, PathForm::kUsual);
  if (auto failure = check(path)) {
    const std::string other = canonicalPath(request.path, claim.scope.service, PathForm::kOther);
    if (other == path || check(other)) return std::move(*failure);
  }
  if (record->expired) return AuthFailure{AuthError::kExpiredToken, {}, {}};

  Verified verified;
  verified.accessKeyId = claim.accessKeyId;
  verified.principalArn = std::move(record->principalArn);
  verified.account = std::move(record->account);
  verified.userId = std::move(record->userId);
  verified.region = claim.scope.region;
  verified.service = claim.scope.service;
  verified.signedAt = claim.signedAt;
  verified.presigned = claim.presigned;
  verified.payload = mode;
  verified.chunks = {key, claim.timestamp, scope, claim.signature};
  if (mode != PayloadMode::kHashed) return verified;
  verified.payloadHash = base::toLower(signedAs);
  if (!body || !claim.payloadHash) {
    if (body) verified.payloadHash.clear();
    return verified;
  }
  if (std::string computed = base::sha256Hex(*body); computed != verified.payloadHash) {
    return AuthFailure{
        AuthError::kPayloadMismatch,
        {},
        {{"ClientComputedContentSHA256", verified.payloadHash}, {"S3ComputedContentSHA256", std::move(computed)}}};
  }
  verified.payloadHash.clear();
  return verified;
}

}  // namespace hearth::wire
