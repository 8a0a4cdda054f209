// The two faults that the whole folder makes. CloudFormation answers nearly everything that is wrong with a
// template or a request with ValidationError 400 and a sentence; clients match on the sentences.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace hearth::stacks {

inline Fault validationError(std::string message) { return Fault("ValidationError", std::move(message), 400); }

inline Fault formatError(const std::string& message) {
  return validationError("Template format error: " + message);
}

inline Fault templateError(const std::string& message) { return validationError("Template error: " + message); }

}  // namespace hearth::stacks
