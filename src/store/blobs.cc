#include "store/blobs.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <unordered_map>
#include <vector>

#include "base/aes_gcm.h"
#include "base/bytes.h"
#include "base/fd.h"
#include "base/file.h"

namespace hearth::store {
namespace {

using base::AesGcm;
using base::Fd;
using base::throwErrno;

// The layout of the file: docs/formats/blob.md.
constexpr std::string_view kMagic = "HRTHBLB1";
constexpr std::size_t kHeaderSize = kMagic.size() + Keyring::kOverhead + AesGcm::kKeySize;
constexpr std::size_t kPackage = 64 * 1024;
constexpr std::size_t kSealedPackage = kPackage + AesGcm::kTagSize;

constexpr std::size_t kIdDigits = 32;
constexpr std::string_view kHexDigits = "0123456789abcdef";

enum class Place : char { kMiddle = 0, kLast = 1 };

// One byte of place, three of zero, and the package's number: none comes twice under a body's key.
std::string nonceOf(std::uint64_t package, Place place) {
  std::string nonce(AesGcm::kNonceSize, '\0');
  nonce[0] = static_cast<char>(place);
  for (std::size_t i = 0; i < 8; ++i) nonce[AesGcm::kNonceSize - 1 - i] = static_cast<char>(package >> (8 * i));
  return nonce;
}

std::string keyContext(const BlobId& id) { return "blob/" + id; }

bool isId(std::string_view text) {
  return text.size() == kIdDigits && text.find_first_not_of(kHexDigits) == std::string_view::npos;
}

std::string folderOf(const std::string& directory, const BlobId& id) { return directory + "/" + id.substr(0, 2); }
std::string pathOf(const std::string& directory, const BlobId& id) { return folderOf(directory, id) + "/" + id; }

Fault damaged() { return Fault("InternalError", "A stored body could not be decrypted.", 500); }

void makeFolder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) throwErrno("mkdir", path);
}

// Runs `step`; a full disk is the operator's business and no bug.
template <class F>
Result<void> whileThereIsSpace(F step) {
  try {
    step();
    return {};
  } catch (const std::system_error& error) {
    const int code = error.code().value();
    if (code != ENOSPC && code != EDQUOT && code != EFBIG) throw;
    return Fault("ServiceUnavailable", "There is no space left to store the body.", 503);
  }
}

// Appends `length` bytes of the file at `offset`; fewer where the file ends before.
void readAt(int file, std::uint64_t offset, std::size_t length, std::string& into) {
  const std::size_t start = into.size();
  into.resize(start + length);
  std::size_t have = 0;
  while (have < length) {
    const ssize_t count =
        ::pread(file, into.data() + start + have, length - have, static_cast<off_t>(offset + have));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throwErrno("read", "blob");
    if (count == 0) break;
    have += static_cast<std::size_t>(count);
  }
  into.resize(start + have);
}

struct CloseDir {
  void operator()(DIR* dir) const { ::closedir(dir); }
};

template <class F>
void forEachEntry(const std::string& folder, F use) {
  const std::unique_ptr<DIR, CloseDir> dir(::opendir(folder.c_str()));
  if (!dir) throwErrno("open", folder);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  if (errno != 0) throwErrno("readdir", folder);
  for (const std::string& name : names) use(name);
}

}  // namespace

struct BlobWriter::State {
  State(std::string blobDirectory, BlobId blobId, std::string_view dataKey)
      : directory(std::move(blobDirectory)),
        id(std::move(blobId)),
        temporary(directory + "/tmp/" + id),
        cipher(dataKey),
        file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (!file) throwErrno("create", temporary);
  }
  ~State() {
    if (!finished) ::unlink(temporary.c_str());
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // Encrypts a package and writes it.
  void write(std::string_view plain, Place place) {
    sealed.clear();
    cipher.seal(nonceOf(packages++, place), {}, plain, sealed);
    base::writeAll(file.get(), sealed, temporary);
  }

  std::string directory;
  BlobId id;
  std::string temporary;
  AesGcm cipher;
  Fd file;
  std::string pending;  // Plain bytes of the package that is being filled; never more than one package.
  std::string sealed;   // Kept for its memory.
  std::uint64_t packages = 0;
  std::uint64_t size = 0;
  bool failed = false;
  bool finished = false;
};

BlobWriter::BlobWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
BlobWriter::~BlobWriter() = default;

std::uint64_t BlobWriter::size() const { return state_->size; }

