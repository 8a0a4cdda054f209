// What integrations with services and with HTTP endpoints share: paths, queries, conversions of bodies.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gateway/exchange.h"
#include "gateway/mapping_scope.h"

namespace hearth::gateway {

// Where the request goes: the path with its parameters filled in; `overrides` are $context.requestOverride.path.
// Fault: ApiConfiguration 500 for a parameter that has no value.
Result<std::string> fillPath(const Exchange& exchange, const std::vector<ServiceTarget::Piece>& path,
                             const MappingScope::Overrides& overrides);

// Adds name=value, escaped.
void appendQuery(std::string& query, std::string_view name, std::string_view value);

// Whether one of the response's headers comes out of the integration's body.
bool readsBody(const IntegrationResponse& response);

// How a body goes from the integration to the client.
enum class Conversion : unsigned char { kNone, kUtf8, kEncode, kDecode };

// AWS's table: by whether the integration's payload is binary, whether the client accepts binary, and the
// response's contentHandling.
Conversion conversionOf(const Exchange& exchange, ContentHandling handling, bool binary);

// Fault: ApiConfiguration 500 for what is no base64 and should be.
Result<std::string> convertBody(std::string body, Conversion conversion);

}  // namespace hearth::gateway
