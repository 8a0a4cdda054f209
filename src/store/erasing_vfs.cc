#include "store/erasing_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace hearth::store {
namespace {

constexpr int kLargestPage = 65536;
constexpr std::size_t kFileHeader = 100;

// What is known of one open database file; it lies behind the default file system's own.
struct Known {
  sqlite3_int64 announced;  // bytes that the file is about to have, as a checkpoint says before it begins
};

// What the default file system does with database files, and what is done here; known when the first one is open.
const sqlite3_io_methods* baseMethods = nullptr;
sqlite3_vfs vfs;
sqlite3_io_methods methods;
std::size_t baseSize = 0;
std::once_flag methodsKnown;

Known& knownOf(sqlite3_file* file) {
  return *reinterpret_cast<Known*>(reinterpret_cast<unsigned char*>(file) + baseSize);
}

// Whether the file is, and stays during this checkpoint, one whose pages tell their kind.
bool tellsKinds(sqlite3_file* file, int pageSize) {
  sqlite3_int64 size = 0;
  if (baseMethods->xFileSize(file, &size) != SQLITE_OK) return false;
  return std::max(size, knownOf(file).announced) / pageSize < kPagesThatTell;
}

int controlDatabase(sqlite3_file* file, int operation, void* argument) {
  if (operation == SQLITE_FCNTL_SIZE_HINT && argument != nullptr)
    knownOf(file).announced = *static_cast<const sqlite3_int64*>(argument);
  return baseMethods->xFileControl(file, operation, argument);
}

// A checkpoint writes whole pages. The log has checksums over its pages, and is cut off soon: it is written as it
// is.
int writeDatabase(sqlite3_file* file, const void* bytes, int amount, sqlite3_int64 offset) {
  if (amount < 512 || amount > kLargestPage || offset % amount != 0 || !tellsKinds(file, amount))
    return baseMethods->xWrite(file, bytes, amount, offset);
  thread_local std::vector<unsigned char> page;
  const auto* begin = static_cast<const unsigned char*>(bytes);
  page.assign(begin, begin + amount);
  zeroUnused(page, offset == 0);
  return baseMethods->xWrite(file, page.data(), amount, offset);
}

// The file stays the default file system's own in every respect but how it is written.
int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* outFlags) {
  sqlite3_vfs* base = sqlite3_vfs_find(nullptr);
  const int status = base->xOpen(base, name, file, flags, outFlags);
  if (status != SQLITE_OK || (flags & SQLITE_OPEN_MAIN_DB) == 0 || file->pMethods == nullptr) return status;
  std::call_once(methodsKnown, [file] {
    baseMethods = file->pMethods;
    methods = *baseMethods;
    methods.xWrite = writeDatabase;
    methods.xFileControl = controlDatabase;
  });
  // A database on a file system with other locks has other methods: it is left alone.
  if (file->pMethods != baseMethods) return status;
  file->pMethods = &methods;
  knownOf(file) = Known{0};
  return status;
}

unsigned read16(std::span<const unsigned char> page, std::size_t at) { return page[at] * 256U + page[at + 1]; }

}  // namespace

bool zeroUnused(std::span<unsigned char> page, bool isFirst) {
  const std::size_t header = isFirst ? kFileHeader : 0;
  if (page.size() < 512) return false;
  const unsigned kind = page[header];
  const bool isInterior = kind == 2 || kind == 5;
  // An overflow page or one of the freelist begins with the number of another, which is below kPagesThatTell.
  if (!isInterior && kind != 10 && kind != 13) return false;
  const std::size_t cells = header + (isInterior ? 12 : 8);
  const std::size_t begin = cells + std::size_t{2} * read16(page, header + 3);
  const unsigned told = read16(page, header + 5);
  const std::size_t end = told == 0 ? kLargestPage : told;
  if (begin > end || end > page.size()) return false;
  const auto unused = page.subspan(begin, end - begin);
  const bool any = std::any_of(unused.begin(), unused.end(), [](unsigned char byte) { return byte != 0; });
  if (any) std::fill(unused.begin(), unused.end(), static_cast<unsigned char>(0));
  return any;
}

const char* erasingVfs() {
  static const bool kRegistered = [] {
    const sqlite3_vfs* base = sqlite3_vfs_find(nullptr);
    if (base == nullptr) return false;
    vfs = *base;
    vfs.zName = "hearth-erasing";
    vfs.pNext = nullptr;
    vfs.xOpen = open;
    // SQLite aligns what it allocates for a file to eight bytes.
    baseSize = (static_cast<std::size_t>(base->szOsFile) + alignof(Known) - 1) / alignof(Known) * alignof(Known);
    vfs.szOsFile = static_cast<int>(baseSize + sizeof(Known));
    return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK;
  }();
  if (!kRegistered) throw std::runtime_error("SQLite has no file system");
  return vfs.zName;
}

}  // namespace hearth::store
