#include "wire/sigv4_signer.h"

#include <algorithm>

#include "base/bytes.h"
#include "wire/sigv4_canonical.h"

namespace hearth::wire {
namespace {

std::vector<std::string> headerNames(const http::Headers& headers) {
  std::vector<std::string> names;
  for (const auto& [name, value] : headers) names.push_back(base::toLower(name));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::string join(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) {
    if (!all.empty()) all += ';';
    all += name;
  }
  return all;
}

struct Stamp {
  std::string timestamp;
  SigningScope scope;
};

Stamp stampFor(const SigningTarget& target, base::Time now) {
  std::string timestamp = base::formatBasicIso8601(now);
  std::string date = timestamp.substr(0, 8);
  return {std::move(timestamp), {std::move(date), target.region, target.service}};
}

std::string signatureOf(const UnsignedRequest& request, const std::vector<std::string>& names,
                        std::string_view payloadHash, const SigningCredentials& credentials, const Stamp& stamp) {
  const std::string path =
      signsPathOnce(stamp.scope.service) ? canonicalPathOnce(request.path) : canonicalPathTwice(request.path, true);
  const std::string query = canonicalQuery(request.query);
  const std::string headers = canonicalHeaders(request.headers, names);
  const std::string signedNames = join(names);
  const std::string canonical =
      CanonicalRequest{request.method, path, query, headers, signedNames, payloadHash}.text();
  base::HmacSha256Key key = deriveSigningKey(credentials.secretAccessKey, stamp.scope);
  return base::hexEncode(key.sign(stringToSign(stamp.timestamp, stamp.scope.text(), canonical)));
}

}  // namespace

std::string signRequest(UnsignedRequest& request, std::string_view payloadHash,
                        const SigningCredentials& credentials, const SigningTarget& target, base::Time now) {
  const Stamp stamp = stampFor(target, now);
  request.headers.set("X-Amz-Date", stamp.timestamp);
  if (!credentials.sessionToken.empty()) request.headers.set("X-Amz-Security-Token", credentials.sessionToken);
  if (signsPathOnce(target.service)) request.headers.set("X-Amz-Content-Sha256", std::string(payloadHash));
  const auto names = headerNames(request.headers);
  std::string signature = signatureOf(request, names, payloadHash, credentials, stamp);
  std::string authorization(kSigV4Algorithm);
  authorization.append(" Credential=").append(credentials.accessKeyId).append("/").append(stamp.scope.text());
  authorization.append(", SignedHeaders=").append(join(names)).append(", Signature=").append(signature);
  request.headers.set("Authorization", std::move(authorization));
  return signature;
}

std::string presign(const UnsignedRequest& request, const SigningCredentials& credentials,
                    const SigningTarget& target, base::Time now, std::chrono::seconds expires) {
  const Stamp stamp = stampFor(target, now);
  const auto names = headerNames(request.headers);
  UnsignedRequest complete = request;
  std::string& query = complete.query;
  const auto add = [&query](std::string_view name, std::string_view value) {
    if (!query.empty()) query += '&';
    query.append(name).append("=").append(base::uriEncode(value));
  };
  add("X-Amz-Algorithm", kSigV4Algorithm);
  add("X-Amz-Credential", credentials.accessKeyId + "/" + stamp.scope.text());
  add("X-Amz-Date", stamp.timestamp);
  add("X-Amz-Expires", std::to_string(expires.count()));
  if (!credentials.sessionToken.empty()) add("X-Amz-Security-Token", credentials.sessionToken);
  add("X-Amz-SignedHeaders", join(names));
  add("X-Amz-Signature", signatureOf(complete, names, kUnsignedPayload, credentials, stamp));
  return std::move(query);
}

}  // namespace hearth::wire
