// IAM's dates have no fractions.
#pragma once

#include <chrono>

#include "base/clock.h"

namespace hearth::services::iam {

inline base::Time wholeSeconds(base::Time time) { return std::chrono::floor<std::chrono::seconds>(time); }

}  // namespace hearth::services::iam
