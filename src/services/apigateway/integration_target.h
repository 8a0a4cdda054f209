// What an integration calls, and in whose name: checked when it is written, changed and deployed.
#pragma once

#include "api/apigateway.h"
#include "api/call.h"

namespace hearth::services::apigateway {

// Faults: BadRequestException 400; AccessDeniedException 403 for the role of another account.
Result<void> checkTarget(const api::Call& call, const api::apigateway::Integration& integration);

// The role that something of an API acts as. Faults: as above.
Result<void> checkRole(const api::Call& call, const std::string& arn);

}  // namespace hearth::services::apigateway
