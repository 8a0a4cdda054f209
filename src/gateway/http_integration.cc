#include "gateway/http_integration.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/bytes.h"
#include "gateway/content_type.h"
#include "gateway/custom_integration.h"
#include "gateway/integration_parts.h"
#include "gateway/path_form.h"
#include "gateway/proxy_integration.h"
#include "gateway/request_event.h"

namespace hearth::gateway {
namespace {

using Names = std::span<const std::string_view>;

// Of the client's headers, what does not reach an endpoint. Bodies are not decoded here, so the endpoint is not
// invited to compress.
constexpr std::array<std::string_view, 9> kNotForwarded = {"Accept-Encoding",
                                                           "Host",
                                                           "Content-Encoding",
                                                           "Keep-Alive",
                                                           "Proxy-Connection",
                                                           "Proxy-Authorization",
                                                           "Via",
                                                           "X-Amzn-Trace-Id",
                                                           "X-Amzn-Apigateway-Api-Id"};
// Of the endpoint's, what belongs to its connection.
constexpr std::array<std::string_view, 7> kNotReturned = {
    "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "TE", "Trailer", "Upgrade", "Via"};
// What the gateway's own answers have, and those of another gateway.
constexpr std::array<std::string_view, 2> kOwn = {"x-amzn-RequestId", "x-amz-apigw-id"};

bool isOneOf(Names names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view candidate) { return base::equalsIgnoreCase(candidate, name); });
}

bool isProxy(const Exchange& exchange) { return exchange.method->integration.type == IntegrationType::kHttpProxy; }

// Mapped headers and queries, the overrides of a template in the place of those with their name.
Result<void> addMapped(const Exchange& exchange, MappingScope& scope, http::Headers& headers, std::string& query) {
  const auto headerOverrides = scope.requestOverrides("header");
  const auto queryOverrides = scope.requestOverrides("querystring");
  const auto isOverridden = [](const MappingScope::Overrides& overrides, std::string_view name) {
    return std::any_of(overrides.begin(), overrides.end(),
                       [&](const auto& override) { return base::equalsIgnoreCase(override.first, name); });
  };
  for (const ParameterMapping& mapping : exchange.method->integration.parameters) {
    if (mapping.place == ParameterPlace::kPath) continue;
    HEARTH_TRY(auto values, mapping.source.values(exchange, {}));
    const bool inQuery = mapping.place == ParameterPlace::kQuery;
    if (values.empty() || isOverridden(inQuery ? queryOverrides : headerOverrides, mapping.name)) continue;
    if (!inQuery) headers.remove(mapping.name);
    for (std::string& value : values) {
      if (inQuery)
        appendQuery(query, mapping.name, value);
      else
        headers.add(mapping.name, std::move(value));
    }
  }
  for (const auto& [name, value] : headerOverrides) headers.set(name, value);
  for (const auto& [name, value] : queryOverrides) appendQuery(query, name, value);
  return {};
}

void addDefaults(const Exchange& exchange, const http::OutboundRequest& request, http::Headers& headers) {
  const auto setDefault = [&](const char* name, std::string_view value) {
    if (!headers.contains(name)) headers.add(name, std::string(value));
  };
  setDefault("Accept", "application/json");
  setDefault("User-Agent", "AmazonAPIGateway_" + exchange.stage->apiId);
  if (!request.body.empty()) {
    const std::string_view type = exchange.contentType();
    setDefault("Content-Type", type.empty() ? "application/json" : type);
  }
  headers.set("X-Amzn-Trace-Id", exchange.traceId);
  headers.set("X-Amzn-Apigateway-Api-Id", exchange.stage->apiId);
}

// Everything but what belongs to the connection.
Result<http::Response> passThrough(const Exchange& exchange, http::ClientResponse given) {
  http::Response response;
  response.status = given.status;
  if (!given.headers.contains("Content-Type")) response.headers.add("Content-Type", "application/json");
  for (const auto& [name, value] : given.headers) {
    if (isOneOf(kNotReturned, name)) continue;
    if (isOneOf(kOwn, name))
      response.headers.add("x-amzn-Remapped-" + name, value);
    else
      addIntegrationHeader(response, name, value, Remap::kProxy);
  }
  // What is compressed is bytes whatever it was before; a proxy decodes nothing.
  const bool binary =
      isBinaryType(given.headers.find("Content-Type").value_or(""), exchange.stage->binaryMediaTypes);
  Conversion conversion = conversionOf(exchange, ContentHandling::kUnchanged, binary);
  if (conversion == Conversion::kDecode) conversion = Conversion::kUtf8;
  if (given.body.empty() || given.headers.contains("Content-Encoding")) conversion = Conversion::kNone;
  HEARTH_TRY(response.body, convertBody(std::move(given.body), conversion));
  return response;
}

}  // namespace

