// The encodings of mail: RFC 2045 quoted-printable and base64, RFC 2047 words in headers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth::homework {

std::string quotedPrintable(std::string_view text);  // LF or CRLF in, CRLF out
std::string base64(std::string_view bytes);
std::optional<std::string> decodeBase64(std::string_view text);

// Text for a header: as it is when it is plain ASCII, else encoded words, folded. Control characters become spaces.
std::string headerText(std::string_view text);
// A mailbox for a header: its name as headerText, its address as it is.
std::string headerMailbox(std::string_view mailbox);

}  // namespace hearth::homework
