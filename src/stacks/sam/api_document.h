// What the properties of AWS::Serverless::Api write into its OpenAPI document: CORS, security, gateway responses,
// binary media types, models; and the form that OpenAPI 3 wants.
#pragma once

#include "base/result.h"
#include "stacks/sam/context.h"

namespace hearth::stacks::sam {

// Edits source.properties["DefinitionBody"] in place. Faults: invalidResource(); invalidStructure(); the budget's.
Result<void> writeDocument(Context& context, Source& source);

// A document that says "openapi" 3, or is to be it: security schemes and schemas move to "components", and what
// CORS wrote takes the form of that version.
void toOpenApi3(JsonObject& document, const Json* wantedVersion);

}  // namespace hearth::stacks::sam
