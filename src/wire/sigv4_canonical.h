// The texts that Signature Version 4 signs, shared by verifying and signing.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/hmac_key.h"
#include "http/message.h"

namespace hearth::wire {

inline constexpr std::string_view kSigV4Algorithm = "AWS4-HMAC-SHA256";
inline constexpr std::string_view kSigV4Terminator = "aws4_request";
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";
// SHA-256 of nothing.
inline constexpr std::string_view kEmptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

// What a signing key is derived for: "20130524/us-east-1/s3/aws4_request".
struct SigningScope {
  std::string date;  // yyyyMMdd
  std::string region;
  std::string service;

  std::string text() const;
};

// S3 signs the path as it is, escaped once; the others resolve dots and double slashes and escape it twice.
bool signsPathOnce(std::string_view service);
// `path` is as sent, that is escaped once.
std::string canonicalPathOnce(std::string_view path);
std::string canonicalPathTwice(std::string_view path, bool normalize);

// Parameters decoded, escaped, sorted; X-Amz-Signature is left out.
std::string canonicalQuery(std::string_view query);

// "host:example.org\nx-amz-date:...\n" for the given lower-case names, in their order.
std::string canonicalHeaders(const http::Headers& headers, std::span<const std::string> names);

struct CanonicalRequest {
  std::string_view method;
  std::string_view path;   // canonical
  std::string_view query;  // canonical
  std::string_view headers;
  std::string_view signedHeaders;  // "host;x-amz-date"
  std::string_view payloadHash;

  std::string text() const;
};

std::string stringToSign(std::string_view timestamp, std::string_view scope, std::string_view canonicalRequest);

base::HmacSha256Key deriveSigningKey(std::string_view secretAccessKey, const SigningScope& scope);

}  // namespace hearth::wire
