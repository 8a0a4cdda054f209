// One question to a Lambda authorizer: of a request, or of a trial.
#pragma once

#include <chrono>
#include <string>

#include "base/task.h"
#include "gateway/authorizer.h"
#include "gateway/caller.h"
#include "gateway/function_caller.h"
#include "ports/invoker.h"
#include "ports/policy_reader.h"

namespace hearth::gateway {

// No function that authorizes is waited for longer than this.
inline constexpr std::chrono::seconds kAuthorizerPatience{29};

struct AuthorizerWord {
  AuthorizerAnswer answer;
  std::string payload;  // that the answer was read from
};

// What the exchange and the authorizer refer to outlives the task. On the loop. Faults: Unauthorized 401 when the
// function says just that, AuthorizerFailure 500 when it fails or takes longer than `patience`, and
// AuthorizerConfiguration 500 when it cannot be called or its answer is none; with the reason for the log.
Task<Result<AuthorizerWord>> askAuthorizer(const Exchange& exchange, const Authorizer& authorizer,
                                           const ClientIdentity& identity, const std::string& methodArn,
                                           std::chrono::milliseconds patience, ports::Invoker& invoker,
                                           const RoleGate& roles, const ports::PolicyReader& policies);

}  // namespace hearth::gateway
