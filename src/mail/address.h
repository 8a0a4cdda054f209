// Mail addresses: mailbox lists of headers (RFC 5322, section 3.4) and the check of a bare address.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hearth::mail {

struct Mailbox {
  std::string name;     // the display name, decoded to UTF-8; may be empty
  std::string address;  // local@domain as written, not checked
};

// The mailboxes of a header value or an API parameter: comments are dropped, groups are taken apart, routes cut
// off. Never fails: what is no address comes back as it stands, for checkAddress() to refuse. Linear in the text.
std::vector<Mailbox> parseMailboxes(std::string_view text);

// Whether a bare address can stand in an SMTP envelope: ASCII, no blanks or controls, within RFC 5321's lengths.
// Faults: InvalidParameterValue 400 in SES's words ("Missing final '@domain'" and the like).
Result<void> checkAddress(std::string_view address);

}  // namespace hearth::mail
