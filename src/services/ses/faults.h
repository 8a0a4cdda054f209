// The faults of SES.
#pragma once

#include <string>

#include "base/result.h"

namespace hearth::services::ses {

inline Fault invalid(std::string message) { return {"InvalidParameterValue", std::move(message)}; }
inline Fault tooManyIdentities() {
  return {"LimitExceeded", "You have reached the maximum number of identities in this Region."};
}

}  // namespace hearth::services::ses
