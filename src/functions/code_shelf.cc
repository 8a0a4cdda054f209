#include "functions/code_shelf.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <unordered_map>

#include "base/fd.h"
#include "base/file.h"

namespace hearth::functions {

namespace {

constexpr std::uint64_t kLargestDefault = std::uint64_t{2} << 30;
// What a file or folder takes beside its bytes: its last page and its inode.
constexpr std::uint64_t kPerEntry = 5 * 1024;

std::uint64_t defaultBudget(int folder) {
  struct statvfs status {};
  if (fstatvfs(folder, &status) != 0) base::throwErrno("statvfs", "code");
  return std::min<std::uint64_t>(std::uint64_t{status.f_blocks} * status.f_frsize / 4, kLargestDefault);
}

}  // namespace

struct CodeShelf::State {
  struct Entry {
    std::uint64_t bytes = 0;
    std::uint64_t lastUse = 0;  // a serial number
    std::size_t uses = 0;       // handles
    bool forgotten = false;     // goes with its last handle
  };
  using Entries = std::unordered_map<std::string, Entry>;

  State(int runDirectory, base::ThreadPool& threads, std::uint64_t bytes)
      : folder(openat(runDirectory, "code", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), pool(threads) {
    if (!folder) base::throwErrno("open", "code");
    budget = bytes != 0 ? bytes : defaultBudget(folder.get());
  }

  std::string pathOf(const std::string& name) const {
    return "/proc/self/fd/" + std::to_string(folder.get()) + "/" + name;
  }

  // --- with the mutex held

  Handle handOut(const std::shared_ptr<State>& self, Entries::iterator entry) {
    // Made before it is counted: what throws leaves nothing behind.
    auto handle = std::make_shared<const Tree>(self, entry->first);
    ++entry->second.uses;
    entry->second.lastUse = ++serial;
    return handle;
  }

  // Under another name at once, so that its own is free; the files go on the pool.
  void drop(Entries::iterator entry) {
    const std::string dead = "dead-" + std::to_string(++serial);
    if (renameat(folder.get(), entry->first.c_str(), folder.get(), dead.c_str()) != 0) {
      base::throwErrno("rename", dead);
    }
    total -= entry->second.bytes;
    entries.erase(entry);
    const auto shared = std::make_shared<base::Fd>(fcntl(folder.get(), F_DUPFD_CLOEXEC, 0));
    pool.post([shared, dead] { base::removeTree("/proc/self/fd/" + std::to_string(shared->get()) + "/" + dead); });
  }

  void shrinkTo(std::uint64_t limit) {
    while (total > limit) {
      auto oldest = entries.end();
      for (auto at = entries.begin(); at != entries.end(); ++at) {
        if (at->second.uses != 0) continue;
        if (oldest == entries.end() || at->second.lastUse < oldest->second.lastUse) oldest = at;
      }
      if (oldest == entries.end()) return;
      drop(oldest);
    }
  }

  // ---

  void release(const std::string& contentId) {
    const std::lock_guard lock(mutex);
    const auto found = entries.find(contentId);
    if (--found->second.uses != 0) return;
    if (found->second.forgotten) return drop(found);
    shrinkTo(budget);
  }

  // Into a folder of another name, which takes its own when it is complete: what has the name is whole.
  Result<PackageSize> unpack(const std::string& partial, std::string_view zip, const PackageLimits& limits) const {
    if (mkdirat(folder.get(), partial.c_str(), 0700) != 0) base::throwErrno("mkdir", partial);
    const base::Fd into(openat(folder.get(), partial.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!into) base::throwErrno("open", partial);
    Result<PackageSize> size = unpackZip(zip, into.get(), limits);
    if (!size.ok())
      base::removeTree(pathOf(partial));
    else if (fchmod(into.get(), 0755) != 0)
      base::throwErrno("chmod", partial);
    return size;
  }

  base::Fd folder;
  base::ThreadPool& pool;
  std::uint64_t budget = 0;
  mutable std::mutex mutex;
  Entries entries;           // guarded by mutex, as is everything below
  std::uint64_t total = 0;   // bytes of all entries
  std::uint64_t serial = 0;  // of uses and of names
};

CodeShelf::Tree::Tree(std::weak_ptr<State> shelf, std::string contentId)
    : shelf_(std::move(shelf)), contentId_(std::move(contentId)) {}

CodeShelf::Tree::~Tree() {
  if (const auto shelf = shelf_.lock()) shelf->release(contentId_);
}

bool CodeShelf::Tree::hasFile(const char* name) const {
  const auto shelf = shelf_.lock();
  struct stat status {};
  return shelf &&
         fstatat(shelf->folder.get(), (contentId_ + "/" + name).c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         (S_ISREG(status.st_mode) || S_ISLNK(status.st_mode));
}

CodeShelf::CodeShelf(int runDirectory, base::ThreadPool& pool, std::uint64_t budget)
    : state_(std::make_shared<State>(runDirectory, pool, budget)) {}

CodeShelf::~CodeShelf() = default;

CodeShelf::Handle CodeShelf::find(const std::string& contentId) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->entries.find(contentId);
  return found == state_->entries.end() ? nullptr : state_->handOut(state_, found);
}

Result<CodeShelf::Handle> CodeShelf::put(const std::string& contentId, std::string_view zip,
                                         const PackageLimits& limits) {
  std::string partial;
  {
    const std::lock_guard lock(state_->mutex);
    if (const auto found = state_->entries.find(contentId); found != state_->entries.end()) {
      found->second.forgotten = false;
      return state_->handOut(state_, found);
    }
    partial = "partial-" + std::to_string(++state_->serial);
  }
  HEARTH_TRY(const PackageSize size, state_->unpack(partial, zip, limits));
  Handle handle;
  bool superfluous = false;
  {
    const std::lock_guard lock(state_->mutex);
    auto [entry, isNew] = state_->entries.try_emplace(contentId);
    superfluous = !isNew;  // somebody else unpacked the same meanwhile; theirs is as good
    if (isNew) {
      if (renameat(state_->folder.get(), partial.c_str(), state_->folder.get(), contentId.c_str()) != 0) {
        state_->entries.erase(entry);
        base::throwErrno("rename", partial);
      }
      entry->second.bytes = size.bytes + size.entries * kPerEntry;
      state_->total += entry->second.bytes;
    }
    entry->second.forgotten = false;
    handle = state_->handOut(state_, entry);
    state_->shrinkTo(state_->budget);
  }
  if (superfluous) base::removeTree(state_->pathOf(partial));
  return handle;
}

void CodeShelf::forget(const std::string& contentId) {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->entries.find(contentId);
  if (found == state_->entries.end()) return;
  found->second.forgotten = true;
  if (found->second.uses == 0) state_->drop(found);
}

std::uint64_t CodeShelf::size() const {
  const std::lock_guard lock(state_->mutex);
  return state_->total;
}

}  // namespace hearth::functions
