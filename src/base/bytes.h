// Small conversions between bytes and text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth::base {

std::string hexEncode(std::string_view bytes);
std::optional<std::string> hexDecode(std::string_view hex);

// RFC 4648, standard alphabet with padding. Decoding is strict, except that ASCII white space is skipped.
std::string base64Encode(std::string_view bytes);
std::optional<std::string> base64Decode(std::string_view text);

// RFC 3986 percent-encoding of everything outside the unreserved characters; `keepSlash` leaves '/' alone.
std::string uriEncode(std::string_view text, bool keepSlash = false);
// Malformed escapes are left as they stand. With `plusIsSpace`, as in forms.
std::string uriDecode(std::string_view text, bool plusIsSpace = false);

// The size of the well-formed UTF-8 sequence that the text begins with; 0 when it begins with none.
std::size_t utf8Length(std::string_view text);
// True when the bytes are well-formed UTF-8 (no surrogates, no overlong forms).
bool isUtf8(std::string_view bytes);
// The bytes, with U+FFFD for each that is part of no well-formed sequence.
std::string toUtf8(std::string_view bytes);

// ASCII only, independent of the locale.
std::string toLower(std::string_view text);
std::string toUpper(std::string_view text);
std::string_view trim(std::string_view text);
bool equalsIgnoreCase(std::string_view a, std::string_view b);

// Takes the same time wherever the two differ. For secrets and signatures.
bool equalsConstantTime(std::string_view a, std::string_view b);

}  // namespace hearth::base
