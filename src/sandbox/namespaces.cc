#include "sandbox/namespaces.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>

namespace hearth::sandbox {

namespace {

void writeProcFile(const std::string& path, const std::string& text) {
  base::Fd file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) base::throwErrno("open", path);
  // The kernel takes these files in one write or not at all.
  if (write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    base::throwErrno("write", path);
  }
}

std::string mapLine(unsigned inner, unsigned outer) {
  return std::to_string(inner) + " " + std::to_string(outer) + " 1\n";
}

}  // namespace

int cloneFlags(const FacilitySet& facilities) {
  static constexpr std::array<std::pair<Facility, int>, 7> kFlags{{
      {Facility::kUserNamespace, CLONE_NEWUSER},
      {Facility::kMountNamespace, CLONE_NEWNS},
      {Facility::kPidNamespace, CLONE_NEWPID},
      {Facility::kNetworkNamespace, CLONE_NEWNET},
      {Facility::kIpcNamespace, CLONE_NEWIPC},
      {Facility::kUtsNamespace, CLONE_NEWUTS},
      {Facility::kCgroupNamespace, CLONE_NEWCGROUP},
  }};
  int flags = 0;
  for (const auto& [facility, flag] : kFlags) {
    if (facilities.has(facility)) flags |= flag;
  }
  return flags;
}

std::optional<Child> cloneProcess(int flags) {
  int process = -1;
  // The raw call: glibc's fork() takes no flags, and its clone() wants a stack.
#if defined(__x86_64__)
  const long pid = syscall(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, nullptr, &process, nullptr, nullptr);
#elif defined(__aarch64__)
  const long pid = syscall(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, nullptr, &process, nullptr, nullptr);
#else
#error "clone(2) orders its arguments differently here"
#endif
  if (pid < 0) return std::nullopt;
  return Child{static_cast<pid_t>(pid), base::Fd(pid == 0 ? -1 : process)};
}

void writeIdMaps(pid_t pid, uid_t outerUid, gid_t outerGid) {
  const std::string folder = "/proc/" + std::to_string(pid);
  // Whoever may not choose a group for others has to give up setgroups(2) first (user_namespaces(7)).
  if (geteuid() != 0) writeProcFile(folder + "/setgroups", "deny");
  writeProcFile(folder + "/gid_map", mapLine(kInnerGid, outerGid));
  writeProcFile(folder + "/uid_map", mapLine(kInnerUid, outerUid));
}

void enterOwnUserNamespace() {
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) base::throwErrno("unshare user and mount namespace");
  writeProcFile("/proc/self/setgroups", "deny");
  writeProcFile("/proc/self/gid_map", mapLine(0, gid));
  writeProcFile("/proc/self/uid_map", mapLine(0, uid));
}

bool isMappedUid(std::uint64_t uid) {
  std::FILE* file = std::fopen("/proc/self/uid_map", "re");
  if (file == nullptr) return false;
  unsigned long long inner = 0;
  unsigned long long outer = 0;
  unsigned long long count = 0;
  bool found = false;
  while (std::fscanf(file, "%llu %llu %llu", &inner, &outer, &count) == 3) {
    if (uid >= inner && uid - inner < count) found = true;
  }
  std::fclose(file);
  return found;
}

}  // namespace hearth::sandbox
