// Limits: what one environment may use up, as far as resource limits (setrlimit(2)) express it.
#pragma once

#include "sandbox/walls.h"

namespace hearth::sandbox {

// As on AWS: 1,024 descriptors, and 1,024 processes and threads.
inline constexpr unsigned kDescriptorsPerProcess = 1024;
inline constexpr unsigned kProcessesPerJail = 1024;

// Sets the limits of the calling process for good. The process limit counts per user id and user namespace, so it
// is a wall of its own where either is private to the jail; RLIMIT_DATA stands in where no cgroup bounds memory.
// Throws std::system_error.
void applyLimits(const FacilitySet& facilities, unsigned memoryMiB);

}  // namespace hearth::sandbox
