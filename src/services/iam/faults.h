// IAM's faults. https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace hearth::services::iam {

inline Fault validationError(std::string message) { return {"ValidationError", std::move(message), 400}; }
inline Fault invalidInput(std::string message) { return {"InvalidInput", std::move(message), 400}; }
inline Fault malformedPolicy(std::string message) { return {"MalformedPolicyDocument", std::move(message), 400}; }
inline Fault noSuchEntity(std::string message) { return {"NoSuchEntity", std::move(message), 404}; }
inline Fault alreadyExists(std::string message) { return {"EntityAlreadyExists", std::move(message), 409}; }
inline Fault limitExceeded(std::string message) { return {"LimitExceeded", std::move(message), 409}; }
inline Fault deleteConflict(std::string message) { return {"DeleteConflict", std::move(message), 409}; }

inline Fault quotaExceeded(std::string_view quota, std::size_t most) {
  return limitExceeded("Cannot exceed quota for " + std::string(quota) + ": " + std::to_string(most));
}

// A member of the request that breaks what the model says of it.
inline Fault constraintBroken(std::string_view member, std::string_view constraint) {
  return validationError("1 validation error detected: Value at '" + std::string(member) +
                         "' failed to satisfy constraint: " + std::string(constraint));
}

}  // namespace hearth::services::iam
