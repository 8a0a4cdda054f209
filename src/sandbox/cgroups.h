// Cgroups: memory, process and cpu limits of a whole environment, in either hierarchy version.
//
// All groups lie below the cgroup that the spawner was started in, so that whatever limits the server limits its
// functions too. Where that is not writable, a limit is missing and says why.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>

#include "base/fd.h"
#include "sandbox/walls.h"

namespace hearth::sandbox {

// The groups of one environment.
struct JailGroups {
  std::string name;
  base::Fd memoryPeak;    // holds the highest memory use in bytes, as decimal text; empty without kMemoryLimit
  base::Fd memoryEvents;  // has a line "oom_kill N"; empty without kMemoryLimit
};

class Cgroups final {
 public:
  // Limits nothing.
  Cgroups() = default;
  // Finds what can be limited; `parentPid` is the server, which may share our group in version 2.
  explicit Cgroups(pid_t parentPid);
  ~Cgroups();
  Cgroups(const Cgroups&) = delete;
  Cgroups& operator=(const Cgroups&) = delete;

  // kMemoryLimit, kProcessLimit and kCpuShare, as far as they are there.
  FacilitySet facilities() const;
  // Why one of them is not.
  std::string reason(Facility facility) const;

  // Does without any limit from here on: the machine shows groups, but does not let them be used.
  void giveUp(const std::string& reason);

  // Makes the groups of a jail and puts the process into them. Throws std::system_error.
  JailGroups create(const std::string& name, pid_t pid);
  // Sets the limits. Throws std::system_error.
  void limit(const JailGroups& groups, unsigned memoryMiB);
  // Removes the groups; false while something still lives in them.
  bool remove(const std::string& name);

 private:
  struct Place {
    std::string directory;  // our own, holding one directory per jail
    bool unified = false;
  };
  void discoverLegacy(const std::string& controller, Facility facility, const std::string& path,
                      const std::map<std::string, std::string>& mounts);
  void discoverUnified(const std::string& path, const std::string& mount, pid_t parentPid);

  std::map<Facility, Place> places_;
  std::map<Facility, std::string> reasons_;
};

}  // namespace hearth::sandbox
