// AWS_PROXY: the event that a function gets for a request, and the response that it gives.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "gateway/exchange.h"
#include "http/message.h"

namespace hearth::gateway {

// The event, format 1.0, as JSON text. The body is base64 when its content type is one of the API's binary media
// types, or when it is no UTF-8.
std::string makeProxyEvent(const Exchange& exchange);

// The function's {statusCode, headers, multiValueHeaders, body, isBase64Encoded} as the answer to the client,
// without the gateway's own headers. Fault: MalformedProxyResponse with the reason for the log; also for a function
// error.
Result<http::Response> parseProxyResponse(const Exchange& exchange, std::string_view payload);

// Renames what an integration may not say itself: Connection, Content-Length, Date, Server and WWW-Authenticate
// become x-amzn-Remapped-NAME; for kCustom also the further names of non-proxy integrations. Drops
// Transfer-Encoding.
enum class Remap : unsigned char { kProxy, kCustom };
void addIntegrationHeader(http::Response& response, std::string_view name, std::string value, Remap remap);

}  // namespace hearth::gateway
