#include "gateway/service_integration.h"

#include <memory>
#include <utility>

#include "base/byte_stream.h"
#include "base/bytes.h"
#include "gateway/content_type.h"
#include "gateway/custom_integration.h"
#include "gateway/integration_parts.h"

namespace hearth::gateway {
namespace {

Fault misconfigured(std::string reason) { return Fault("ApiConfiguration", std::move(reason), 500); }

Fault tooLarge(std::size_t limit) {
  return misconfigured("the integration's response is larger than the maximum of " + std::to_string(limit) +
                       " bytes");
}

}  // namespace

Result<ServiceCall> makeServiceCall(const Exchange& exchange, std::string payload) {
  const Integration& integration = exchange.method->integration;
  ServiceCall call;
  call.service = integration.service.service;
  call.region = integration.service.region;
  call.account = exchange.stage->account;
  call.roleArn = integration.roleArn;
  http::Request& request = call.request;
  request.method = integration.verb == "ANY" ? exchange.verb : integration.verb;
  HEARTH_TRY(request.path, fillPath(exchange, integration.service.path, {}));
  request.query = integration.service.query;
  for (const ParameterMapping& mapping : integration.parameters) {
    if (mapping.place == ParameterPlace::kPath) continue;
    HEARTH_TRY(auto values, mapping.source.values(exchange, {}));
    for (std::string& value : values) {
      if (mapping.place == ParameterPlace::kQuery)
        appendQuery(request.query, mapping.name, value);
      else
        request.headers.add(mapping.name, std::move(value));
    }
  }
  if (!payload.empty()) {
    if (!request.headers.contains("Content-Type")) {
      const std::string_view type = exchange.contentType();
      request.headers.add("Content-Type", type.empty() ? "application/json" : std::string(type));
    }
    const bool text = integration.contentHandling == ContentHandling::kUnchanged &&
                      !isBinaryType(exchange.contentType(), exchange.stage->binaryMediaTypes);
    if (text && !base::isUtf8(payload)) payload = base::toUtf8(payload);
  }
  request.target = request.query.empty() ? request.path : request.path + "?" + request.query;
  request.headers.add("Content-Length", std::to_string(payload.size()));
  request.body = std::make_unique<base::StringStream>(std::move(payload));
  return call;
}

Task<Result<http::Response>> makeServiceResponse(const Exchange& exchange, MappingScope& scope,
                                                 http::Response given, std::size_t limit,
                                                 base::ByteBudget::Share& share) {
  IntegrationOutcome outcome;
  outcome.selector = std::to_string(given.status);
  outcome.headers = std::move(given.headers);
  HEARTH_CO_TRY(const IntegrationResponse* chosen, chooseResponse(exchange.method->integration, outcome.selector));
  const bool binary =
      isBinaryType(outcome.headers.find("Content-Type").value_or(""), exchange.stage->binaryMediaTypes);
  const bool empty = !given.stream && given.body.empty();
  const Conversion conversion = empty ? Conversion::kNone : conversionOf(exchange, chosen->contentHandling, binary);
  const bool asItIs = conversion == Conversion::kNone && (binary || empty) && !readsBody(*chosen);
  if (given.stream && given.stream->size().value_or(0) > limit) co_return tooLarge(limit);
  if (given.stream && !(asItIs && given.stream->size())) {
    auto body = co_await base::readAll(*given.stream, limit, tooLarge(limit), share);
    if (!body.ok()) co_return std::move(body).fault();
    given.body = std::move(*body);
    given.stream.reset();
  }
  if (given.body.size() > limit) co_return tooLarge(limit);
  if (readsBody(*chosen)) outcome.body = given.body;
  HEARTH_CO_TRY(std::string payload, convertBody(std::move(given.body), conversion));
  const bool mapped = !binary || conversion == Conversion::kEncode;
  auto response = makeMethodResponse(exchange, scope, *chosen, outcome, std::move(payload),
                                     mapped ? Templates::kApply : Templates::kPassBy);
  if (response.ok() && given.stream) response->stream = std::move(given.stream);
  co_return response;
}

}  // namespace hearth::gateway