Result<void> BlobWriter::append(std::string_view bytes) {
  State& s = *state_;
  if (s.failed || s.finished) throw std::logic_error("append to a blob that failed or is finished");
  s.failed = true;  // Until this piece is written.
  HEARTH_CHECK(whileThereIsSpace([&] {
    s.size += bytes.size();
    // A full package is written only when more follows, because the last one is sealed as the last.
    while (s.pending.size() + bytes.size() > kPackage) {
      const std::size_t missing = kPackage - s.pending.size();
      if (s.pending.empty()) {
        s.write(bytes.substr(0, kPackage), Place::kMiddle);
      } else {
        s.pending.append(bytes.substr(0, missing));
        s.write(s.pending, Place::kMiddle);
        s.pending.clear();
      }
      bytes.remove_prefix(missing);
    }
    if (s.pending.capacity() < kPackage && s.packages > 0) s.pending.reserve(kPackage);
    s.pending.append(bytes);
  }));
  s.failed = false;
  return {};
}

Result<BlobId> BlobWriter::finish() {
  State& s = *state_;
  if (s.failed || s.finished) throw std::logic_error("finish of a blob that failed or is finished");
  s.failed = true;
  HEARTH_CHECK(whileThereIsSpace([&] {
    s.write(s.pending, Place::kLast);
    if (::fdatasync(s.file.get()) != 0) throwErrno("fdatasync", s.temporary);
    const std::string path = pathOf(s.directory, s.id);
    if (::rename(s.temporary.c_str(), path.c_str()) != 0) throwErrno("rename", path);
    s.finished = true;
    base::syncDirectory(folderOf(s.directory, s.id));
  }));
  s.file.reset();
  return s.id;
}

struct BlobReader::State {
  State(Fd blobFile, std::string_view dataKey) : file(std::move(blobFile)), cipher(dataKey) {}

  std::uint64_t lastPackage() const { return size == 0 ? 0 : (size - 1) / kPackage; }

  // Makes `plain` the package's bytes; false when they are not what was written.
  bool load(std::uint64_t package) {
    if (loaded == package) return true;
    const bool isLast = package == lastPackage();
    const std::size_t length = isLast ? static_cast<std::size_t>(size - package * kPackage) : kPackage;
    loaded = kNone;
    plain.clear();
    sealed.clear();
    readAt(file.get(), kHeaderSize + package * kSealedPackage, length + AesGcm::kTagSize, sealed);
    if (!cipher.open(nonceOf(package, isLast ? Place::kLast : Place::kMiddle), {}, sealed, plain)) return false;
    if (plain.size() != length) return false;
    loaded = package;
    return true;
  }

  static constexpr std::uint64_t kNone = ~std::uint64_t{0};
  Fd file;
  AesGcm cipher;
  std::uint64_t size = 0;
  std::uint64_t loaded = kNone;  // The package in `plain`.
  std::string plain;
  std::string sealed;  // Kept for its memory.
};

BlobReader::BlobReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
BlobReader::~BlobReader() = default;

std::uint64_t BlobReader::size() const { return state_->size; }

Result<void> BlobReader::read(std::string& into, std::uint64_t offset, std::uint64_t length) {
  State& s = *state_;
  if (offset > s.size || length > s.size - offset) throw std::out_of_range("read behind the end of a blob");
  const std::size_t before = into.size();
  into.reserve(before + static_cast<std::size_t>(length));
  while (length > 0) {
    if (!s.load(offset / kPackage)) {
      into.resize(before);
      return damaged();
    }
    const std::size_t from = static_cast<std::size_t>(offset % kPackage);
    const std::size_t count = static_cast<std::size_t>(std::min<std::uint64_t>(length, s.plain.size() - from));
    into.append(s.plain, from, count);
    offset += count;
    length -= count;
  }
  return {};
}

struct BlobHold::Table {
  struct Entry {
    int holds = 0;
    bool removed = false;
  };
  explicit Table(std::string blobDirectory) : directory(std::move(blobDirectory)) {}

  const std::string directory;
  std::mutex mutex;
  std::unordered_map<BlobId, Entry> entries;  // guarded by mutex; only what is held
};

BlobHold::BlobHold(std::shared_ptr<Table> table, BlobId id) : table_(std::move(table)), id_(std::move(id)) {
  const std::lock_guard lock(table_->mutex);
  ++table_->entries[id_].holds;
}

