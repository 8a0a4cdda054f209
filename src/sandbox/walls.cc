#include "sandbox/walls.h"

namespace hearth::sandbox {

const std::array<FacilityText, kFacilityCount>& facilityTexts() {
  using enum Facility;
  static constexpr std::array<FacilityText, kFacilityCount> kTexts{{
      {kUserNamespace, "user namespace", "an escalated capability would count on the host"},
      {kMountNamespace, "read-only root", "functions see the host's files as far as their modes allow"},
      {kPidNamespace, "process namespace", "functions see the host's processes"},
      {kNetworkNamespace, "network namespace",
       "functions reach the host's network, and other local processes reach the Runtime API on loopback"},
      {kIpcNamespace, "ipc namespace", "functions share System V IPC with the host"},
      {kUtsNamespace, "uts namespace", "functions see the host's name"},
      {kCgroupNamespace, "cgroup namespace", "functions see where the host keeps its cgroups"},
      {kProcMount, "private /proc", "there is no /proc in the jail, or it is the host's"},
      {kOwnIdentity, "own user id", "functions run under the user id of the server"},
      {kNoPrivileges, "no privileges", "capabilities may be kept or regained"},
      {kFileRules, "file rules", "file access is bounded by modes alone"},
      {kSystemCallFilter, "system call filter", "the whole system call surface is reachable"},
      {kMemoryLimit, "memory limit", "memory is bounded by RLIMIT_DATA per process only"},
      {kProcessLimit, "process limit", "processes are not counted"},
      {kCpuShare, "cpu share", "functions of all sizes compete alike"},
  }};
  return kTexts;
}

const FacilityText& facilityText(Facility facility) { return facilityTexts()[static_cast<std::size_t>(facility)]; }

}  // namespace hearth::sandbox
