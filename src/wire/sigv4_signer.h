// Signs requests with Signature Version 4: for the command line and for tests.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "http/message.h"

namespace hearth::wire {

struct SigningCredentials {
  std::string accessKeyId;
  std::string secretAccessKey;
  std::string sessionToken;  // empty: none
};

struct SigningTarget {
  std::string region;
  std::string service;
};

// A request to be signed. `path` and `query` are as they will be sent; `headers` has Host, and everything else that
// is to be signed.
struct UnsignedRequest {
  std::string method;
  std::string path;
  std::string query;
  http::Headers headers;
};

// Adds X-Amz-Date, X-Amz-Security-Token where there is a token, X-Amz-Content-Sha256 for S3, and Authorization;
// signs all headers. `payloadHash` is sha256Hex(body), or S3's UNSIGNED-PAYLOAD or STREAMING-... Returns the
// signature, from which a chunked body goes on.
std::string signRequest(UnsignedRequest& request, std::string_view payloadHash,
                        const SigningCredentials& credentials, const SigningTarget& target, base::Time now);

// Returns the query of a presigned URL for S3; signs the headers that `request` has.
std::string presign(const UnsignedRequest& request, const SigningCredentials& credentials,
                    const SigningTarget& target, base::Time now, std::chrono::seconds expires);

}  // namespace hearth::wire
