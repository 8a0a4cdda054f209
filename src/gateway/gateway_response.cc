#include "gateway/gateway_response.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/json.h"

namespace hearth::gateway {
namespace {

struct Standard {
  Problem problem;
  std::string_view type;
  int status;
  std::string_view errorType;  // the x-amzn-ErrorType header
  std::string_view message;
};

constexpr std::array<Standard, 23> kStandards = {{
    {Problem::kMissingAuthenticationToken, "MISSING_AUTHENTICATION_TOKEN", 403,
     "MissingAuthenticationTokenException", "Missing Authentication Token"},
    {Problem::kInvalidSignature, "INVALID_SIGNATURE", 403, "InvalidSignatureException",
     "The request signature we calculated does not match the signature you provided."},
    {Problem::kIncompleteSignature, "INVALID_SIGNATURE", 403, "IncompleteSignatureException",
     "The request signature is incomplete."},
    {Problem::kUnknownToken, "DEFAULT_4XX", 403, "UnrecognizedClientException",
     "The security token included in the request is invalid."},
    {Problem::kExpiredToken, "EXPIRED_TOKEN", 403, "ExpiredTokenException",
     "The security token included in the request is expired"},
    {Problem::kUnauthorized, "UNAUTHORIZED", 401, "UnauthorizedException", "Unauthorized"},
    {Problem::kAccessDenied, "ACCESS_DENIED", 403, "AccessDeniedException",
     "User is not authorized to access this resource"},
    {Problem::kAuthorizerFailure, "AUTHORIZER_FAILURE", 500, "AuthorizerFailureException", ""},
    {Problem::kAuthorizerConfiguration, "AUTHORIZER_CONFIGURATION_ERROR", 500, "AuthorizerConfigurationException",
     ""},
    {Problem::kInvalidApiKey, "INVALID_API_KEY", 403, "ForbiddenException", "Forbidden"},
    {Problem::kThrottled, "THROTTLED", 429, "TooManyRequestsException", "Too Many Requests"},
    {Problem::kQuotaExceeded, "QUOTA_EXCEEDED", 429, "LimitExceededException", "Limit Exceeded"},
    {Problem::kBadRequestParameters, "BAD_REQUEST_PARAMETERS", 400, "BadRequestException", "Bad Request"},
    {Problem::kBadRequestBody, "BAD_REQUEST_BODY", 400, "BadRequestException", "Invalid request body"},
    {Problem::kBadRequest, "DEFAULT_4XX", 400, "BadRequestException", "Bad Request"},
    {Problem::kUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", 415, "BadRequestException",
     "Unsupported Media Type"},
    {Problem::kRequestTooLarge, "REQUEST_TOO_LARGE", 413, "RequestTooLargeException",
     "HTTP content length exceeded 10485760 bytes."},
    {Problem::kUriTooLong, "DEFAULT_4XX", 414, "RequestTooLargeException", "Request URI too long"},
    {Problem::kIntegrationTimeout, "INTEGRATION_TIMEOUT", 504, "InternalServerErrorException",
     "Endpoint request timed out"},
    {Problem::kNetworkError, "INTEGRATION_FAILURE", 504, "InternalServerErrorException",
     "Network error communicating with endpoint"},
    {Problem::kBusy, "DEFAULT_5XX", 503, "ServiceUnavailableException", "Service Unavailable"},
    {Problem::kIntegrationFailure, "DEFAULT_5XX", 502, "InternalServerErrorException", "Internal server error"},
    {Problem::kApiConfiguration, "API_CONFIGURATION_ERROR", 500, "InternalServerErrorException",
     "Internal server error"},
}};

const Standard& standardOf(Problem problem) {
  for (const Standard& standard : kStandards) {
    if (standard.problem == problem) return standard;
  }
  return kStandards.back();
}

const GatewayResponse* findCustom(const Stage& stage, const Standard& standard) {
  for (const std::string_view type :
       {standard.type, std::string_view(standard.status >= 500 ? "DEFAULT_5XX" : "DEFAULT_4XX")}) {
    const auto found = stage.gatewayResponses.find(std::string(type));
    if (found != stage.gatewayResponses.end()) return &found->second;
  }
  return nullptr;
}

// As JSON; what has no message has null.
std::string quoted(std::string_view text) {
  if (text.empty()) return "null";
  std::string json;
  base::appendJsonString(json, text);
  return json;
}

std::optional<std::string> findErrorValue(std::string_view name, const Standard& standard, std::string_view message,
                                          std::string_view detail) {
  if (name == "error.message") return std::string(message);
  if (name == "error.messageString") return quoted(message);
  if (name == "error.responseType") return std::string(standard.type);
  if (name == "error.validationErrorString") return std::string(detail);
  return std::nullopt;
}

// Replaces $context.x, $stageVariables.x and $method.request.{header,querystring,path}.x; what is not known is
// replaced by nothing.
std::string substitute(std::string_view text, const Exchange& exchange, const Standard& standard,
                       std::string_view message, std::string_view detail) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t dollar = std::min(text.find('$', at), text.size());
    result.append(text, at, dollar - at);
    if (dollar == text.size()) break;
    const bool braces = text.substr(dollar + 1, 1) == "{";
    const std::size_t start = dollar + (braces ? 2 : 1);
    std::size_t end = start;
    const auto inName = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
             c == '.';
    };
    while (end < text.size() && inName(text[end])) ++end;
    if (!braces) {
      while (end > start && text[end - 1] == '.') --end;
    }
    const std::string_view name = text.substr(start, end - start);
    at = braces && text.substr(end, 1) == "}" ? end + 1 : end;
    std::optional<std::string> value;
    if (name.starts_with("context.")) {
      value = findErrorValue(name.substr(8), standard, message, detail);
      if (!value) value = findContextValue(exchange, name.substr(8));
    } else if (name.starts_with("stageVariables.") || name.starts_with("method.request.")) {
      const auto source = ParameterSource::parse(name, ParameterSource::Side::kRequest);
      if (source.ok()) {
        auto values = source->values(exchange, {});
        if (values.ok() && !values->empty()) value = std::move(values->back());
      }
    } else {
      value = text.substr(dollar, at - dollar);
    }
    result.append(value.value_or(""));
  }
  return result;
}

}  // namespace

