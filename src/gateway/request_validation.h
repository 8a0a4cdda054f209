// Request validation: what a method's request validator checks before the integration is called.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
#pragma once

#include <optional>
#include <string>

#include "gateway/exchange.h"

namespace hearth::gateway {

// "Missing required request parameters: [a, b]", or nullopt. A parameter that is there must not be blank. Header
// names compare without case.
std::optional<std::string> findMissingParameters(const Exchange& exchange);

// Why the body does not fit its model (for the log), or nullopt. The model is chosen by the request's content type,
// or is the one of "$default"; without such a model nothing is checked. An empty body counts as {}.
std::optional<std::string> findBodyViolation(const Exchange& exchange);

}  // namespace hearth::gateway
