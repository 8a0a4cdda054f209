#include "gateway/integration_uri.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "http/client.h"

namespace hearth::gateway {
namespace {

Fault refuse(std::string message) { return Fault("BadRequestException", std::move(message)); }

// arn:aws:apigateway:REGION:[SUBDOMAIN.]SERVICE:path/REST, cut up.
struct Parts {
  std::string_view region;
  std::string_view subdomain;
  std::string_view service;
  bool action = false;
  std::string_view rest;  // behind "path/" or "action/"
};

Result<Parts> cutUp(std::string_view uri) {
  std::string_view fields[5];
  for (std::string_view& field : fields) {
    const std::size_t colon = uri.find(':');
    if (colon == std::string_view::npos) return refuse("Invalid ARN specified in the request");
    field = uri.substr(0, colon);
    uri.remove_prefix(colon + 1);
  }
  if (fields[0] != "arn" || fields[2] != "apigateway") return refuse("Invalid ARN specified in the request");
  Parts parts;
  parts.region = fields[3];
  const std::size_t dot = fields[4].rfind('.');
  parts.service = fields[4].substr(dot == std::string_view::npos ? 0 : dot + 1);
  if (dot != std::string_view::npos) parts.subdomain = fields[4].substr(0, dot);
  parts.action = uri.starts_with("action/");
  if (!parts.action && !uri.starts_with("path/")) {
    return refuse("AWS ARN for integration must contain path or action");
  }
  parts.rest = uri.substr(uri.find('/') + 1);
  return parts;
}

Result<IntegrationTarget> functionOf(const Parts& parts) {
  constexpr std::string_view kFunctions = "2015-03-31/functions/";
  constexpr std::string_view kInvocations = "/invocations";
  const std::string_view rest = parts.rest;
  if (parts.action || !rest.starts_with(kFunctions) || !rest.ends_with(kInvocations) ||
      rest.size() <= kFunctions.size() + kInvocations.size()) {
    return refuse("Integrations of Lambda functions need the path path/2015-03-31/functions/ARN/invocations");
  }
  const std::size_t size = rest.size() - kFunctions.size() - kInvocations.size();
  return IntegrationTarget(FunctionTarget{std::string(rest.substr(kFunctions.size(), size))});
}

// Literal text of a URI, in which escapes stay and what may not stand in a URI is escaped.
std::string literal(std::string_view text) {
  constexpr std::string_view kAllowed = "-._~/%!$&'()*+,;=:@";
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       kAllowed.find(c) != std::string_view::npos;
    encoded += plain ? std::string(1, c) : base::uriEncode(std::string_view(&c, 1));
  }
  return encoded;
}

// "/pets/{id}", in pieces behind those that are there.
Result<void> appendPath(std::string_view path, std::vector<ServiceTarget::Piece>& pieces) {
  while (!path.empty()) {
    const std::size_t open = std::min(path.find('{'), path.size());
    if (open > 0) pieces.push_back({false, literal(path.substr(0, open))});
    path.remove_prefix(open);
    if (path.empty()) break;
    const std::size_t close = path.find('}');
    if (close == std::string_view::npos || close < 2) return refuse("Invalid ARN specified in the request");
    pieces.push_back({true, std::string(path.substr(1, close - 1))});
    path.remove_prefix(close + 1);
  }
  return {};
}

Result<IntegrationTarget> pathOf(const Parts& parts) {
  ServiceTarget target;
  target.service = parts.service;
  target.region = parts.region;
  const std::size_t question = parts.rest.find('?');
  if (question != std::string_view::npos) target.query = literal(parts.rest.substr(question + 1));
  std::string start = "/";
  if (!parts.subdomain.empty()) start += literal(parts.subdomain) + "/";
  target.path.push_back({false, std::move(start)});
  HEARTH_CHECK(appendPath(parts.rest.substr(0, question), target.path));
  return IntegrationTarget(std::move(target));
}

}  // namespace

Result<IntegrationTarget> parseIntegrationUri(std::string_view type, std::string_view uri) {
  HEARTH_TRY(const Parts parts, cutUp(uri));
  if (parts.service == "lambda" && parts.subdomain.empty()) return functionOf(parts);
  if (type == "AWS_PROXY") {
    return refuse(
        "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream "
        "invocations.");
  }
  if (parts.service != "s3") {
    return refuse("Integrations of type 'AWS' with the service '" + std::string(parts.service) +
                  "' are not supported");
  }
  if (parts.action) {
    return refuse("Integrations with an action of S3 are not supported; the path s3:path/{bucket}/{key} is");
  }
  return pathOf(parts);
}

Result<HttpTarget> parseHttpUri(std::string_view uri) {
  const Fault invalid = refuse("Invalid HTTP endpoint specified for URI");
  uri = uri.substr(0, uri.find('#'));
  const std::size_t mark = uri.find("://");
  if (mark == std::string_view::npos) return invalid;
  const std::size_t end = std::min(uri.find_first_of("/?", mark + 3), uri.size());
  HttpTarget target;
  target.origin = uri.substr(0, end);
  if (!http::parseUrl(target.origin, http::Schemes::kPlainAndTls).ok()) return invalid;
  if (target.origin.find_first_of("{}") != std::string::npos) return invalid;
  std::string_view path = uri.substr(end);
  const std::size_t question = std::min(path.find('?'), path.size());
  if (question < path.size()) target.query = literal(path.substr(question + 1));
  path = path.substr(0, question);
  if (path.empty()) path = "/";
  if (!appendPath(path, target.path).ok()) return invalid;
  return target;
}

std::string withStageVariables(std::string_view text, const TextMap& variables) {
  constexpr std::string_view kOpen = "${stageVariables.";
  std::string result;
  for (std::size_t start = 0;;) {
    const std::size_t open = text.find(kOpen, start);
    const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) return result.append(text, start);
    result.append(text, start, open - start);
    const std::size_t name = open + kOpen.size();
    const auto found = variables.find(std::string(text.substr(name, close - name)));
    if (found != variables.end()) result.append(found->second);
    start = close + 1;
  }
}

}  // namespace hearth::gateway
