// What the properties of AWS::CloudFormation::Stack say.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "stacks/parameters.h"

namespace hearth::stacks {

inline constexpr std::size_t kMostStackName = 128;

// Null is a value that is not known yet.
std::vector<ParameterInput> nestedParameters(const JsonObject& properties);
// The engine has put the parent's own among them.
std::map<std::string, std::string> nestedTags(const JsonObject& properties);

}  // namespace hearth::stacks
