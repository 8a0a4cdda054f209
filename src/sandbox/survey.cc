#include "sandbox/survey.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <optional>
#include <stdexcept>

#include "base/file.h"
#include "sandbox/file_rules.h"
#include "sandbox/mounts.h"
#include "sandbox/namespaces.h"

namespace hearth::sandbox {

namespace {

using enum Facility;

constexpr std::array kNamespaces{kUserNamespace, kMountNamespace, kPidNamespace,   kNetworkNamespace,
                                 kIpcNamespace,  kUtsNamespace,   kCgroupNamespace};
constexpr unsigned kIdentityCount = 4096;
// Far from what distributions and container managers hand out; the second for machines that map 16 bits of ids.
constexpr std::array<uid_t, 2> kIdentityBases{1'900'000'000, 60'000};
constexpr int kRehearsalTimeoutMs = 10'000;

// Runs `work` in a child and returns what it threw, so that a half-made change of ours is never seen.
std::optional<std::string> failsInChild(const std::function<void()>& work) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) base::throwErrno("pipe");
  const base::Fd out(ends[0]);
  base::Fd in(ends[1]);
  const std::optional<Child> child = cloneProcess(0);
  if (!child) base::throwErrno("fork");
  if (child->pid == 0) {
    try {
      work();
    } catch (const std::exception& error) {
      const std::string_view what(error.what());
      (void)!write(in.get(), what.data(), what.size());
      _exit(1);
    }
    _exit(0);
  }
  in.reset();
  std::array<char, 512> text{};
  const ssize_t size = read(out.get(), text.data(), text.size());
  int status = 0;
  while (waitpid(child->pid, &status, __WALL) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return std::nullopt;
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size))
                  : std::string("the attempt was killed");
}

void tryClone(int flags) {
  const std::optional<Child> child = cloneProcess(flags);
  if (!child) base::throwErrno("clone");
  if (child->pid == 0) _exit(0);
  while (waitpid(child->pid, nullptr, __WALL) < 0 && errno == EINTR) {
  }
}

class Survey final {
 public:
  Survey(const Configure& configure, Cgroups& cgroups) : configure_(configure), cgroups_(cgroups) {}

