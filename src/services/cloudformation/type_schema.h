// The schema of a resource type, as the registry of CloudFormation shows it.
// https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
#pragma once

#include "base/json.h"
#include "ports/resource_provider.h"

namespace hearth::services::cloudformation {

// Properties with their shapes, `required`, `readOnlyProperties` (what Fn::GetAtt gives) and
// `createOnlyProperties` (what replaces the resource when it changes).
JsonObject typeSchema(const ports::ResourceSpec& spec);

}  // namespace hearth::services::cloudformation
