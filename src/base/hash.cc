#include "base/hash.h"

#include <openssl/evp.h>
#include <openssl/params.h>
#include <zlib.h>

#include <array>
#include <cstring>
#include <stdexcept>

#include "base/bytes.h"

namespace hearth::base {
namespace {

void require(bool succeeded, const char* step) {
  if (!succeeded) throw std::runtime_error(std::string("OpenSSL failed: ") + step);
}

// Fetched once: a fetch takes locks and costs more than hashing a short text. Never freed.
const EVP_MD* digestOf(HashKind kind) {
  const auto fetch = [](const char* name) {
    EVP_MD* digest = EVP_MD_fetch(nullptr, name, nullptr);
    require(digest != nullptr, name);
    return digest;
  };
  static const EVP_MD* const kMd5Digest = fetch("MD5");
  static const EVP_MD* const kSha1Digest = fetch("SHA1");
  static const EVP_MD* const kSha256Digest = fetch("SHA256");
  static const EVP_MD* const kSha512Digest = fetch("SHA512");
  switch (kind) {
    case HashKind::kMd5:
      return kMd5Digest;
    case HashKind::kSha1:
      return kSha1Digest;
    case HashKind::kSha256:
      return kSha256Digest;
    case HashKind::kSha512:
      return kSha512Digest;
    default:
      return nullptr;  // A CRC.
  }
}

// Slicing-by-8 tables of a reflected CRC: table[k][b] is the CRC of byte b followed by k zero bytes.
template <class Word>
using Tables = std::array<std::array<Word, 256>, 8>;

template <class Word>
constexpr Tables<Word> makeTables(Word polynomial) {
  Tables<Word> tables{};
  for (unsigned b = 0; b < 256; ++b) {
    Word crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ polynomial : crc >> 1;
    tables[0][b] = crc;
  }
  for (unsigned b = 0; b < 256; ++b) {
    for (std::size_t k = 1; k < 8; ++k) {
      const Word previous = tables[k - 1][b];
      tables[k][b] = previous >> 8 ^ tables[0][previous & 0xFF];
    }
  }
  return tables;
}

constexpr Tables<std::uint32_t> kCrc32cTables = makeTables<std::uint32_t>(0x82F63B78U);
constexpr Tables<std::uint64_t> kCrc64NvmeTables = makeTables<std::uint64_t>(0x9A6C9329AC4BC9B5ULL);

template <class Word>
Word updateByTable(const Tables<Word>& tables, Word crc, std::string_view bytes) {
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);  // Little-endian, like every machine that Hearth runs on.
    word ^= crc;
    crc = 0;
    for (std::size_t k = 0; k < 8; ++k) crc ^= tables[7 - k][word >> (8 * k) & 0xFF];
  }
  for (; left > 0; ++at, --left) {
    crc = crc >> 8 ^ tables[0][(crc ^ static_cast<unsigned char>(*at)) & 0xFF];
  }
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t updateCrc32cInHardware(std::uint32_t crc, std::string_view bytes) {
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t wide = crc;
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    wide = __builtin_ia32_crc32di(wide, word);
  }
  crc = static_cast<std::uint32_t>(wide);
  for (; left > 0; ++at, --left) crc = __builtin_ia32_crc32qi(crc, static_cast<unsigned char>(*at));
  return crc;
}
#endif

std::uint32_t updateCrc32c(std::uint32_t crc, std::string_view bytes) {
#if defined(__x86_64__)
  static const bool kHardware = __builtin_cpu_supports("sse4.2") != 0;
  if (kHardware) return updateCrc32cInHardware(crc, bytes);
#endif
  return updateByTable(kCrc32cTables, crc, bytes);
}

template <class Word>
std::string bigEndian(Word word) {
  std::string bytes(sizeof word, '\0');
  for (std::size_t i = sizeof word; i-- > 0; word >>= 8) bytes[i] = static_cast<char>(word);
  return bytes;
}

