#include "services/s3/checksums.h"

namespace hearth::services::s3 {

std::optional<base::HashKind> checksumKind(std::string_view algorithm) {
  if (algorithm == "CRC32") return base::HashKind::kCrc32;
  if (algorithm == "CRC32C") return base::HashKind::kCrc32c;
  if (algorithm == "CRC64NVME") return base::HashKind::kCrc64Nvme;
  if (algorithm == "SHA1") return base::HashKind::kSha1;
  if (algorithm == "SHA256") return base::HashKind::kSha256;
  return std::nullopt;
}

}  // namespace hearth::services::s3
