// The faults of Secrets Manager that several files have.
#pragma once

#include <string>

#include "base/result.h"
#include "services/constraints.h"

namespace hearth::services::secretsmanager {

inline Fault invalidParameter(std::string message) { return {"InvalidParameterException", std::move(message)}; }
inline Fault invalidRequest(std::string message) { return {"InvalidRequestException", std::move(message)}; }
inline Fault secretNotFound() {
  return {"ResourceNotFoundException", "Secrets Manager can't find the specified secret."};
}

}  // namespace hearth::services::secretsmanager
