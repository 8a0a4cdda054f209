// The faults of Parameter Store that several files have.
#pragma once

#include <string>

#include "base/result.h"
#include "services/constraints.h"

namespace hearth::services::ssm {

inline Fault invalid(std::string message) { return {"ValidationException", std::move(message)}; }
inline Fault notFound(const std::string& name) {
  return {"ParameterNotFound", "Parameter " + name + " not found."};
}
inline Fault invalidToken() { return {"InvalidNextToken", "The specified token isn't valid."}; }

}  // namespace hearth::services::ssm