BlobHold::~BlobHold() {
  if (!table_) return;
  bool removed = false;
  {
    const std::lock_guard lock(table_->mutex);
    const auto entry = table_->entries.find(id_);
    if (--entry->second.holds > 0) return;
    removed = entry->second.removed;
    table_->entries.erase(entry);
  }
  // A file that stays is an orphan, which the next sweep removes.
  if (removed && isId(id_)) ::unlink(pathOf(table_->directory, id_).c_str());
}

Blobs::Blobs(std::string directory, const Keyring& keyring, base::Random& random)
    : directory_(std::move(directory)),
      keyring_(keyring),
      random_(random),
      holds_(std::make_shared<BlobHold::Table>(directory_)) {
  base::createDirectories(directory_);
  makeFolder(directory_ + "/tmp");
  for (const char high : kHexDigits) {
    for (const char low : kHexDigits) makeFolder(directory_ + "/" + high + low);
  }
  base::syncDirectory(directory_);
}

Result<std::unique_ptr<BlobWriter>> Blobs::create() {
  const BlobId id = base::hexEncode(base::randomBytes(random_, kIdDigits / 2));
  std::string dataKey = base::randomBytes(random_, AesGcm::kKeySize);
  std::unique_ptr<BlobWriter::State> state;
  auto opened = whileThereIsSpace([&] {
    state = std::make_unique<BlobWriter::State>(directory_, id, dataKey);
    const std::string header = std::string(kMagic) + keyring_.seal(dataKey, keyContext(id));
    base::writeAll(state->file.get(), header, state->temporary);
  });
  OPENSSL_cleanse(dataKey.data(), dataKey.size());
  HEARTH_CHECK(std::move(opened));
  return std::unique_ptr<BlobWriter>(new BlobWriter(std::move(state)));
}

Result<std::unique_ptr<BlobReader>> Blobs::open(const BlobId& id) const {
  const Fault missing("NoSuchBlob", "A stored body is gone.", 500);
  if (!isId(id)) return missing;
  const std::string path = pathOf(directory_, id);
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) {
    if (errno == ENOENT) return missing;
    throwErrno("open", path);
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throwErrno("stat", path);
  const auto fileSize = static_cast<std::uint64_t>(status.st_size);
  // There is always a package, be it empty; and only the first may be empty.
  if (fileSize < kHeaderSize + AesGcm::kTagSize) return damaged();
  const std::uint64_t body = fileSize - kHeaderSize;
  const std::uint64_t tail = body % kSealedPackage;
  if (tail != 0 && (tail < AesGcm::kTagSize || (tail == AesGcm::kTagSize && body > tail))) return damaged();
  const std::uint64_t packages = body / kSealedPackage + (tail != 0 ? 1 : 0);

  std::string header;
  readAt(file.get(), 0, kHeaderSize, header);
  if (!header.starts_with(kMagic)) return damaged();
  auto dataKey = keyring_.open(std::string_view(header).substr(kMagic.size()), keyContext(id));
  if (!dataKey.ok() || dataKey->size() != AesGcm::kKeySize) return damaged();
  auto state = std::make_unique<BlobReader::State>(std::move(file), *dataKey);
  OPENSSL_cleanse(dataKey->data(), dataKey->size());
  state->size = body - packages * AesGcm::kTagSize;
  // The end proves that nothing was cut off or added.
  if (!state->load(state->lastPackage())) return damaged();
  return std::unique_ptr<BlobReader>(new BlobReader(std::move(state)));
}

BlobHold Blobs::hold(const BlobId& id) const { return BlobHold(holds_, id); }

void Blobs::remove(const BlobId& id) const {
  if (!isId(id)) return;
  {
    const std::lock_guard lock(holds_->mutex);
    if (const auto held = holds_->entries.find(id); held != holds_->entries.end()) {
      held->second.removed = true;
      return;
    }
  }
  const std::string path = pathOf(directory_, id);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) throwErrno("unlink", path);
}

void Blobs::sweep(const std::function<bool(const BlobId&)>& isReferenced) const {
  const std::string temporary = directory_ + "/tmp";
  forEachEntry(temporary, [&](const std::string& name) { base::removeTree(temporary + "/" + name); });
  for (const char high : kHexDigits) {
    for (const char low : kHexDigits) {
      forEachEntry(directory_ + "/" + high + low, [&](const std::string& name) {
        if (isId(name) && name[0] == high && name[1] == low && !isReferenced(name)) remove(name);
      });
    }
  }
}

}  // namespace hearth::store
