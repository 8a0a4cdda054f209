// Documents of the APIs that SAM writes itself: ServerlessRestApi, which is there for events of type Api that name
// no API, and those of AWS::Serverless::Api without a definition.
#pragma once

#include "base/result.h"
#include "stacks/sam/context.h"

namespace hearth::stacks::sam {

// Gives APIs without a definition an empty one that SAM manages, adds ServerlessRestApi if an event needs it,
// enters the paths and methods of all events, and the conditions that they depend on. Comes before applyGlobals().
// What is wrong with events is put into context.problems. Faults: a kDocumentFault; the budget's.
Result<void> prepareApis(Context& context);

}  // namespace hearth::stacks::sam
