// AWS and MOCK integrations: mapping a request to a payload, and a result to a response. What is particular to
// services other than Lambda is in service_integration.h.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-integration-settings-integration-request.html
// https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gateway/exchange.h"
#include "gateway/mapping_scope.h"
#include "http/message.h"

namespace hearth::gateway {

// What the integration gets. The template is chosen by the request's content type, or is the one of "$default";
// with none the body passes through as it is, or is refused, as the passthrough behavior says. Faults:
// UnsupportedMediaType 415; BadRequestException 400 for a body that is no JSON where it has to be; anything with
// status 500 for a template or mapping that fails, with the reason for the log.
Result<std::string> makeIntegrationPayload(Exchange& exchange, MappingScope& scope);

// The payload as a function must have it: {} for an empty one. Fault: BadRequestException 400 "Could not parse
// request body into json: ...".
Result<std::string> requireJson(std::string payload);

// What an integration gave back.
struct IntegrationOutcome {
  std::string selector;  // what selection patterns are matched with: a function's errorMessage, or a status. Empty:
                         // the default response
  http::Headers headers;
  std::string body;
};

// The errorMessage of a function's result; empty when it has none.
std::string findErrorMessage(std::string_view result);

// The response that the selector chooses, or the default one. A pattern has to match the whole selector, of which
// it sees the first 8 KiB. Fault: ApiConfiguration 500 when there is neither, or when the patterns take too long.
Result<const IntegrationResponse*> chooseResponse(const Integration& integration, std::string_view selector);

// Templates work on text: a binary payload passes them by.
enum class Templates : unsigned char { kApply, kPassBy };

// The response to the client, without the gateway's own headers: parameters are mapped from the outcome, the body
// is `payload`, by the template for the Accept header, else the JSON one, else the first. Faults: as above.
Result<http::Response> makeMethodResponse(const Exchange& exchange, MappingScope& scope,
                                          const IntegrationResponse& chosen, const IntegrationOutcome& outcome,
                                          std::string payload, Templates templates);

// The same for a function or a mock, whose result is text: its response is chosen and its body converted.
Result<http::Response> makeMethodResponse(const Exchange& exchange, MappingScope& scope,
                                          IntegrationOutcome outcome);

// The statusCode of a mock integration's payload, which may be as loose as {statusCode: 200}. nullopt when there is
// none, or none that is a number.
std::optional<int> findMockStatus(std::string_view payload);

}  // namespace hearth::gateway
