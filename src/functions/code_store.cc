#include "functions/code_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/bytes.h"
#include "base/file.h"
#include "base/hash.h"

namespace hearth::functions {

namespace {

constexpr std::size_t kPiece = 64 * 1024;

Fault notFound(const std::string& contentId) {
  return Fault("ResourceNotFoundException", "The package " + contentId + " is not stored.", 404);
}

}  // namespace

CodeStore::CodeStore(int runDirectory, store::Blobs& blobs, store::Database& database, base::Random& random,
                     PackageLimits limits)
    : code_(openat(runDirectory, "code", O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
      blobs_(blobs),
      database_(database),
      random_(random),
      limits_(limits) {
  if (!code_) base::throwErrno("open", "code");
}

const std::vector<store::Migration>& CodeStore::migrations() {
  static const std::vector<store::Migration> kSteps{
      {"functions/001 packages",
       "CREATE TABLE function_packages ("
       "  content_id TEXT PRIMARY KEY,"
       "  blob_id TEXT NOT NULL,"
       "  size INTEGER NOT NULL"
       ") WITHOUT ROWID"},
  };
  return kSteps;
}

Result<Package> CodeStore::keep(std::string_view zip) {
  const std::string digest = base::sha256(zip);
  Package package{base::hexEncode(digest), base::base64Encode(digest), zip.size(), {}};
  if (!isUnpacked(package.contentId)) HEARTH_CHECK(unpackInto(package.contentId, {zip}));
  HEARTH_TRY(auto writer, blobs_.create());
  for (std::size_t at = 0; at < zip.size(); at += kPiece) HEARTH_CHECK(writer->append(zip.substr(at, kPiece)));
  HEARTH_TRY(package.blob, writer->finish());
  return package;
}

void CodeStore::record(const Package& package) {
  const std::int64_t added =
      database_.execute("INSERT OR IGNORE INTO function_packages (content_id, blob_id, size) VALUES (?, ?, ?)",
                        package.contentId, package.blob, package.size);
  if (added == 0) {
    database_.afterCommit([this, blob = package.blob] {
      if (!refersTo(blob)) blobs_.remove(blob);
    });
  }
}

void CodeStore::forget(const std::string& contentId) {
  std::vector<std::string> blobs;
  for (auto rows = database_.query("SELECT blob_id FROM function_packages WHERE content_id = ?", contentId);
       rows.next();) {
    blobs.push_back(rows.text(0));
  }
  database_.execute("DELETE FROM function_packages WHERE content_id = ?", contentId);
  database_.afterCommit([this, blobs, contentId] {
    for (const std::string& blob : blobs) blobs_.remove(blob);
    {
      const std::lock_guard lock(mutex_);
      unpacked_.erase(contentId);
    }
    base::removeTree("/proc/self/fd/" + std::to_string(code_.get()) + "/" + contentId);
  });
}

bool CodeStore::refersTo(const store::BlobId& blob) {
  auto rows = database_.query("SELECT 1 FROM function_packages WHERE blob_id = ?", blob);
  return rows.next();
}

Result<std::string> CodeStore::readZip(const std::string& contentId) {
  std::string blob;
  {
    auto rows = database_.query("SELECT blob_id FROM function_packages WHERE content_id = ?", contentId);
    if (!rows.next()) return notFound(contentId);
    blob = rows.text(0);
  }
  HEARTH_TRY(auto reader, blobs_.open(blob));
  std::string zip;
  HEARTH_CHECK(reader->read(zip, 0, reader->size()));
  return zip;
}

Result<std::string> CodeStore::tree(const std::string& contentId) {
  if (isUnpacked(contentId)) return contentId;
  HEARTH_TRY(const std::string zip, readZip(contentId));
  HEARTH_CHECK(unpackInto(contentId, {zip}));
  return contentId;
}

Result<std::string> CodeStore::layeredTree(const std::vector<std::string>& contentIds) {
  const std::string entry = layersEntry(contentIds);
  if (isUnpacked(entry)) return entry;
  std::vector<std::string> zips;
  for (const std::string& contentId : contentIds) {
    HEARTH_TRY(std::string zip, readZip(contentId));
    zips.push_back(std::move(zip));
  }
  HEARTH_CHECK(unpackInto(entry, {zips.begin(), zips.end()}));
  return entry;
}

bool CodeStore::isUnpacked(const std::string& contentId) const {
  const std::lock_guard lock(mutex_);
  return unpacked_.count(contentId) != 0;
}

std::string CodeStore::layersEntry(const std::vector<std::string>& contentIds) {
  std::string all;
  for (const std::string& contentId : contentIds) all += contentId + "\n";
  return "layers-" + base::sha256Hex(all);
}

bool CodeStore::hasFile(const std::string& entry, const char* name) const {
  struct stat status {};
  return fstatat(code_.get(), (entry + "/" + name).c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         (S_ISREG(status.st_mode) || S_ISLNK(status.st_mode));
}

// Into a folder of another name, which takes its own when it is complete: what has the name is whole.
Result<void> CodeStore::unpackInto(const std::string& entry, const std::vector<std::string_view>& zips) {
  const std::string partial = "partial-" + base::randomText(random_, 16, base::kLowerAlphanumeric);
  const std::string path = "/proc/self/fd/" + std::to_string(code_.get()) + "/" + partial;
  const auto fail = [&](Fault fault) {
    base::removeTree(path);
    return fault;
  };
  if (mkdirat(code_.get(), partial.c_str(), 0700) != 0) base::throwErrno("mkdir", partial);
  const base::Fd folder(openat(code_.get(), partial.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) base::throwErrno("open", partial);
  PackageSize used;
  for (std::string_view zip : zips) {
    Result<PackageSize> size = unpackZip(zip, folder.get(), limits_, used);
    if (!size.ok()) return fail(std::move(size).fault());
    used = *size;
  }
  if (fchmod(folder.get(), 0755) != 0) base::throwErrno("chmod", partial);
  if (renameat(code_.get(), partial.c_str(), code_.get(), entry.c_str()) != 0) {
    // Somebody else unpacked the same content meanwhile; theirs is as good.
    const int error = errno;
    base::removeTree(path);
    if (error != EEXIST && error != ENOTEMPTY) {
      errno = error;
      base::throwErrno("rename", entry);
    }
  }
  remember(entry);
  return {};
}

void CodeStore::remember(const std::string& entry) {
  const std::lock_guard lock(mutex_);
  unpacked_.insert(entry);
}

}  // namespace hearth::functions
