// Signature Version 4 in the Authorization header.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "http_client.h"

namespace hearth::sdk {

using Query = std::vector<std::pair<std::string, std::string>>;  // names and values not encoded

// Sorted and encoded as both the request line and the signature have it.
std::string canonicalQuery(const Query& query);

struct SigningScope {
  std::string_view service;
  std::string_view region;
  const Credentials& credentials;
  std::chrono::system_clock::time_point time;
};

// Adds X-Amz-Date, X-Amz-Content-Sha256, X-Amz-Security-Token and Authorization to `headers`, and signs all of them
// and `host`. `path` is encoded already.
void sign(std::string_view method, std::string_view path, std::string_view query, std::string_view host,
          std::string_view body, const SigningScope& scope, Headers& headers);

}  // namespace hearth::sdk
