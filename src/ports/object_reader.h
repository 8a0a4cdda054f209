// ObjectReader: how Lambda reads a package, and CloudFormation a template, from S3. Implemented by services/s3.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace hearth::ports {

struct ObjectRef {
  std::string account;  // of the reader; the bucket must be readable by it
  std::string bucket;
  std::string key;
  std::optional<std::string> versionId;
};

class ObjectReader {
 public:
  virtual ~ObjectReader() = default;
  // The whole object, decrypted. Blocks on the disk: never on the loop. Faults: NoSuchBucket, NoSuchKey,
  // NoSuchVersion (404), EntityTooLarge above `limit` bytes.
  virtual Result<std::string> readObject(const ObjectRef& object, std::uint64_t limit) = 0;
};

}  // namespace hearth::ports
