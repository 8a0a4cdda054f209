// The section Globals: what all functions, or all APIs, of a template say.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
#pragma once

#include "base/result.h"
#include "stacks/sam/context.h"

namespace hearth::stacks::sam {

// Merges the section into the resources and takes it out of the document. A resource's own value goes before; maps
// are merged, lists joined. Faults: a kDocumentFault; the budget's.
Result<void> applyGlobals(Context& context);

}  // namespace hearth::stacks::sam
