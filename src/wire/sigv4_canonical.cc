#include "wire/sigv4_canonical.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/hash.h"

namespace hearth::wire {
namespace {

// RFC 3986, section 5.2.4, plus the removal of empty segments; a trailing slash stays.
std::string normalizePath(std::string_view path) {
  std::vector<std::string_view> segments;
  std::string_view rest = path;
  bool directory = true;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('/'), rest.size());
    const auto segment = rest.substr(0, end);
    directory = end < rest.size() || segment == "." || segment == "..";
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
  }
  std::string normalized;
  for (const auto segment : segments) normalized.append("/").append(segment);
  if (directory || normalized.empty()) normalized += '/';
  return normalized;
}

// Trims, and folds runs of white space into one space.
void appendFolded(std::string& out, std::string_view value) {
  value = base::trim(value);
  if (value.find('\t') == std::string_view::npos && value.find("  ") == std::string_view::npos) {
    out += value;
    return;
  }
  bool pending = false;
  const auto start = out.size();
  for (const char c : value) {
    if (c == ' ' || c == '\t') {
      pending = out.size() > start;
      continue;
    }
    if (pending) out += ' ';
    pending = false;
    out += c;
  }
}

}  // namespace

std::string SigningScope::text() const {
  std::string all;
  all.reserve(date.size() + region.size() + service.size() + 16);
  all.append(date).append("/").append(region).append("/").append(service).append("/").append(kSigV4Terminator);
  return all;
}

bool signsPathOnce(std::string_view service) {
  return service == "s3" || service == "s3express" || service == "s3-outposts" || service == "s3-object-lambda";
}

std::string canonicalPathOnce(std::string_view path) {
  if (path.empty()) return "/";
  if (path.find('%') == std::string_view::npos) return base::uriEncode(path, true);
  return base::uriEncode(base::uriDecode(path), true);
}

std::string canonicalPathTwice(std::string_view path, bool normalize) {
  if (path.empty()) return "/";
  return base::uriEncode(normalize ? normalizePath(path) : std::string(path), true);
}

std::string canonicalQuery(std::string_view query) {
  if (query.empty()) return {};
  std::vector<std::pair<std::string, std::string>> pairs = http::parseQuery(query);
  for (auto& [name, value] : pairs) {
    name = base::uriEncode(name);
    value = base::uriEncode(value);
  }
  std::sort(pairs.begin(), pairs.end());
  std::string all;
  for (const auto& [name, value] : pairs) {
    if (name == "X-Amz-Signature") continue;
    if (!all.empty()) all += '&';
    all.append(name).append("=").append(value);
  }
  return all;
}

std::string canonicalHeaders(const http::Headers& headers, std::span<const std::string> names) {
  std::string all;
  for (const auto& name : names) {
    all.append(name).append(":");
    bool first = true;
    for (const auto& [fieldName, value] : headers) {
      if (!base::equalsIgnoreCase(fieldName, name)) continue;
      if (!first) all += ',';
      first = false;
      appendFolded(all, value);
    }
    all += '\n';
  }
  return all;
}

std::string CanonicalRequest::text() const {
  std::string all;
  all.reserve(method.size() + path.size() + query.size() + headers.size() + signedHeaders.size() + 80);
  all.append(method).append("\n").append(path).append("\n").append(query).append("\n");
  all.append(headers).append("\n").append(signedHeaders).append("\n").append(payloadHash);
  return all;
}

std::string stringToSign(std::string_view timestamp, std::string_view scope, std::string_view canonicalRequest) {
  std::string all(kSigV4Algorithm);
  all.append("\n").append(timestamp).append("\n").append(scope).append("\n");
  all += base::sha256Hex(canonicalRequest);
  return all;
}

base::HmacSha256Key deriveSigningKey(std::string_view secretAccessKey, const SigningScope& scope) {
  std::string key = base::hmacSha256("AWS4" + std::string(secretAccessKey), scope.date);
  key = base::hmacSha256(key, scope.region);
  key = base::hmacSha256(key, scope.service);
  return base::HmacSha256Key(base::hmacSha256(key, kSigV4Terminator));
}

}  // namespace hearth::wire
