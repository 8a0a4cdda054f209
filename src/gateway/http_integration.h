// HTTP and HTTP_PROXY integrations: a request becomes one of an endpoint, and its response the client's.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html
#pragma once

#include "gateway/exchange.h"
#include "gateway/mapping_scope.h"
#include "http/outbound.h"

namespace hearth::gateway {

// The request, without its deadline. HTTP: what is mapped, and the payload of makeIntegrationPayload(). HTTP_PROXY:
// the client's headers, query and body, and what is mapped beside them. Faults: ApiConfiguration 500 for a path
// parameter that has no value, BadRequestException 400 for a mapping into a body that is no JSON and for a path
// with a dot segment.
Result<http::OutboundRequest> makeHttpRequest(const Exchange& exchange, MappingScope& scope, std::string payload);

// The response to the client, without the gateway's own headers. Faults: ApiConfiguration 500 when no response
// fits, or a body cannot be converted.
Result<http::Response> makeHttpResponse(const Exchange& exchange, MappingScope& scope, http::ClientResponse given);

// What a fault of the endpoint is for the client: NetworkError 504, IntegrationTimeout 504, Busy 503, or
// ApiConfiguration 500 for an address that is none or may not be called.
Fault httpFault(const Fault& fault);

}  // namespace hearth::gateway
