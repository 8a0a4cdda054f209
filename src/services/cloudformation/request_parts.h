// Parts of requests and answers that several operations have.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "api/cloudformation.h"
#include "stacks/engine.h"

namespace hearth::services::cloudformation {

// ValidationError 400.
Fault invalid(std::string message);
stacks::Place placeOf(const api::Call& call);
// The role that a stack is to act as; empty when none is given. Faults: ValidationError 400; AccessDenied 403 for
// the role of another account.
Result<std::string> roleOf(const api::Call& call, const std::optional<std::string>& given);
std::vector<stacks::ParameterInput> parametersOf(
    const std::optional<std::vector<api::cloudformation::Parameter>>& given);
// Fault: ValidationError.
Result<std::map<std::string, std::string>> tagsOf(const std::vector<api::cloudformation::Tag>& given);
// An empty list is sent as one empty value by some clients.
std::vector<std::string> withoutEmpty(const std::optional<std::vector<std::string>>& given);
// What a page of this list begins after: nothing when it is the first. Fault: ValidationError for a token that the
// list did not hand out (services/page_token.h).
Result<std::string> pageAfter(std::string_view list, const std::optional<std::string>& token);
// Fault (ValidationError): it has triggers, or a time to wait in; Hearth runs no alarms.
Result<void> refuseRollbackTriggers(const std::optional<api::cloudformation::RollbackConfiguration>& given);
std::optional<std::string> unlessEmpty(const std::string& text);

}  // namespace hearth::services::cloudformation
