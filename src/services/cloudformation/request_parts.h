// Parts of requests and answers that several operations have.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/call.h"
#include "api/cloudformation.h"
#include "stacks/engine.h"

namespace hearth::services::cloudformation {

// ValidationError 400.
Fault invalid(std::string message);
stacks::Place placeOf(const api::Call& call);
std::vector<stacks::ParameterInput> parametersOf(
    const std::optional<std::vector<api::cloudformation::Parameter>>& given);
// Fault: ValidationError.
Result<std::map<std::string, std::string>> tagsOf(const std::vector<api::cloudformation::Tag>& given);
// An empty list is sent as one empty value by some clients.
std::vector<std::string> withoutEmpty(const std::optional<std::vector<std::string>>& given);
std::optional<std::string> unlessEmpty(const std::string& text);

}  // namespace hearth::services::cloudformation
