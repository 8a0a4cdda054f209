// Text in header fields: RFC 2047 encoded words, both ways.
#pragma once

#include <string>
#include <string_view>

namespace hearth::mail {

// A header value as people read it: folding removed, encoded words decoded, UTF-8 throughout. Well-formed for any
// input: words in an unknown charset or with a broken encoding stay as they are written, bytes that are no UTF-8
// become U+FFFD, controls become blanks.
std::string decodeHeaderText(std::string_view value);

// Text of an unstructured field (Subject) for the wire: ASCII as it is, anything else in UTF-8 encoded words of at
// most 75 characters; folded, with `column` characters standing before it on its line. Precondition: UTF-8 without
// controls.
std::string encodeHeaderText(std::string_view text, std::size_t column);

// `name <address>` with the name quoted or encoded as it needs to be; the address alone when the name is empty.
std::string formatMailbox(std::string_view name, std::string_view address, std::size_t column);

}  // namespace hearth::mail
