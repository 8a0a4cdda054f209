// SHA-256 as content addresses, receipts and mail ids use it.
#pragma once

#include <string>
#include <string_view>

namespace hearth::homework {

std::string sha256Hex(std::string_view data);  // 64 lower-case digits
bool isSha256Hex(std::string_view text);

// The first `count` (at most 12) symbols of Crockford's base32 of the data's SHA-256: no I, L, O, U.
std::string crockfordOfHash(std::string_view data, std::size_t count);

}  // namespace hearth::homework
