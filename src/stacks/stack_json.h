// Records as JSON documents, the form in which StackStore keeps their inner parts.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "stacks/stack_records.h"

namespace hearth::stacks {

JsonObject toJson(const Definition& definition);
JsonObject toJson(const Operation& operation);
JsonArray toJson(const std::vector<Output>& outputs);
JsonArray toJson(const std::vector<std::string>& texts);

// Members that are absent or of another kind become empty.
Definition definitionOf(const Json& json);
Operation operationOf(const Json& json);
std::vector<Output> outputsOf(const Json& json);
std::vector<std::string> textsOf(const Json& json);

}  // namespace hearth::stacks
