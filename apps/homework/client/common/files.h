// The few things that the tools do with files: read with a limit, replace atomically and durably, find their
// folders.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace hearth::homework::client {

// The user's folders after the XDG base directory specification.
struct UserFolders {
  std::filesystem::path config;  // $XDG_CONFIG_HOME/homework, else ~/.config/homework
  std::filesystem::path data;    // $XDG_DATA_HOME/homework, else ~/.local/share/homework
  std::filesystem::path home;
};
// Throws std::runtime_error when there is neither HOME nor an entry in the user database.
UserFolders userFolders();

// The whole file. nullopt when there is none. Throws std::system_error for any other reason, and for more than
// `limit` bytes.
std::optional<std::string> findFile(const std::filesystem::path& path, std::size_t limit = 8u << 20);

// All of standard input, or of `path` when that is not "-". Throws as findFile, and when there is no such file.
std::string readInput(const std::string& path, std::size_t limit = 8u << 20);

// Replaces `path` so that a crash leaves either the old or the new content: temporary file of mode 0600 in the same
// folder, fsync, rename, fsync of the folder. Missing folders are made with mode 0700. Throws std::system_error.
void replaceFile(const std::filesystem::path& path, std::string_view content);

// Mode bits of group and others, 0 when there is no such file.
unsigned sharedModeBits(const std::filesystem::path& path);
// chmod 0600. Throws std::system_error.
void makePrivate(const std::filesystem::path& path);

// `~/rest` for a path below the home folder, for people to read.
std::string shownPath(const std::filesystem::path& path, const std::filesystem::path& home);

// Holds an exclusive lock on `path` (made when missing) as long as it lives.
class FileLock final {
 public:
  // nullopt when another process holds it. Throws std::system_error.
  static std::optional<FileLock> tryAcquire(const std::filesystem::path& path);
  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace hearth::homework::client
