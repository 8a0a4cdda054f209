// The faults of EventBridge Scheduler, and the check of its names.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "services/constraints.h"

namespace hearth::services::scheduler {

inline constexpr std::string_view kDefaultGroup = "default";
inline constexpr std::string_view kPrincipal = "scheduler.amazonaws.com";

inline Fault invalid(std::string message) { return {"ValidationException", std::move(message)}; }
inline Fault notFound(std::string message) { return {"ResourceNotFoundException", std::move(message), 404}; }
inline Fault conflict(std::string message) { return {"ConflictException", std::move(message), 409}; }

// Of a schedule, a group, or the beginning of one's name.
inline Result<void> checkName(std::string_view name, std::string_view member) {
  return services::checkName(name, member, 64, "-_.", "^[0-9a-zA-Z-_.]+$");
}

}  // namespace hearth::services::scheduler
