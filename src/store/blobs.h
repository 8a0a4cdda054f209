// Blobs: encrypted bodies of any size in files, named by random ids.
//
// A body is encrypted while it arrives (AES-256-GCM in 64 KiB packages, a data key per body wrapped by the master
// key), into a temporary file; finish() makes it durable and gives it its name. The metadata row that refers to it
// is written after that, so that a crash leaves at most an orphan, which sweep() removes. The format is a document:
// docs/formats/blob.md. A broken disk throws std::system_error.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "store/keyring.h"

namespace hearth::store {

// 32 hex digits.
using BlobId = std::string;

class BlobWriter final {
 public:
  ~BlobWriter();  // Without finish(): the temporary file is removed.
  // Encrypts and appends. Cheap enough for the loop in pieces of 64 KiB (page cache, no sync). Fault:
  // ServiceUnavailable 503 when the disk is full; nothing but destruction may follow.
  Result<void> append(std::string_view bytes);
  // fdatasync, rename, sync of the folder: blocking, on the pool. Once. Returns the name to refer to. Faults as
  // above.
  Result<BlobId> finish();
  std::uint64_t size() const;

 private:
  friend class Blobs;
  struct State;
  explicit BlobWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class BlobReader final {
 public:
  ~BlobReader();
  std::uint64_t size() const;
  // Appends plain bytes [offset, offset+length) to `into`; they lie within size(), or std::out_of_range is thrown.
  // Fault: InternalError when the file was changed; nothing is appended then. Blocks for the disk where the bytes
  // are not in the page cache: long reads belong on the pool.
  Result<void> read(std::string& into, std::uint64_t offset, std::uint64_t length);

 private:
  friend class Blobs;
  struct State;
  explicit BlobReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Keeps a blob's file while it lives: remove() takes effect when the last hold is gone. Move-only; may outlive its
// Blobs, and may go on any thread.
class BlobHold final {
 public:
  ~BlobHold();
  BlobHold(BlobHold&& other) noexcept = default;
  BlobHold& operator=(BlobHold&& other) = delete;

 private:
  friend class Blobs;
  struct Table;
  BlobHold(std::shared_ptr<Table> table, BlobId id);
  std::shared_ptr<Table> table_;  // null: moved from
  BlobId id_;
};

// Thread-safe; a writer or reader belongs to one thread at a time.
class Blobs final {
 public:
  // Files under `directory`, created with mode 0700. Throws std::system_error when that fails.
  Blobs(std::string directory, const Keyring& keyring, base::Random& random);

  // Fault: ServiceUnavailable 503 when the disk is full.
  Result<std::unique_ptr<BlobWriter>> create();
  // The reader goes on when the blob is removed meanwhile. Faults: NoSuchBlob (500: for callers to translate);
  // InternalError when the file is cut, or was changed in its header or its end.
  Result<std::unique_ptr<BlobReader>> open(const BlobId& id) const;
  // For readers that open late. Does not look for the file: a caller holds first, and then makes sure that what
  // refers to the blob is still there; a removal that comes later waits for the hold.
  BlobHold hold(const BlobId& id) const;
  // Removes the file, or leaves that to the last hold; removing what is gone succeeds. What a crash keeps from
  // being removed is the business of sweep().
  void remove(const BlobId& id) const;
  // Removes temporary files, and every blob for which `isReferenced` says no. At start, before traffic.
  void sweep(const std::function<bool(const BlobId&)>& isReferenced) const;

 private:
  std::string directory_;
  const Keyring& keyring_;
  base::Random& random_;
  std::shared_ptr<BlobHold::Table> holds_;
};

}  // namespace hearth::store
