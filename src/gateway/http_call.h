// HttpCaller: who carries out requests to HTTP endpoints is given to the gateway, which opens no connection itself.
#pragma once

#include <functional>

#include "base/task.h"
#include "http/outbound.h"

namespace hearth::gateway {

// On the loop. Gives the endpoint's response, by the request's own deadline. Faults: those of
// http::Outbound::send(). Empty: the server calls no endpoints.
using HttpCaller = std::function<Task<Result<http::ClientResponse>>(http::OutboundRequest)>;

}  // namespace hearth::gateway
