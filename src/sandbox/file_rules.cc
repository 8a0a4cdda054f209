#include "sandbox/file_rules.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/fd.h"

namespace hearth::sandbox {

namespace {

constexpr std::uint64_t kRead =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kOnFiles =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
// Everything of the first version, which every Landlock kernel knows.
constexpr std::uint64_t kAll = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1U) - 1;

void allow(int ruleset, const std::string& path, std::uint64_t access) {
  base::Fd place(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!place) return;
  struct stat status {};
  if (fstat(place.get(), &status) != 0) base::throwErrno("stat", path);
  landlock_path_beneath_attr rule{};
  rule.parent_fd = place.get();
  rule.allowed_access = S_ISDIR(status.st_mode) ? access : access & kOnFiles;
  if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
    base::throwErrno("landlock rule for", path);
  }
}

}  // namespace

bool fileRulesAvailable() {
  return syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

void restrictFiles(const std::vector<std::string>& readable, const std::vector<std::string>& writable) {
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = kAll;
  base::Fd ruleset(
      static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes.handled_access_fs, 0)));
  if (!ruleset) base::throwErrno("landlock ruleset");
  for (const std::string& path : readable) allow(ruleset.get(), path, kRead);
  for (const std::string& path : writable) allow(ruleset.get(), path, kAll);
  if (syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) base::throwErrno("landlock restrict");
}

}  // namespace hearth::sandbox
