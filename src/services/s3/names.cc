#include "services/s3/names.h"

#include <algorithm>
#include <string>

#include "base/bytes.h"

namespace hearth::services::s3 {
namespace {

bool looksLikeAddress(std::string_view name) {
  int dots = 0;
  for (char c : name) {
    if (c == '.')
      ++dots;
    else if (c < '0' || c > '9')
      return false;
  }
  return dots == 3;
}

bool isBucketName(std::string_view name) {
  if (name.size() < 3 || name.size() > 63) return false;
  auto edge = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (!edge(name.front()) || !edge(name.back())) return false;
  if (!std::all_of(name.begin(), name.end(), [&](char c) { return edge(c) || c == '-' || c == '.'; })) return false;
  if (name.find("..") != std::string_view::npos || looksLikeAddress(name)) return false;
  return !name.starts_with("xn--") && !name.ends_with("-s3alias");
}

}  // namespace

Result<void> checkBucketName(std::string_view name) {
  if (isBucketName(name)) return {};
  return Fault("InvalidBucketName", "The specified bucket is not valid.")
      .with("BucketName", std::string(name.substr(0, 256)));
}

Result<void> checkKey(std::string_view key) {
  if (key.empty()) return Fault("InvalidURI", "Couldn't parse the specified URI.");
  if (key.size() > 1024)
    return Fault("KeyTooLongError", "Your key is too long")
        .with("Size", std::to_string(key.size()))
        .with("MaxSizeAllowed", "1024");
  if (!base::isUtf8(key) || key.find('\0') != std::string_view::npos)
    return Fault("InvalidURI", "Couldn't parse the specified URI.");
  return {};
}

Fault noSuchBucket(std::string_view name) {
  return Fault("NoSuchBucket", "The specified bucket does not exist", 404).with("BucketName", std::string(name));
}

Result<CopySource> parseCopySource(const std::string& whole) {
  CopySource source;
  std::string_view text = whole;
  if (text.starts_with('/')) text.remove_prefix(1);
  if (auto mark = text.rfind("?versionId="); mark != std::string_view::npos) {
    source.versionId = std::string(text.substr(mark + 11));
    text = text.substr(0, mark);
  }
  const std::string decoded = base::uriDecode(text);
  const std::size_t slash = decoded.find('/');
  if (slash == std::string::npos || slash + 1 == decoded.size())
    return invalidArgument("Invalid copy source object key", "x-amz-copy-source", whole);
  source.bucket = decoded.substr(0, slash);
  source.key = decoded.substr(slash + 1);
  return source;
}

Result<void> checkCopySize(std::uint64_t size) {
  constexpr std::uint64_t kMost = 5ULL << 30;
  if (size <= kMost) return {};
  return Fault("InvalidRequest",
               "The specified copy source is larger than the maximum allowable size for a copy source: " +
                   std::to_string(kMost));
}

Fault noSuchKey(std::string_view key) {
  return Fault("NoSuchKey", "The specified key does not exist.", 404).with("Key", std::string(key));
}

Fault noSuchVersion(std::string_view key, std::string_view versionId) {
  constexpr std::size_t kLength = 32;
  if (versionId.size() != kLength && versionId != "null")
    return invalidArgument("Invalid version id specified", "versionId", std::string(versionId));
  return Fault("NoSuchVersion", "The specified version does not exist.", 404)
      .with("Key", std::string(key))
      .with("VersionId", std::string(versionId));
}

Fault preconditionFailed(std::string_view condition) {
  return Fault("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412)
      .with("Condition", std::string(condition));
}

Fault invalidArgument(std::string message, std::string_view name, std::string_view value) {
  Fault fault("InvalidArgument", std::move(message));
  if (name.empty()) return fault;
  return std::move(fault)
      .with("ArgumentName", std::string(name))
      .with("ArgumentValue", std::string(value.substr(0, 256)));
}

Fault notImplemented(std::string_view feature) {
  return Fault("NotImplemented", "Hearth does not implement " + std::string(feature) + ".", 501);
}

}  // namespace hearth::services::s3
