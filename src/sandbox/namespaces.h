// Namespaces: making a process in new ones, and mapping its user ids.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "base/fd.h"
#include "sandbox/walls.h"

namespace hearth::sandbox {

// The id that a function sees as its own, as on AWS.
inline constexpr uid_t kInnerUid = 993;
inline constexpr gid_t kInnerGid = 990;

// The clone(2) flags of the namespaces in the set.
int cloneFlags(const FacilitySet& facilities);

struct Child {
  pid_t pid = -1;  // 0 in the child
  base::Fd process;
};

// fork(2) into new namespaces, with a pidfd. Only for a single-threaded process. nullopt with errno set.
std::optional<Child> cloneProcess(int flags);

// Maps kInnerUid and kInnerGid of the process's user namespace to these ids of ours; throws std::system_error.
// Without privileges the ids must be our own, and supplementary groups stay.
void writeIdMaps(pid_t pid, uid_t outerUid, gid_t outerGid);

// Leaves for a user namespace of our own in which we are root, and a mount namespace. Throws std::system_error.
void enterOwnUserNamespace();

// Whether `uid` means anything in our user namespace.
bool isMappedUid(std::uint64_t uid);

}  // namespace hearth::sandbox
