// What the trials of a method and of an authorizer ask with: a request that came over no connection.
#pragma once

#include <string>

#include "http/message.h"

namespace hearth::gateway {

// The source address of a trial.
inline constexpr char kTrialSource[] = "test-invoke-source-ip";

// Without headers and body. `pathWithQuery` is "/pets?kind=cat"; the slash in front may be missing.
http::Request makeTrialRequest(std::string verb, const std::string& pathWithQuery);

// The host of an API's own.
std::string trialHost(const std::string& apiId, const std::string& region);

}  // namespace hearth::gateway
