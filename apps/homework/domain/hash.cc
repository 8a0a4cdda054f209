// The low-level functions, deprecated but not going away, spare a short-lived function the start of OpenSSL's
// providers.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "homework/domain/hash.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace hearth::homework {
namespace {

std::array<unsigned char, 32> sha256(std::string_view data) {
  std::array<unsigned char, 32> digest{};
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, data.data(), data.size());
  SHA256_Final(digest.data(), &state);
  return digest;
}

}  // namespace

std::string sha256Hex(std::string_view data) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const unsigned char byte : sha256(data)) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

bool isSha256Hex(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(),
                                          [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string crockfordOfHash(std::string_view data, std::size_t count) {
  constexpr char kSymbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const auto digest = sha256(data);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 8; ++i) bits = bits << 8 | digest[i];
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(count, 12); ++i) out += kSymbols[bits >> (59 - 5 * i) & 31];
  return out;
}

}  // namespace hearth::homework
