// SHA-256, HMAC-SHA256 and the text encodings that signing needs.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace hearth::sdk {

using Sha256 = std::array<unsigned char, 32>;

Sha256 sha256(std::string_view data);
Sha256 hmacSha256(std::string_view key, std::string_view data);
std::string hex(std::string_view bytes);  // lower case
std::string base64(std::string_view bytes);

inline std::string_view bytesOf(const Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// Percent-encoding of RFC 3986 as SigV4 wants it: everything but A-Z a-z 0-9 - _ . ~, and `/` where it is kept.
enum class Slash : unsigned char { kEncode, kKeep };
std::string uriEncode(std::string_view text, Slash slash);

}  // namespace hearth::sdk
