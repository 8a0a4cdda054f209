// AWS::Serverless::Api: the REST API, its deployment, its stage, its usage plan.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-api.html
#pragma once

#include "base/result.h"
#include "stacks/sam/context.h"

namespace hearth::stacks::sam {

// Adds what the API becomes to context.generated. Comes after all functions, whose events write into its document.
// Faults: invalidResource() and others of sam/faults.h; the budget's.
Result<void> expandApi(Context& context, Source source);

}  // namespace hearth::stacks::sam
