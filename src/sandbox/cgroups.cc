#include "sandbox/cgroups.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

#include "sandbox/limits.h"

namespace hearth::sandbox {

namespace {

// AWS gives a whole vCPU at 1,769 MB.
constexpr unsigned kMiBPerCpu = 1769;

int writeText(const std::string& path, const std::string& text) {
  base::Fd file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) return errno;
  return write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : errno;
}

void writeOrThrow(const std::string& path, const std::string& text) {
  if (const int error = writeText(path, text); error != 0) {
    errno = error;
    base::throwErrno("write", path);
  }
}

std::string readText(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::set<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  std::set<std::string> found;
  for (std::string word; stream >> word;) found.insert(word);
  return found;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

// Where hierarchies are mounted, by controller; the unified one under "".
std::map<std::string, std::string> cgroupMounts() {
  std::map<std::string, std::string> mounts;
  std::ifstream file("/proc/self/mounts");
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> fields = split(line, ' ');
    if (fields.size() < 4) continue;
    if (fields[2] == "cgroup2") mounts[""] = fields[1];
    if (fields[2] != "cgroup") continue;
    for (const std::string& option : split(fields[3], ',')) mounts.emplace(option, fields[1]);
  }
  return mounts;
}

// A process id comes again, sooner in containers, where a killed spawner's directory may still stand.
const std::string& ownName() {
  static const std::string kName = [] {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    return "/hearth-" + std::to_string(getpid()) + "-" + std::to_string(now.tv_sec) + std::to_string(now.tv_nsec);
  }();
  return kName;
}

}  // namespace

Cgroups::Cgroups(pid_t parentPid) {
  using enum Facility;
  const std::map<std::string, std::string> mounts = cgroupMounts();
  std::map<std::string, std::string> paths;  // by controller
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string path = line.substr(second + 1);
    if (second == first + 1) paths[""] = path;
    for (const std::string& name : split(line.substr(first + 1, second - first - 1), ',')) paths[name] = path;
  }
  if (paths.empty()) {
    for (Facility facility : {kMemoryLimit, kProcessLimit, kCpuShare})
      reasons_[facility] = "the machine has no cgroups";
    return;
  }
  if (paths.count("memory") != 0) discoverLegacy("memory", kMemoryLimit, paths["memory"], mounts);
  if (paths.count("pids") != 0) discoverLegacy("pids", kProcessLimit, paths["pids"], mounts);
  if (paths.count("cpu") != 0) discoverLegacy("cpu", kCpuShare, paths["cpu"], mounts);
  if (const auto unified = mounts.find("");
      unified != mounts.end() && paths.count("") != 0 && places_.empty() && reasons_.empty()) {
    discoverUnified(paths[""], unified->second, parentPid);
  }
  for (Facility facility : {kMemoryLimit, kProcessLimit, kCpuShare}) {
    if (places_.count(facility) == 0) reasons_.emplace(facility, "the cgroup controller is not available");
  }
}

Cgroups::~Cgroups() {
  for (const auto& [facility, place] : places_) rmdir(place.directory.c_str());
}

void Cgroups::discoverLegacy(const std::string& controller, Facility facility, const std::string& path,
                             const std::map<std::string, std::string>& mounts) {
  const auto mount = mounts.find(controller);
  if (mount == mounts.end()) {
    reasons_[facility] = "the cgroup controller " + controller + " is not mounted";
    return;
  }
  const std::string parent = mount->second + (path == "/" ? "" : path);
  // A container sees its own group as the hierarchy's root, under a path that only the host knows.
  struct stat status {};
  const std::string base = stat(parent.c_str(), &status) == 0 ? parent : mount->second;
  const std::string directory = base + ownName();
  if (mkdir(directory.c_str(), 0755) != 0) {
    reasons_[facility] = "cannot make a cgroup below " + base + ": " + std::strerror(errno);
    return;
  }
  places_[facility] = Place{directory, false};
}

