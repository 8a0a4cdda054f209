#include "sigv4.h"

#include <algorithm>
#include <ctime>

#include "crypto.h"

namespace hearth::sdk {
namespace {

std::string basicTime(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  const std::size_t length = std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
  return {text, length};
}

std::string lowerCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

}  // namespace

std::string canonicalQuery(const Query& query) {
  std::vector<std::pair<std::string, std::string>> encoded;
  encoded.reserve(query.size());
  for (const auto& [name, value] : query) {
    encoded.emplace_back(uriEncode(name, Slash::kEncode), uriEncode(value, Slash::kEncode));
  }
  std::sort(encoded.begin(), encoded.end());
  std::string out;
  for (const auto& [name, value] : encoded) {
    if (!out.empty()) out += '&';
    out += name + "=" + value;
  }
  return out;
}

void sign(std::string_view method, std::string_view path, std::string_view query, std::string_view host,
          std::string_view body, const SigningScope& scope, Headers& headers) {
  const std::string time = basicTime(scope.time);
  const std::string date = time.substr(0, 8);
  const std::string bodyHash = hex(bytesOf(sha256(body)));
  headers.emplace_back("X-Amz-Date", time);
  headers.emplace_back("X-Amz-Content-Sha256", bodyHash);
  if (!scope.credentials.sessionToken.empty()) {
    headers.emplace_back("X-Amz-Security-Token", scope.credentials.sessionToken);
  }

  Headers sorted{{"host", std::string(host)}};
  for (const auto& [name, value] : headers) sorted.emplace_back(lowerCase(name), value);
  std::sort(sorted.begin(), sorted.end());
  std::string canonical = std::string(method) + "\n" + std::string(path) + "\n" + std::string(query) + "\n";
  std::string names;
  for (const auto& [name, value] : sorted) {
    canonical += name + ":" + value + "\n";
    names += (names.empty() ? "" : ";") + name;
  }
  canonical += "\n" + names + "\n" + bodyHash;

  const std::string credentialScope =
      date + "/" + std::string(scope.region) + "/" + std::string(scope.service) + "/aws4_request";
  const std::string toSign =
      "AWS4-HMAC-SHA256\n" + time + "\n" + credentialScope + "\n" + hex(bytesOf(sha256(canonical)));
  Sha256 key = hmacSha256("AWS4" + scope.credentials.secretAccessKey, date);
  for (const std::string_view part : {scope.region, scope.service, std::string_view("aws4_request")}) {
    key = hmacSha256(bytesOf(key), part);
  }
  headers.emplace_back("Authorization", "AWS4-HMAC-SHA256 Credential=" + scope.credentials.accessKeyId + "/" +
                                            credentialScope + ", SignedHeaders=" + names +
                                            ", Signature=" + hex(bytesOf(hmacSha256(bytesOf(key), toSign))));
}

}  // namespace hearth::sdk
