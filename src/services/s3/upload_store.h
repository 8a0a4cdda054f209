// Multipart uploads in progress.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/s3/object_store.h"

namespace hearth::services::s3 {

struct UploadRow {
  std::string uploadId;
  std::int64_t bucketId = 0;
  std::string key;
  base::Time initiated{};
  std::string checksumAlgorithm;  // empty: none asked for
  ObjectAttributes attributes;
};

struct PartRow {
  std::int64_t number = 0;
  std::uint64_t size = 0;
  std::string md5;  // hex
  base::Time modified{};
  std::optional<Checksum> checksum;
  store::BlobId blob;  // empty for a part without bytes
};

class UploadStore final {
 public:
  explicit UploadStore(store::Database& database) : database_(database) {}

  std::optional<UploadRow> find(const std::string& uploadId) const;
  // In the order of keys, then ids, behind (afterKey, afterId).
  std::vector<UploadRow> list(std::int64_t bucketId, const std::string& prefix, const std::string& afterKey,
                              const std::string& afterId, std::size_t most) const;
  void insert(const UploadRow& upload);
  void remove(const std::string& uploadId);
  bool any(std::int64_t bucketId) const;

  std::vector<PartRow> parts(const std::string& uploadId, std::int64_t after, std::size_t most) const;
  // Replaces a part of the same number; its blob comes back.
  store::BlobId putPart(const std::string& uploadId, const PartRow& part);

 private:
  store::Database& database_;
};

}  // namespace hearth::services::s3
