// Digests and checksums: raw bytes in, raw bytes out (big-endian for CRCs, as AWS transmits them).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace hearth::base {

enum class HashKind : unsigned char { kMd5, kSha1, kSha256, kSha512, kCrc32, kCrc32c, kCrc64Nvme };

// One running digest. Not thread-safe; finish() once.
class Hasher final {
 public:
  explicit Hasher(HashKind kind);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  void update(std::string_view bytes);
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string md5(std::string_view bytes);
std::string sha256(std::string_view bytes);
std::string sha256Hex(std::string_view bytes);
std::string hmacSha256(std::string_view key, std::string_view bytes);
// `seed` is the checksum of the bytes before these.
std::uint32_t crc32(std::string_view bytes, std::uint32_t seed = 0);
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);
std::uint64_t crc64Nvme(std::string_view bytes, std::uint64_t seed = 0);

}  // namespace hearth::base
