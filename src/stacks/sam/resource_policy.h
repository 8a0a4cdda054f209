// Auth.ResourcePolicy of a SAM API: who may call which methods, as statements of the API's policy.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-resourcepolicystatement.html
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "stacks/sam/context.h"
#include "stacks/sam/swagger.h"

namespace hearth::stacks::sam {

// Adds what `policy` says about the methods of one path to x-amazon-apigateway-policy. Faults: invalidStructure();
// the budget's.
Result<void> addResourcePolicy(Budget& budget, Swagger& swagger, const JsonObject& policy, const std::string& path,
                               const Json& stage);
// Its CustomStatements, which are about no path.
Result<void> addCustomStatements(Budget& budget, Swagger& swagger, const Json& statements);

}  // namespace hearth::stacks::sam
