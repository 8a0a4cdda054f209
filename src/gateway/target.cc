#include "gateway/target.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/bytes.h"

namespace hearth::gateway {
namespace {

bool isApiId(std::string_view text) {
  return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// Cuts the first part of "/part/rest" off; slashes at the beginning count as one.
std::string_view takePart(std::string_view& path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  const std::string_view part = path.substr(0, path.find('/'));
  path.remove_prefix(part.size());
  return part;
}

Target makeTarget(std::string_view apiId, std::string_view region, std::string_view path) {
  Target target;
  target.apiId = apiId;
  target.region = region;
  target.stage = takePart(path);
  target.path = path;
  return target;
}

// A signature that names another service than execute-api, in the header or in the query.
bool isSignedForService(const http::Request& request) {
  if (const auto authorization = request.headers.find("Authorization"))
    if (authorization->starts_with("AWS4-") &&
        authorization->find("/execute-api/aws4_request") == authorization->npos)
      return true;
  const std::size_t credential = request.query.find("X-Amz-Credential=");
  if (credential == std::string::npos) return false;
  const std::string_view value = std::string_view(request.query).substr(credential).substr(0, 256);
  return base::uriDecode(value.substr(0, value.find('&')), true).find("/execute-api/aws4_request") ==
         std::string::npos;
}

// "/restapis/ID/STAGE/_user_request_/PATH"
std::optional<Target> findOlderPath(const http::Request& request) {
  constexpr std::string_view kPrefix = "/restapis/";
  constexpr std::string_view kMark = "_user_request_";
  if (!request.path.starts_with(kPrefix)) return std::nullopt;
  std::string_view path = std::string_view(request.path).substr(kPrefix.size() - 1);
  const std::string apiId = base::toLower(takePart(path));
  const std::string_view stage = takePart(path);
  if (!isApiId(apiId) || stage.empty() || takePart(path) != kMark || isSignedForService(request))
    return std::nullopt;
  return Target{.apiId = apiId, .region = {}, .stage = std::string(stage), .path = std::string(path)};
}

}  // namespace

std::optional<Target> findTarget(const http::Request& request) {
  static constexpr std::array<std::string_view, 4> kSuffixes = {"localhost", "localhost.localstack.cloud",
                                                                "amazonaws.com", "amazonaws.com.cn"};
  constexpr std::string_view kService = ".execute-api.";
  constexpr std::string_view kPrefix = "/_aws/execute-api/";
  if (request.path.starts_with(kPrefix)) {
    std::string_view path = std::string_view(request.path).substr(kPrefix.size() - 1);
    const std::string apiId = base::toLower(takePart(path));
    if (!isApiId(apiId)) return std::nullopt;
    return makeTarget(apiId, {}, path);
  }
  if (auto target = findOlderPath(request)) return target;
  const std::string host = base::toLower(request.host());
  const std::size_t service = host.find(kService);
  if (service == std::string::npos || !isApiId(host.substr(0, service))) return std::nullopt;
  const std::string_view rest = std::string_view(host).substr(service + kService.size());
  for (const std::string_view suffix : kSuffixes) {
    if (rest == suffix) return makeTarget(host.substr(0, service), {}, request.path);
    if (!rest.ends_with(suffix) || rest[rest.size() - suffix.size() - 1] != '.') continue;
    const std::string_view region = rest.substr(0, rest.size() - suffix.size() - 1);
    if (!isApiId(region)) continue;
    return makeTarget(host.substr(0, service), region, request.path);
  }
  return std::nullopt;
}

}  // namespace hearth::gateway
