// Parts of a SAM function: its code, the names of its version and alias, the destinations of its invocations.
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "stacks/sam/context.h"

namespace hearth::stacks::sam {

// The bucket, key and version of "s3://bucket/key?versionId=v" or {"Bucket", "Key", "Version"}; `property` is what
// it is called in faults. Fault: invalidResource().
Result<JsonObject> s3Location(const std::string& logicalId, std::string_view property, const Json& location);

// InlineCode or CodeUri as the Code of AWS::Lambda::Function.
Result<Json> functionCode(const Source& source);

// The hash at the end of a version's logical id, which changes with the code, the environment and the memory, or,
// with AutoPublishAliasAllProperties, with everything. `sha` is AutoPublishCodeSha256, or null.
Result<std::string> versionSuffix(Parameters& parameters, const Source& source, const JsonObject& function,
                                  const Json& sha);

// Fault: invalidResource() for what is no name of an alias.
Result<std::string> aliasLogicalId(const std::string& functionId, const std::string& alias);

struct Destinations {
  JsonObject config;   // {"OnSuccess": {"Destination": ARN}, ...}
  JsonArray policies;  // what the role needs to send there
};
// Of EventInvokeConfig. Fault: invalidResource(); also for a destination that SAM would have to make.
Result<Destinations> invokeDestinations(const std::string& functionId, const std::string& configId,
                                        const Json& config);

}  // namespace hearth::stacks::sam