  Surveyed run() {
    result_.site.runtimesDirectory = configure_.runtimesDirectory;
    wish();
    if (configure_.mode != JailMode::kOff) takeOwnMounts();
    if (!has(kMountNamespace)) findRunDirectory();
    findIdentities();
    findGroups();
    result_.runDirectory.reset(open(result_.site.runDirectory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!result_.runDirectory) base::throwErrno("open", result_.site.runDirectory);
    rehearse();
    return std::move(result_);
  }

  // Leaves nothing behind after run() threw.
  void abandon() {
    if (!result_.runIsPrivate && !result_.site.runDirectory.empty() &&
        result_.site.runDirectory != configure_.runDirectory) {
      base::removeTree(result_.site.runDirectory);
    }
  }

 private:
  bool has(Facility facility) const { return result_.site.facilities.has(facility); }
  void drop(Facility facility, std::string reason) {
    result_.site.facilities.remove(facility);
    result_.reasons.emplace(facility, std::move(reason));
  }

  void wish() {
    FacilitySet& set = result_.site.facilities;
    set.add(kNoPrivileges);
    if (configure_.mode == JailMode::kOff) {
      for (const FacilityText& text : facilityTexts()) {
        if (!set.has(text.facility)) result_.reasons[text.facility] = "switched off by --jail off";
      }
      return;
    }
    for (Facility facility : kNamespaces) set.add(facility);
    set.add(kProcMount);
    set.add(kSystemCallFilter);
  }

  // The spawner's own mount namespace, with the template in it: as root directly, else inside a user namespace.
  void takeOwnMounts() {
    result_.site.runDirectory = configure_.runDirectory;
    const bool root = geteuid() == 0;
    const auto enter = [root] {
      if (!root)
        enterOwnUserNamespace();
      else if (unshare(CLONE_NEWNS) != 0)
        base::throwErrno("unshare mount namespace");
    };
    const auto build = [this] {
      mountRunDirectory(configure_.runDirectory);
      buildTemplate(configure_.runDirectory, configure_.runtimesDirectory);
    };
    auto failure = failsInChild([&] {
      enter();
      build();
    });
    if (!failure) {
      enter();
      build();
      rootless_ = !root;
      result_.runIsPrivate = true;
      return;
    }
    drop(kMountNamespace, *failure);
    drop(kProcMount, "needs the read-only root");
    if (fileRulesAvailable())
      result_.site.facilities.add(kFileRules);
    else
      result_.reasons[kFileRules] = "this kernel has no Landlock";
  }

  // Without mounts of our own: a folder in memory where the host offers one that may hold programs, else the one in
  // the data directory.
  void findRunDirectory() {
    const char* session = std::getenv("XDG_RUNTIME_DIR");
    for (const std::string& base : {std::string(session == nullptr ? "" : session), std::string("/dev/shm")}) {
      struct statfs type {};
      struct statvfs flags {};
      if (base.empty() || statfs(base.c_str(), &type) != 0 || statvfs(base.c_str(), &flags) != 0) continue;
      if (type.f_type != TMPFS_MAGIC || (flags.f_flag & (ST_NOEXEC | ST_RDONLY)) != 0) continue;
      std::string path = base + "/hearth-XXXXXX";
      if (mkdtemp(path.data()) == nullptr) continue;
      result_.site.runDirectory = path;
      break;
    }
    if (result_.site.runDirectory.empty() || result_.site.runDirectory == configure_.runDirectory) {
      result_.site.runDirectory = configure_.runDirectory + "/clear";
      base::removeTree(result_.site.runDirectory);
      base::createDirectories(result_.site.runDirectory);
    }
    const std::string code = result_.site.runDirectory + "/code";
    const std::string trust = result_.site.runDirectory + "/trust";
    base::createDirectories(code);
    base::createDirectories(trust);
    // Functions under other ids pass through, and cannot list.
    for (const std::string& path : {result_.site.runDirectory, code, trust}) {
      if (chmod(path.c_str(), 0711) != 0) base::throwErrno("chmod", path);
    }
  }

  void findIdentities() {
    if (configure_.mode == JailMode::kOff) return;
    if (geteuid() != 0 || rootless_) {
      result_.reasons[kOwnIdentity] = "the server does not run as root";
      return;
    }
    for (uid_t base : kIdentityBases) {
      if (!isMappedUid(base) || !isMappedUid(base + kIdentityCount - 1)) continue;
      result_.identities = {base, kIdentityCount};
      result_.site.facilities.add(kOwnIdentity);
      return;
    }
    result_.reasons[kOwnIdentity] = "no spare user ids are mapped here";
  }

  void findGroups() {
    if (configure_.mode == JailMode::kOff) return;
    const FacilitySet groups = cgroups_.facilities();
    for (Facility facility : {kMemoryLimit, kProcessLimit, kCpuShare}) {
      if (groups.has(facility))
        result_.site.facilities.add(facility);
      else
        result_.reasons[facility] = cgroups_.reason(facility);
    }
  }

  // Each round either succeeds or leaves out one facility, so this ends.
  void rehearse() {
    for (std::size_t round = 0; round <= kFacilityCount; ++round) {
      const std::optional<StepFailure> failure = attempt();
      if (!failure) return;
      if (failure->facility == kUserNamespace && blameClone()) continue;
      if (!has(failure->facility)) throw std::runtime_error(failure->reason);
      if (failure->facility == kMountNamespace) throw std::runtime_error(failure->reason);
      if (failure->facility == kMemoryLimit) {
        cgroups_.giveUp(failure->reason);
        for (Facility facility : {kProcessLimit, kCpuShare}) drop(facility, failure->reason);
      }
      drop(failure->facility, failure->reason);
    }
    throw std::runtime_error("no jail can be made on this machine");
  }

  std::optional<StepFailure> attempt() {
    JailFactory factory(result_.site, cgroups_, result_.identities);
    auto made = factory.make();
    if (auto* failure = std::get_if<StepFailure>(&made)) return *failure;
    const JailHandle& jail = std::get<JailHandle>(made);
    LaunchOrder order;
    order.rehearsal = true;
    factory.start(jail, order);
    pollfd waiting{jail.status.get(), POLLIN, 0};
    std::array<char, 1024> bytes{};
    const ssize_t size =
        poll(&waiting, 1, kRehearsalTimeoutMs) == 1 ? read(jail.status.get(), bytes.data(), bytes.size()) : 0;
    factory.kill(jail);
    while (waitpid(jail.pid, nullptr, __WALL) < 0 && errno == EINTR) {
    }
    factory.forget(jail);
    const auto ended = decodeEnded({bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))});
    if (!ended) return StepFailure{kSystemCallFilter, "the rehearsal died"};
    if (ended->kind == Ended::Kind::kRehearsed) return std::nullopt;
    return StepFailure{static_cast<Facility>(ended->value), ended->reason};
  }

  // Finds the namespaces that clone(2) refuses one by one; false when it refuses none of them alone.
  bool blameClone() {
    bool blamed = false;
    for (Facility facility : kNamespaces) {
      if (!has(facility)) continue;
      FacilitySet alone;
      alone.add(facility);
      if (has(kUserNamespace)) alone.add(kUserNamespace);
      const auto failure = failsInChild([&] { tryClone(cloneFlags(alone)); });
      if (!failure) continue;
      if (facility == kMountNamespace) throw std::runtime_error(*failure);
      drop(facility, *failure);
      blamed = true;
    }
    return blamed;
  }

  const Configure& configure_;
  Cgroups& cgroups_;
  Surveyed result_;
  bool rootless_ = false;
};

}  // namespace

Surveyed survey(const Configure& configure, Cgroups& cgroups) {
  Survey survey(configure, cgroups);
  try {
    return survey.run();
  } catch (...) {
    survey.abandon();
    throw;
  }
}

std::vector<Wall> describeWalls(const Surveyed& surveyed) {
  const FacilitySet& set = surveyed.site.facilities;
  std::vector<Wall> walls;
  for (const FacilityText& text : facilityTexts()) {
    bool present = set.has(text.facility);
    // File rules stand in for the read-only root, and are not missed beside it; in a user namespace a function's id
    // means nothing outside; and the limit of processes is also kept per id and user namespace.
    if (text.facility == kFileRules && set.has(kMountNamespace)) continue;
    if (text.facility == kOwnIdentity) present |= set.has(kUserNamespace);
    if (text.facility == kProcessLimit) present |= set.has(kUserNamespace) || set.has(kOwnIdentity);
    Wall wall{std::string(text.name), present, {}};
    if (!present) {
      const auto reason = surveyed.reasons.find(text.facility);
      if (reason != surveyed.reasons.end()) wall.why = reason->second + ": ";
      wall.why += text.without;
    }
    walls.push_back(std::move(wall));
  }
  return walls;
}

}  // namespace hearth::sandbox
