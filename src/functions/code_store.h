// CodeStore: packages of functions and layers, by the hash of their bytes.
//
// The zip itself is kept encrypted in a blob; unpacked trees live in the run directory's code/, in memory, once per
// content, and are made again from the blob after a restart. A running environment has its tree mounted, so that a
// tree may be dropped at any time.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/fd.h"
#include "base/random.h"
#include "base/result.h"
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
  // `runDirectory` stays the caller's.
  CodeStore(int runDirectory, store::Blobs& blobs, store::Database& database, base::Random& random,
            PackageLimits limits = {});

  static const std::vector<store::Migration>& migrations();

  // Checks the zip, unpacks it and writes its blob. Blocks: on the pool, before the transaction that record()s it.
  // Faults: those of unpackZip().
  Result<Package> keep(std::string_view zip);
  // On the writer thread: from here on the package is there to stay. Content that is known keeps its first blob.
  void record(const Package& package);
  // On the writer thread, when no function, version or layer uses the content any more.
  void forget(const std::string& contentId);
  // For Blobs::sweep().
  bool refersTo(const store::BlobId& blob);

  // The bytes as they were uploaded. Blocks. Fault: ResourceNotFoundException 404.
  Result<std::string> readZip(const std::string& contentId);

  // The entry of code/ with the package's tree, or with the layers' trees one over the other; unpacked first when
  // it is not there. Blocks then; mounted() tells beforehand. Faults: ResourceNotFoundException, those of
  // unpackZip().
  Result<std::string> tree(const std::string& contentId);
  Result<std::string> layeredTree(const std::vector<std::string>& contentIds);
  // Whether the entry for these is there already. Thread-safe, does not block.
  bool isUnpacked(const std::string& contentId) const;
  static std::string layersEntry(const std::vector<std::string>& contentIds);

  // Whether the tree has a regular file of that name at its top.
  bool hasFile(const std::string& entry, const char* name) const;

 private:
  Result<void> unpackInto(const std::string& entry, const std::vector<std::string_view>& zips);
  void remember(const std::string& entry);

  base::Fd code_;  // the folder code/
  store::Blobs& blobs_;
  store::Database& database_;
  base::Random& random_;
  PackageLimits limits_;
  mutable std::mutex mutex_;
  std::unordered_set<std::string> unpacked_;  // guarded by mutex_
};

}  // namespace hearth::functions