Result<http::OutboundRequest> makeHttpRequest(const Exchange& exchange, MappingScope& scope, std::string payload) {
  const Integration& integration = exchange.method->integration;
  http::OutboundRequest request;
  request.method = integration.verb == "ANY" || integration.verb.empty() ? exchange.verb : integration.verb;
  request.verifyPeer = integration.verifyPeer;
  request.owner = exchange.stage->account;
  if (exchange.peer) {
    request.whenAbandoned = [peer = exchange.peer](std::function<void()> abandon) {
      peer->whenGone(std::move(abandon));
    };
  }
  HEARTH_TRY(const std::string path, fillPath(exchange, integration.http.path, scope.requestOverrides("path")));
  if (hasDotSegment(path)) return Fault("BadRequestException", "Bad Request", 400);
  std::string query = integration.http.query;
  http::Headers headers;
  if (isProxy(exchange)) {
    for (const auto& [name, value] : exchange.query) appendQuery(query, name, value);
    for (auto& [name, value] : forwardedHeaders(exchange)) {
      if (!isOneOf(kNotForwarded, name)) headers.add(name, std::move(value));
    }
  }
  HEARTH_CHECK(addMapped(exchange, scope, headers, query));
  const bool bodiless = request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS";
  if (!bodiless) {
    const bool text = integration.contentHandling == ContentHandling::kUnchanged &&
                      !isBinaryType(exchange.contentType(), exchange.stage->binaryMediaTypes);
    request.body = text && !base::isUtf8(payload) ? base::toUtf8(payload) : std::move(payload);
  }
  addDefaults(exchange, request, headers);
  request.url = integration.http.origin + path + (query.empty() ? "" : "?" + query);
  request.headers = std::move(headers);
  return request;
}

Result<http::Response> makeHttpResponse(const Exchange& exchange, MappingScope& scope, http::ClientResponse given) {
  if (isProxy(exchange)) return passThrough(exchange, std::move(given));
  IntegrationOutcome outcome;
  outcome.selector = std::to_string(given.status);
  outcome.headers = std::move(given.headers);
  HEARTH_TRY(const IntegrationResponse* chosen, chooseResponse(exchange.method->integration, outcome.selector));
  const bool binary =
      isBinaryType(outcome.headers.find("Content-Type").value_or(""), exchange.stage->binaryMediaTypes);
  const Conversion conversion =
      given.body.empty() ? Conversion::kNone : conversionOf(exchange, chosen->contentHandling, binary);
  if (readsBody(*chosen)) outcome.body = given.body;
  HEARTH_TRY(std::string payload, convertBody(std::move(given.body), conversion));
  const bool mapped = !binary || conversion == Conversion::kEncode;
  return makeMethodResponse(exchange, scope, *chosen, outcome, std::move(payload),
                            mapped ? Templates::kApply : Templates::kPassBy);
}

Fault httpFault(const Fault& fault) {
  if (fault.code == "RequestTimeout" || fault.code == "Abandoned")
    return Fault("IntegrationTimeout", fault.message, 504);
  if (fault.code == "Busy") return Fault("Busy", fault.message, 503);
  const bool network =
      fault.code == "ConnectionFailed" || fault.code == "TlsFailed" || fault.code == "InvalidResponse";
  if (network) return Fault("NetworkError", fault.code + ": " + fault.message, 504);
  return Fault("ApiConfiguration", fault.code + ": " + fault.message, 500);
}

}  // namespace hearth::gateway
