#include "homework/client/common/files.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

namespace hearth::homework::client {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void throwErrno(std::string_view step, const fs::path& path) {
  throw std::system_error(errno, std::generic_category(), std::string(step) + " " + path.string());
}

// Owns one descriptor.
class Descriptor final {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

std::string readAll(int fd, const fs::path& path, std::size_t limit) {
  std::string content;
  char buffer[1 << 14];
  for (;;) {
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throwErrno("read", path);
    if (got == 0) return content;
    content.append(buffer, static_cast<std::size_t>(got));
    if (content.size() > limit) {
      errno = EFBIG;
      throwErrno("read", path);
    }
  }
}

void writeAll(int fd, const fs::path& path, std::string_view content) {
  while (!content.empty()) {
    const ssize_t put = ::write(fd, content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throwErrno("write", path);
    content.remove_prefix(static_cast<std::size_t>(put));
  }
}

void syncFolder(const fs::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) throwErrno("fsync", folder);
}

void makeFolders(const fs::path& folder) {
  if (folder.empty() || fs::is_directory(folder)) return;
  makeFolders(folder.parent_path());
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) throwErrno("mkdir", folder);
}

fs::path environmentPath(const char* name) {
  const char* value = std::getenv(name);
  // The specification: a path that is not absolute is to be ignored.
  return value != nullptr && value[0] == '/' ? fs::path(value) : fs::path();
}

}  // namespace

UserFolders userFolders() {
  UserFolders folders;
  folders.home = environmentPath("HOME");
  if (folders.home.empty()) {
    const passwd* entry = ::getpwuid(::getuid());
    if (entry == nullptr || entry->pw_dir == nullptr) throw std::runtime_error("no home folder: HOME is not set");
    folders.home = entry->pw_dir;
  }
  const fs::path config = environmentPath("XDG_CONFIG_HOME");
  const fs::path data = environmentPath("XDG_DATA_HOME");
  folders.config = (config.empty() ? folders.home / ".config" : config) / "homework";
  folders.data = (data.empty() ? folders.home / ".local" / "share" : data) / "homework";
  return folders;
}

std::optional<std::string> findFile(const fs::path& path, std::size_t limit) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throwErrno("open", path);
  }
  return readAll(fd.get(), path, limit);
}

std::string readInput(const std::string& path, std::size_t limit) {
  if (path == "-") return readAll(STDIN_FILENO, "standard input", limit);
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) throwErrno("open", path);
  return readAll(fd.get(), path, limit);
}

void replaceFile(const fs::path& path, std::string_view content) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  makeFolders(folder);
  std::string temporary = path.string() + ".XXXXXX";
  Descriptor fd(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
  if (fd.get() < 0) throwErrno("create", temporary);
  try {
    writeAll(fd.get(), temporary, content);
    if (::fsync(fd.get()) != 0) throwErrno("fsync", temporary);
    if (::rename(temporary.c_str(), path.c_str()) != 0) throwErrno("rename", path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  syncFolder(folder);
}

unsigned sharedModeBits(const fs::path& path) {
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0) return 0;
  return info.st_mode & 077u;
}

void makePrivate(const fs::path& path) {
  if (::chmod(path.c_str(), 0600) != 0) throwErrno("chmod", path);
}

std::string shownPath(const fs::path& path, const fs::path& home) {
  const std::string full = path.string();
  const std::string prefix = home.string() + "/";
  return full.starts_with(prefix) ? "~/" + full.substr(prefix.size()) : full;
}

std::optional<FileLock> FileLock::tryAcquire(const fs::path& path) {
  makeFolders(path.parent_path());
  Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (fd.get() < 0) throwErrno("open", path);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::nullopt;
    throwErrno("lock", path);
  }
  return FileLock(fd.release());
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace hearth::homework::client