std::string digestOnce(HashKind kind, std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  require(EVP_Digest(bytes.data(), bytes.size(), digest, &size, digestOf(kind), nullptr) == 1, "EVP_Digest");
  return {reinterpret_cast<const char*>(digest), size};
}

struct FreeDigest {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct FreeMac {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

}  // namespace

struct Hasher::State {
  HashKind kind;
  std::unique_ptr<EVP_MD_CTX, FreeDigest> digest;  // Null for the CRCs.
  std::uint64_t crc = 0;
};

Hasher::Hasher(HashKind kind) : state_(std::make_unique<State>()) {
  state_->kind = kind;
  const EVP_MD* digest = digestOf(kind);
  if (digest == nullptr) return;
  state_->digest.reset(EVP_MD_CTX_new());
  require(state_->digest != nullptr && EVP_DigestInit_ex2(state_->digest.get(), digest, nullptr) == 1,
          "EVP_DigestInit_ex2");
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(std::string_view bytes) {
  State& s = *state_;
  switch (s.kind) {
    case HashKind::kCrc32:
      s.crc = crc32(bytes, static_cast<std::uint32_t>(s.crc));
      return;
    case HashKind::kCrc32c:
      s.crc = crc32c(bytes, static_cast<std::uint32_t>(s.crc));
      return;
    case HashKind::kCrc64Nvme:
      s.crc = crc64Nvme(bytes, s.crc);
      return;
    default:
      require(EVP_DigestUpdate(s.digest.get(), bytes.data(), bytes.size()) == 1, "EVP_DigestUpdate");
  }
}

std::string Hasher::finish() {
  State& s = *state_;
  if (s.kind == HashKind::kCrc64Nvme) return bigEndian(s.crc);
  if (!s.digest) return bigEndian(static_cast<std::uint32_t>(s.crc));
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  require(EVP_DigestFinal_ex(s.digest.get(), digest, &size) == 1, "EVP_DigestFinal_ex");
  return {reinterpret_cast<const char*>(digest), size};
}

std::string md5(std::string_view bytes) { return digestOnce(HashKind::kMd5, bytes); }
std::string sha256(std::string_view bytes) { return digestOnce(HashKind::kSha256, bytes); }
std::string sha256Hex(std::string_view bytes) { return hexEncode(sha256(bytes)); }

std::string hmacSha256(std::string_view key, std::string_view bytes) {
  static EVP_MAC* const kHmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  const std::unique_ptr<EVP_MAC_CTX, FreeMac> context(EVP_MAC_CTX_new(kHmac));
  require(context != nullptr, "EVP_MAC_CTX_new");
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0),
                                   OSSL_PARAM_construct_end()};
  // OpenSSL takes a null key for "keep the former one", so that an empty key needs an address.
  const char* const keyBytes = key.empty() ? "" : key.data();
  unsigned char mac[EVP_MAX_MD_SIZE];
  std::size_t size = 0;
  require(
      EVP_MAC_init(context.get(), reinterpret_cast<const unsigned char*>(keyBytes), key.size(), parameters) == 1,
      "EVP_MAC_init");
  require(EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1,
          "EVP_MAC_update");
  require(EVP_MAC_final(context.get(), mac, &size, sizeof mac) == 1, "EVP_MAC_final");
  return {reinterpret_cast<const char*>(mac), size};
}

std::uint32_t crc32(std::string_view bytes, std::uint32_t seed) {
  if (bytes.empty()) return seed;  // zlib takes a null buffer for a wish to start over.
  return static_cast<std::uint32_t>(
      ::crc32_z(seed, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed) { return ~updateCrc32c(~seed, bytes); }

std::uint64_t crc64Nvme(std::string_view bytes, std::uint64_t seed) {
  return ~updateByTable(kCrc64NvmeTables, ~seed, bytes);
}

}  // namespace hearth::base
