// Contain: the ordered list of what makes a process a jail.
//
// A jail is made in two halves. prepare(): everything that does not depend on the function; the jail then waits,
// and is pooled. complete(): the function's files, limits and ids, after which nothing can be undone from inside.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/fd.h"
#include "sandbox/protocol.h"
#include "sandbox/walls.h"

namespace hearth::sandbox {

// What all jails of a spawner have in common.
struct Site {
  FacilitySet facilities;
  std::string runDirectory;
  std::string runtimesDirectory;
};

// One jail, seen from inside.
struct Jail {
  const Site& site;
  uid_t uid;  // as the jail's own user namespace counts, or the host's without one
  gid_t gid;
  base::Fd control;  // to the spawner; closed by it when it ends
  base::Fd output;   // standard output and error of the function
  base::Fd status;   // how the function ended
  base::Fd runtimeApi;
  base::Fd awsEndpoint;
  base::Fd names;         // the name server's socket; none without a network and files of its own
  std::string temporary;  // where the function may write: /tmp, or a folder of its own
  std::optional<LaunchOrder> order;
};

// A step that failed, and the facility that is missing for it.
struct StepFailure {
  Facility facility;
  std::string reason;
};

// In the jail's first process. nullopt: done.
std::optional<StepFailure> prepare(Jail& jail);
std::optional<StepFailure> complete(Jail& jail);

}  // namespace hearth::sandbox
