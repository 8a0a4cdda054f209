// The faults that API Gateway's operations share, in AWS's words.
#pragma once

#include <string>

#include "base/result.h"

namespace hearth::services::apigateway {

inline Fault badRequest(std::string message) { return {"BadRequestException", std::move(message)}; }
inline Fault notFound(std::string message) { return {"NotFoundException", std::move(message), 404}; }
inline Fault conflict(std::string message) { return {"ConflictException", std::move(message), 409}; }

}  // namespace hearth::services::apigateway