http::Response makeProblem(const Exchange& exchange, Problem problem, std::string_view message,
                           std::string_view detail) {
  const Standard& standard = standardOf(problem);
  if (message.empty()) message = standard.message;
  const GatewayResponse* custom = findCustom(*exchange.stage, standard);
  http::Response response;
  response.status = custom != nullptr && custom->status ? *custom->status : standard.status;
  const bool plain = problem == Problem::kRequestTooLarge && custom == nullptr;
  response.headers.add("Content-Type", plain               ? "text/plain"
                                       : custom != nullptr ? custom->contentType
                                                           : "application/json");
  response.headers.add("x-amzn-ErrorType", std::string(standard.errorType));
  if (custom != nullptr) {
    for (const auto& [name, source] : custom->headers) {
      if (auto error = findErrorValue(source.contextName(), standard, message, detail)) {
        response.headers.set(name, std::move(*error));
        continue;
      }
      auto values = source.values(exchange, {});
      if (values.ok() && !values->empty()) response.headers.set(name, std::move(values->back()));
    }
  }
  if (custom != nullptr && custom->body) {
    response.body = substitute(*custom->body, exchange, standard, message, detail);
  } else {
    // Observed on AWS: this one is spelled otherwise.
    const std::string_view member = problem == Problem::kAccessDenied ? "Message" : "message";
    response.body = plain ? std::string(message) : "{\"" + std::string(member) + "\":" + quoted(message) + "}";
  }
  addIds(exchange, response);
  return response;
}

http::Response makeUnknownStage(std::string_view requestId) {
  auto response = http::Response::text(403, "application/json", "{\"message\":\"Forbidden\"}");
  response.headers.add("x-amzn-ErrorType", "ForbiddenException");
  response.headers.add("x-amzn-RequestId", std::string(requestId));
  return response;
}

void addIds(const Exchange& exchange, http::Response& response) {
  response.headers.add("x-amzn-RequestId", exchange.requestId);
  response.headers.add("x-amz-apigw-id", exchange.extendedRequestId);
}

}  // namespace hearth::gateway
