// AWS::Serverless::Function: the function, its role, its version and alias, what its events need.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
#pragma once

#include "base/result.h"
#include "stacks/sam/context.h"

namespace hearth::stacks::sam {

// Adds what the function becomes to context.generated. APIs and buckets that its events name are changed in the
// document. Faults: invalidResource() and others of sam/faults.h; the budget's.
Result<void> expandFunction(Context& context, Source source);

}  // namespace hearth::stacks::sam
