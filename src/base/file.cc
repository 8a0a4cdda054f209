#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <memory>

#include "base/fd.h"

namespace hearth::base {
namespace {

std::string parentOf(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Unique within the process; with the process id in front of it, among all that run.
std::string uniqueSuffix() {
  static std::atomic<std::uint64_t> counter{0};
  return std::to_string(::getpid()) + "." + std::to_string(counter.fetch_add(1, std::memory_order_relaxed));
}

struct CloseDir {
  void operator()(DIR* dir) const { ::closedir(dir); }
};
using Dir = std::unique_ptr<DIR, CloseDir>;

// Opens the folder itself, never what a link points to; gives us access to it when its mode does not.
Fd openFolder(int at, const char* name) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  Fd folder(::openat(at, name, kFlags));
  if (folder || errno != EACCES) return folder;
  const Fd handle(::openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!handle) return folder;
  const std::string self = "/proc/self/fd/" + std::to_string(handle.get());
  if (::chmod(self.c_str(), 0700) != 0) return folder;
  return Fd(::openat(at, name, kFlags));
}

// Empties a tree without recursing past kDeepest folders: those below are moved up to the root of the tree and
// have their turn there, so that neither the stack nor the descriptors depend on what somebody left behind.
class TreeRemover final {
 public:
  TreeRemover(Fd root, std::string path) : root_(std::move(root)), path_(std::move(path)) {}

  void run() {
    do {
      moved_ = false;
      empty(root_.get(), 0);
    } while (moved_);
  }

 private:
  static constexpr int kDeepest = 32;

  void empty(int folder, int depth) {
    Fd copy(::fcntl(folder, F_DUPFD_CLOEXEC, 0));
    if (!copy) throwErrno("fcntl", path_);
    const Dir dir(::fdopendir(copy.get()));
    if (!dir) throwErrno("fdopendir", path_);
    copy.release();
    ::rewinddir(dir.get());
    while (true) {
      errno = 0;
      const dirent* entry = ::readdir(dir.get());
      if (entry == nullptr) {
        if (errno != 0) throwErrno("readdir", path_);
        return;
      }
      const std::string name = entry->d_name;
      if (name != "." && name != "..") removeEntry(folder, name, depth);
    }
  }

  void removeEntry(int folder, const std::string& name, int depth) {
    if (::unlinkat(folder, name.c_str(), 0) == 0 || errno == ENOENT) return;
    if (errno != EISDIR && errno != EPERM) throwErrno("unlink", path_ + "/.../" + name);
    if (removeEmptyFolder(folder, name)) return;
    if (depth >= kDeepest) {
      const std::string up = ".remove." + uniqueSuffix();
      if (::renameat(folder, name.c_str(), root_.get(), up.c_str()) != 0) throwErrno("rename", path_);
      moved_ = true;
      return;
    }
    {
      const Fd child = openFolder(folder, name.c_str());
      if (!child) {
        if (errno == ENOENT) return;
        throwErrno("open", path_ + "/.../" + name);
      }
      empty(child.get(), depth + 1);
    }
    if (!removeEmptyFolder(folder, name)) throwErrno("rmdir", path_ + "/.../" + name);
  }

  // False when something is in it.
  bool removeEmptyFolder(int folder, const std::string& name) {
    if (::unlinkat(folder, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return true;
    if (errno == ENOTEMPTY || errno == EEXIST) return false;
    throwErrno("rmdir", path_ + "/.../" + name);
  }

  Fd root_;
  std::string path_;
  bool moved_ = false;
};

}  // namespace

Result<std::string> readFile(const std::string& path, std::size_t limit) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) return Fault("NoSuchFile", "There is no file " + path, 404);
    throwErrno("open", path);
  }
  std::string bytes;
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throwErrno("stat", path);
  const Fault tooLarge("FileTooLarge", path + " has more than " + std::to_string(limit) + " bytes");
  if (status.st_size > 0 && static_cast<std::uint64_t>(status.st_size) > limit) return tooLarge;
  // One byte more than it should have, so that the end is seen without growing; files of /proc have no size.
  std::size_t room = static_cast<std::size_t>(status.st_size) + 1;
  while (true) {
    const std::size_t have = bytes.size();
    bytes.resize(have + room);
    const ssize_t count = ::read(file.get(), bytes.data() + have, room);
    if (count < 0 && errno == EINTR) {
      bytes.resize(have);
      continue;
    }
    if (count < 0) throwErrno("read", path);
    bytes.resize(have + static_cast<std::size_t>(count));
    if (count == 0) return bytes;
    if (bytes.size() > limit) return tooLarge;
    room = static_cast<std::size_t>(count) < room ? room : std::min<std::size_t>(limit - bytes.size() + 1, 65536);
  }
}

void writeAll(int fd, std::string_view bytes, std::string_view path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      throwErrno("write", path);
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void syncDirectory(const std::string& path) {
  const Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) throwErrno("open", path);
  if (::fsync(folder.get()) != 0) throwErrno("fsync", path);
}

void writeFileAtomically(const std::string& path, std::string_view bytes, mode_t mode) {
  const std::string temporary = path + ".tmp." + uniqueSuffix();
  try {
    // O_EXCL: never through a link that somebody placed there.
    const Fd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) throwErrno("create", temporary);
    writeAll(file.get(), bytes, temporary);
    if (::fchmod(file.get(), mode) != 0) throwErrno("chmod", temporary);
    if (::fsync(file.get()) != 0) throwErrno("fsync", temporary);
    if (::rename(temporary.c_str(), path.c_str()) != 0) throwErrno("rename", path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  syncDirectory(parentOf(path));
}

void createDirectories(const std::string& path, mode_t mode) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string folder = path.substr(0, end);
    if (::mkdir(folder.c_str(), mode) == 0) {
      if (::chmod(folder.c_str(), mode) != 0) throwErrno("chmod", folder);
      syncDirectory(parentOf(folder));
      continue;
    }
    const int error = errno;
    struct stat status {};
    if (::stat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) continue;
    errno = error;
    throwErrno("mkdir", folder);
  }
}

void removeTree(const std::string& path) {
  Fd root = openFolder(AT_FDCWD, path.c_str());
  if (!root) {
    if (errno == ENOENT) return;
    if (errno != ENOTDIR && errno != ELOOP) throwErrno("open", path);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) throwErrno("unlink", path);
    return;
  }
  TreeRemover(std::move(root), path).run();
  if (::rmdir(path.c_str()) != 0 && errno != ENOENT) throwErrno("rmdir", path);
}

}  // namespace hearth::base
