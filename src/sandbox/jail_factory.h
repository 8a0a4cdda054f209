// JailFactory: the spawner's side of a jail, from clone to the last cgroup removed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <variant>

#include "base/fd.h"
#include "sandbox/cgroups.h"
#include "sandbox/contain.h"
#include "sandbox/protocol.h"

namespace hearth::sandbox {

// A jail that waits for its order, or has got it.
struct JailHandle {
  std::uint64_t id = 0;
  pid_t pid = -1;
  base::Fd process;  // pidfd
  base::Fd control;  // closing it ends a jail that waits
  base::Fd output;   // read ends, non-blocking
  base::Fd status;
  base::Fd runtimeApi;
  base::Fd awsEndpoint;
  JailGroups groups;
  std::string temporary;  // a folder to remove afterwards, or empty
};

// Host ids for jails, when there are any to give away.
struct Identities {
  uid_t first = 0;
  unsigned count = 0;  // 0: everything runs under our own ids
};

class JailFactory final {
 public:
  JailFactory(const Site& site, Cgroups& cgroups, Identities identities);

  // Makes a jail that waits. A failure of clone(2) itself names kUserNamespace.
  std::variant<JailHandle, StepFailure> make();
  // Sets the limits and hands the order over. Throws std::system_error.
  void start(const JailHandle& jail, const LaunchOrder& order);
  // Kills what is left; the zombie is the caller's to reap.
  void kill(const JailHandle& jail);
  // After the process was reaped. False when some of it is still there and has to be tried again.
  bool forget(const JailHandle& jail);

 private:
  // Kills, reaps and forgets a jail that nobody knows yet.
  void abandon(const JailHandle& jail);

  const Site& site_;
  Cgroups& cgroups_;
  Identities identities_;
  std::uint64_t next_ = 1;
};

}  // namespace hearth::sandbox
