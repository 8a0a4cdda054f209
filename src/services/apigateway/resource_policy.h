// The resource policy of an API: who may call it, whatever its methods say.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
#pragma once

#include <string>

#include "base/result.h"
#include "ports/policy_reader.h"
#include "services/apigateway/apigateway_store.h"

namespace hearth::services::apigateway {

// What is kept of a policy: JSON, in which "execute-api:/STAGE/VERB/PATH" became the ARN of this API. What is kept
// already stays as it is. Fault: BadRequestException for what is no policy, and beyond 8192 bytes.
Result<std::string> keptPolicy(const std::string& text, const Scope& scope, const ports::PolicyReader& policies);

// As AWS shows it: the inside of a JSON text, with \" for each quote and \/ for each slash.
std::string shownPolicy(const std::string& kept);

}  // namespace hearth::services::apigateway
