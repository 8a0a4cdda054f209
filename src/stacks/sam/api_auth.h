// Auth of AWS::Serverless::Api: authorizers, keys, resource policies.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiauth.html
#pragma once

#include <vector>

#include "base/result.h"
#include "stacks/sam/context.h"
#include "stacks/sam/swagger.h"

namespace hearth::stacks::sam {

// Writes the security of the API into its document, for methods that have none of their own. source.properties has
// "Auth". Faults: invalidResource(), invalidStructure(), the budget's.
Result<void> addApiAuth(Context& context, const Source& source, Swagger& swagger);

// What lets the API call the functions that authorize.
Result<std::vector<Generated>> authorizerPermissions(const Source& source);

}  // namespace hearth::stacks::sam
