// ServiceCall: what an integration asks of an AWS service: a request of the service's own protocol, in the name of
// a role. Who carries it out is given to the gateway; on AWS it is signed and sent to the service's endpoint.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "http/message.h"

namespace hearth::gateway {

struct ServiceCall {
  std::string service;  // "s3"
  std::string region;
  std::string account;  // whose API asks
  std::string roleArn;
  http::Request request;  // path and query as the service spells them; no Host and no signature
};

// On the loop. Gives the service's response, its refusals included. Faults: NoSuchEntity 404 and AccessDenied 403
// when API Gateway may not take the role.
using ServiceCaller = std::function<Task<Result<http::Response>>(ServiceCall)>;

}  // namespace hearth::gateway
