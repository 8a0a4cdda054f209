#include "functions/package.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"

namespace hearth::functions {

namespace {

Fault invalid(std::string message) { return Fault("InvalidParameterValueException", std::move(message), 400); }
Fault broken() {
  return invalid("Could not unzip uploaded file. Please check your file, then try to upload again.");
}
Fault tooLarge(std::uint64_t limit) {
  return invalid("Unzipped size must be smaller than " + std::to_string(limit) + " bytes");
}
// A failure of our own disk, said as such.
Fault cannotStore(const char* step) {
  return Fault("ServiceException",
               std::string("The package could not be unpacked: ") + step + ": " + std::strerror(errno), 500);
}

using Path = std::vector<std::string>;

// The steps of an entry's name; nullopt when it is not one that may be unpacked. Empty for the folder itself.
std::optional<Path> parsePath(std::string_view name, const PackageLimits& limits) {
  if (name.empty() || name.front() == '/' || name.size() > 4096 || name.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  Path path;
  while (!name.empty()) {
    const std::size_t slash = std::min(name.find('/'), name.size());
    const std::string_view step = name.substr(0, slash);
    name.remove_prefix(std::min(slash + 1, name.size()));
    if (step.empty() || step == ".") continue;
    if (step == ".." || step.size() > 255) return std::nullopt;
    path.emplace_back(step);
  }
  if (path.size() > limits.depth) return std::nullopt;
  return path;
}

// A link may go up from its own folder as far as the root of the tree, and then down; so that no chain of links
// leads out either.
bool staysInside(std::string_view target, std::size_t depth) {
  if (target.empty() || target.front() == '/' || target.size() > 4096) return false;
  bool down = false;
  while (!target.empty()) {
    const std::size_t slash = std::min(target.find('/'), target.size());
    const std::string_view step = target.substr(0, slash);
    target.remove_prefix(std::min(slash + 1, target.size()));
    if (step.empty() || step == ".") continue;
    if (step != "..") {
      down = true;
    } else if (down || depth-- == 0) {
      return false;
    }
  }
  return true;
}

// Opens the folder of `path` below `root`, making what is missing, never through a link.
Result<base::Fd> openFolder(int root, const Path& path, std::size_t steps) {
  base::Fd folder(openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (std::size_t at = 0; at < steps && folder; ++at) {
    const char* name = path[at].c_str();
    if (mkdirat(folder.get(), name, 0755) == 0) {
      if (fchmodat(folder.get(), name, 0755, 0) != 0) return cannotStore("chmod");
    } else if (errno != EEXIST) {
      return cannotStore("mkdir");
    }
    folder.reset(openat(folder.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder && (errno == ENOTDIR || errno == ELOOP)) return broken();  // a file or a link has that name
  }
  if (!folder) return cannotStore("open");
  return folder;
}

class Unpacker final {
 public:
  Unpacker(std::string_view zip, int directory, const PackageLimits& limits, PackageSize used)
      : directory_(directory), limits_(limits), size_(used), archive_(archive_read_new()) {
    // The central directory alone counts: a second opinion hidden between the entries is not asked for.
    archive_read_support_format_zip_seekable(archive_.get());
    archive_read_set_options(archive_.get(), "hdrcharset=UTF-8");
    opened_ = archive_read_open_memory(archive_.get(), zip.data(), zip.size()) == ARCHIVE_OK;
    // A zip without entries is nothing but its end record, which libarchive does not take for a zip.
    empty_ = zip.starts_with("PK\x05\x06");
  }

  Result<PackageSize> run() {
    if (empty_) return invalid("Uploaded file must be a non-empty zip");
    if (!opened_) return broken();
    const std::size_t before = size_.entries;
    for (;;) {
      archive_entry* entry = nullptr;
      const int status = archive_read_next_header(archive_.get(), &entry);
      if (status == ARCHIVE_EOF) break;
      if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return broken();
      if (++size_.entries > limits_.entries) {
        return invalid("The package has more than " + std::to_string(limits_.entries) + " entries");
      }
      HEARTH_CHECK(unpack(entry));
    }
    if (size_.entries == before) return invalid("Uploaded file must be a non-empty zip");
    return size_;
  }

 private:
  struct Free {
    void operator()(archive* handle) const { archive_read_free(handle); }
  };

  Result<void> unpack(archive_entry* entry) {
    const char* name = archive_entry_pathname_utf8(entry);
    if (name == nullptr) name = archive_entry_pathname(entry);
    const std::optional<Path> path = name == nullptr ? std::nullopt : parsePath(name, limits_);
    if (!path || archive_entry_is_encrypted(entry) != 0) return broken();
    const auto type = archive_entry_filetype(entry);
    if (type == AE_IFDIR) {
      HEARTH_TRY(const base::Fd folder, openFolder(directory_, *path, path->size()));
      return {};
    }
    if (path->empty()) return broken();
    HEARTH_TRY(const base::Fd folder, openFolder(directory_, *path, path->size() - 1));
    // Whatever an earlier entry or layer put there, unless it is a folder.
    if (unlinkat(folder.get(), path->back().c_str(), 0) != 0 && errno != ENOENT) return broken();
    if (type == AE_IFREG) return writeFile(entry, folder.get(), path->back());
    if (type == AE_IFLNK) return makeLink(entry, folder.get(), *path);
    return broken();
  }

  Result<void> writeFile(archive_entry* entry, int folder, const std::string& name) {
    const bool executable = (archive_entry_perm(entry) & 0111) != 0;
    const base::Fd file(openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) return cannotStore("create");
    for (;;) {
      const la_ssize_t size = archive_read_data(archive_.get(), buffer_.data(), buffer_.size());
      if (size == 0) break;
      if (size < 0) return broken();
      size_.bytes += static_cast<std::uint64_t>(size);
      if (size_.bytes > limits_.bytes) return tooLarge(limits_.bytes);
      const char* from = buffer_.data();
      for (la_ssize_t left = size; left > 0;) {
        const ssize_t written = ::write(file.get(), from, static_cast<std::size_t>(left));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return cannotStore("write");
        from += written;
        left -= written;
      }
    }
    if (fchmod(file.get(), executable ? 0755 : 0644) != 0) return cannotStore("chmod");
    return {};
  }

  Result<void> makeLink(archive_entry* entry, int folder, const Path& path) {
    const char* target = archive_entry_symlink_utf8(entry);
    if (target == nullptr) target = archive_entry_symlink(entry);
    if (target == nullptr || !staysInside(target, path.size() - 1)) return broken();
    if (symlinkat(target, folder, path.back().c_str()) != 0) return cannotStore("symlink");
    return {};
  }

  int directory_;
  const PackageLimits& limits_;
  PackageSize size_;
  std::unique_ptr<archive, Free> archive_;
  bool empty_ = false;
  bool opened_ = false;
  std::string buffer_ = std::string(64 * 1024, '\0');
};

}  // namespace

Result<PackageSize> unpackZip(std::string_view zip, int directory, const PackageLimits& limits, PackageSize used) {
  return Unpacker(zip, directory, limits, used).run();
}

}  // namespace hearth::functions