void Cgroups::discoverUnified(const std::string& path, const std::string& mount, pid_t parentPid) {
  using enum Facility;
  const auto refuse = [this](const std::string& reason) {
    for (Facility facility : {kMemoryLimit, kProcessLimit, kCpuShare}) reasons_[facility] = reason;
  };
  const std::string parent = mount + (path == "/" ? "" : path);
  const std::set<std::string> available = words(readText(parent + "/cgroup.controllers"));
  std::string wanted;
  for (const char* name : {"memory", "pids", "cpu"}) {
    if (available.count(name) != 0) wanted += (wanted.empty() ? "+" : " +") + std::string(name);
  }
  if (wanted.empty()) return refuse("no cgroup controller is delegated to " + parent);

  // Only a group without processes may pass controllers on, except for the hierarchy's root. If nobody but the
  // server and we live here, as in a service of its own, both move one level down.
  int error = writeText(parent + "/cgroup.subtree_control", wanted);
  if (error == EBUSY) {
    std::set<std::string> others = words(readText(parent + "/cgroup.procs"));
    others.erase(std::to_string(getpid()));
    others.erase(std::to_string(parentPid));
    if (!others.empty()) {
      return refuse("other processes live in the cgroup " + parent +
                    "; a service of its own with Delegate=yes helps");
    }
    const std::string leaf = parent + "/server";
    if (mkdir(leaf.c_str(), 0755) != 0 && errno != EEXIST) return refuse("cannot make " + leaf);
    for (pid_t pid : {getpid(), parentPid}) writeText(leaf + "/cgroup.procs", std::to_string(pid));
    error = writeText(parent + "/cgroup.subtree_control", wanted);
  }
  if (error != 0) return refuse("cannot delegate controllers below " + parent + ": " + std::strerror(error));
  const std::string directory = parent + ownName();
  if (mkdir(directory.c_str(), 0755) != 0) return refuse("cannot make " + directory + ": " + std::strerror(errno));
  if (error = writeText(directory + "/cgroup.subtree_control", wanted); error != 0) {
    rmdir(directory.c_str());
    return refuse("cannot delegate controllers below " + directory + ": " + std::strerror(error));
  }
  if (available.count("memory") != 0) places_[kMemoryLimit] = Place{directory, true};
  if (available.count("pids") != 0) places_[kProcessLimit] = Place{directory, true};
  if (available.count("cpu") != 0) places_[kCpuShare] = Place{directory, true};
}

FacilitySet Cgroups::facilities() const {
  FacilitySet set;
  for (const auto& [facility, place] : places_) set.add(facility);
  return set;
}

std::string Cgroups::reason(Facility facility) const {
  const auto found = reasons_.find(facility);
  return found == reasons_.end() ? std::string() : found->second;
}

void Cgroups::giveUp(const std::string& reason) {
  for (const auto& [facility, place] : places_) {
    rmdir(place.directory.c_str());
    reasons_[facility] = reason;
  }
  places_.clear();
}

JailGroups Cgroups::create(const std::string& name, pid_t pid) {
  JailGroups groups;
  groups.name = name;
  std::set<std::string> made;  // in version 2 all three are one directory
  for (const auto& [facility, place] : places_) {
    const std::string directory = place.directory + "/" + name;
    if (!made.insert(directory).second) continue;
    if (mkdir(directory.c_str(), 0755) != 0 && errno != EEXIST) base::throwErrno("mkdir", directory);
    writeOrThrow(directory + "/cgroup.procs", std::to_string(pid));
  }
  if (const auto memory = places_.find(Facility::kMemoryLimit); memory != places_.end()) {
    const std::string directory = memory->second.directory + "/" + name;
    const bool unified = memory->second.unified;
    const char* peak = unified ? "/memory.peak" : "/memory.max_usage_in_bytes";
    groups.memoryPeak.reset(open((directory + peak).c_str(), O_RDONLY | O_CLOEXEC));
    // memory.peak came with Linux 5.19; before, the present use is the best there is.
    if (!groups.memoryPeak) {
      groups.memoryPeak.reset(open((directory + "/memory.current").c_str(), O_RDONLY | O_CLOEXEC));
    }
    const char* events = unified ? "/memory.events" : "/memory.oom_control";
    groups.memoryEvents.reset(open((directory + events).c_str(), O_RDONLY | O_CLOEXEC));
  }
  return groups;
}

void Cgroups::limit(const JailGroups& groups, unsigned memoryMiB) {
  using enum Facility;
  if (const auto found = places_.find(kMemoryLimit); found != places_.end()) {
    const std::string directory = found->second.directory + "/" + groups.name;
    const std::string bytes = std::to_string(static_cast<std::uint64_t>(memoryMiB) << 20U);
    if (found->second.unified) {
      writeOrThrow(directory + "/memory.max", bytes);
      writeText(directory + "/memory.swap.max", "0");  // absent without swap
      writeText(directory + "/memory.oom.group", "1");
    } else {
      writeOrThrow(directory + "/memory.limit_in_bytes", bytes);
      writeText(directory + "/memory.memsw.limit_in_bytes", bytes);  // absent without swap accounting
    }
  }
  if (const auto found = places_.find(kProcessLimit); found != places_.end()) {
    // One more for the jail's own first process.
    writeOrThrow(found->second.directory + "/" + groups.name + "/pids.max", std::to_string(kProcessesPerJail + 1));
  }
  if (const auto found = places_.find(kCpuShare); found != places_.end()) {
    const std::string directory = found->second.directory + "/" + groups.name;
    if (found->second.unified) {
      const unsigned weight = std::clamp(100U * memoryMiB / kMiBPerCpu, 1U, 10000U);
      writeOrThrow(directory + "/cpu.weight", std::to_string(weight));
    } else {
      writeOrThrow(directory + "/cpu.shares", std::to_string(std::max(2U, 1024U * memoryMiB / kMiBPerCpu)));
    }
  }
}

bool Cgroups::remove(const std::string& name) {
  bool gone = true;
  for (const auto& [facility, place] : places_) {
    if (rmdir((place.directory + "/" + name).c_str()) != 0 && errno != ENOENT) gone = false;
  }
  return gone;
}

}  // namespace hearth::sandbox
