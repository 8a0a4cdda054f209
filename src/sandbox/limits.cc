#include "sandbox/limits.h"

#include <sys/resource.h>

#include "base/fd.h"

namespace hearth::sandbox {

namespace {

void limit(__rlimit_resource resource, rlim_t value, const char* name) {
  const rlimit wanted{value, value};
  if (setrlimit(resource, &wanted) != 0) base::throwErrno("setrlimit", name);
}

}  // namespace

void applyLimits(const FacilitySet& facilities, unsigned memoryMiB) {
  limit(RLIMIT_CORE, 0, "core");
  limit(RLIMIT_NOFILE, kDescriptorsPerProcess, "nofile");
  limit(RLIMIT_MEMLOCK, 64 * 1024, "memlock");
  limit(RLIMIT_MSGQUEUE, 0, "msgqueue");
  limit(RLIMIT_NICE, 0, "nice");
  limit(RLIMIT_RTPRIO, 0, "rtprio");
  if (facilities.has(Facility::kUserNamespace) || facilities.has(Facility::kOwnIdentity)) {
    limit(RLIMIT_NPROC, kProcessesPerJail, "nproc");
  }
  // Not RLIMIT_AS: runtimes reserve far more address space than they use. Data counts private writable pages as
  // mapped, so half as much again keeps honest programs alive.
  if (!facilities.has(Facility::kMemoryLimit)) {
    limit(RLIMIT_DATA, static_cast<rlim_t>(memoryMiB) * 1024 * 1024 * 3 / 2, "data");
  }
}

}  // namespace hearth::sandbox
