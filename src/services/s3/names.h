// Which names S3 takes. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hearth::services::s3 {

// Fault: InvalidBucketName 400.
Result<void> checkBucketName(std::string_view name);
// 1 to 1024 bytes of UTF-8. Faults: KeyTooLongError 400, InvalidURI 400. A key is never a path on this machine.
Result<void> checkKey(std::string_view key);

// What a copy reads: "/bucket/key?versionId=ID", percent-encoded. Fault: InvalidArgument 400.
struct CopySource {
  std::string bucket;
  std::string key;
  std::optional<std::string> versionId;
};
Result<CopySource> parseCopySource(const std::string& text);

// Of what a copy reads: at most 5 GiB. Fault: InvalidRequest 400.
Result<void> checkCopySize(std::uint64_t size);

Fault noSuchBucket(std::string_view name);
Fault noSuchKey(std::string_view key);
Fault noSuchVersion(std::string_view key, std::string_view versionId);
Fault preconditionFailed(std::string_view condition);
Fault invalidArgument(std::string message, std::string_view name = {}, std::string_view value = {});
// For what Hearth does not do: 501, with the feature named.
Fault notImplemented(std::string_view feature);

}  // namespace hearth::services::s3
