// CodeStore: packages of functions, by the hash of their bytes.
//
// The zip itself is kept encrypted in a blob; unpacked trees are on the shelf (code_shelf.h), in memory, once per
// content, and are made again from the blob when they are needed and not there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "functions/code_shelf.h"
#include "functions/package.h"
#include "store/blobs.h"
#include "store/database.h"

namespace hearth::functions {

// A package that was checked and unpacked, and whose blob is on the disk.
struct Package {
  std::string contentId;   // SHA-256 of the zip in hex
  std::string codeSha256;  // the same in base64, as Lambda shows it
  std::uint64_t size = 0;  // of the zip
  store::BlobId blob;
};

class CodeStore final {
 public:
  // `runDirectory` stays the caller's. `unpackedBytes`: see CodeShelf.
  CodeStore(int runDirectory, store::Blobs& blobs, store::Database& database, base::ThreadPool& pool,
            PackageLimits limits = {}, std::uint64_t unpackedBytes = 0);

  static const std::vector<store::Migration>& migrations();

  // Checks the zip, unpacks it and writes its blob. Blocks: on the pool, before the transaction that record()s it.
  // Faults: those of unpackZip().
  Result<Package> keep(std::string_view zip);
  // On the writer thread: from here on the package is there to stay. Content that is known keeps its first blob.
  void record(const Package& package);
  // Of what keep() gave and no transaction that may hold has recorded: its blob goes. Blocks.
  void abandon(const Package& package);
  // On the writer thread, when no function or version uses the content any more. What runs from it goes on.
  void forget(const std::string& contentId);
  // For Blobs::sweep().
  bool refersTo(const store::BlobId& blob);

  // The bytes as they were uploaded. Blocks. Fault: ResourceNotFoundException 404.
  Result<std::string> readZip(const std::string& contentId);

  // The package's tree, unpacked first when it is not there. Blocks then; findTree() tells beforehand. Faults:
  // ResourceNotFoundException, those of unpackZip().
  Result<CodeShelf::Handle> tree(const std::string& contentId);
  // Null when it is not there. Thread-safe, does not block.
  CodeShelf::Handle findTree(const std::string& contentId) { return shelf_.find(contentId); }

 private:
  store::Blobs& blobs_;
  store::Database& database_;
  PackageLimits limits_;
  CodeShelf shelf_;
};

}  // namespace hearth::functions
