// Messages from strangers: heads are read within limits, what comes out is UTF-8, addresses that pass the check are
// safe in an SMTP envelope, and a Bcc field is gone once it is removed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/bytes.h"
#include "mail/header_text.h"
#include "mail/mime.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void checkMailboxes(const std::vector<hearth::mail::Mailbox>& mailboxes) {
  for (const auto& mailbox : mailboxes) {
    require(hearth::base::isUtf8(mailbox.name));
    if (!hearth::mail::checkAddress(mailbox.address).ok()) continue;
    for (const char c : mailbox.address) require(c > ' ' && c <= '~' && c != '<' && c != '>');
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto head = hearth::mail::parseHead(text); head.ok()) {
    require(hearth::base::isUtf8(head->subject));
    checkMailboxes(head->from);
    checkMailboxes(head->to);
    checkMailboxes(head->cc);
    checkMailboxes(head->bcc);
    const auto stripped = hearth::mail::withoutBcc(text);
    require(stripped.size() <= text.size());
    const auto again = hearth::mail::parseHead(stripped);
    require(!again.ok() || again->bcc.empty());
  }
  checkMailboxes(hearth::mail::parseMailboxes(text));

  const auto decoded = hearth::mail::decodeHeaderText(text);
  require(hearth::base::isUtf8(decoded));
  const auto encoded = hearth::mail::encodeHeaderText(decoded, 9);
  require(hearth::mail::decodeHeaderText(encoded) == decoded);

  const auto lines = hearth::mail::withCrlf(text);
  require(hearth::mail::withCrlf(lines) == lines);
  return 0;
}
