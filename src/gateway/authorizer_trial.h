// A question to a Lambda authorizer by itself: no deployment, no method, nothing kept.
// https://docs.aws.amazon.com/apigateway/latest/api/API_TestInvokeAuthorizer.html
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "gateway/definition.h"
#include "gateway/exchange.h"
#include "gateway/function_caller.h"
#include "ports/invoker.h"
#include "ports/policy_reader.h"

namespace hearth::gateway {

struct AuthorizerTrial {
  std::string account;
  std::string region;
  std::string apiId;
  AuthorizerDefinition authorizer;
  TextMap stageVariables;
  Pairs headers;
  std::string pathWithQuery;  // "/pets?kind=cat"; empty: "/"
  std::string body;
};

struct AuthorizerVerdict {
  int clientStatus = 0;  // what a client would have got; 0: the authorizer has answered
  std::string principalId;
  std::string policy;  // JSON text
  Pairs context;
  std::string reason;  // why there is no answer
  std::chrono::milliseconds latency{0};
};

using AuthorizerTester = std::function<Task<Result<AuthorizerVerdict>>(AuthorizerTrial)>;

// On the loop; all that is borrowed outlives the task. Faults: BadRequestException for an authorizer that cannot
// be.
Task<Result<AuthorizerVerdict>> tryAuthorizer(AuthorizerTrial trial, ports::Invoker& invoker,
                                              const ports::PolicyReader& policies, const base::Clock& clock,
                                              base::Random& random, const RoleGate& roles);

}  // namespace hearth::gateway
