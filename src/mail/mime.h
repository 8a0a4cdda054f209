// Messages on the wire (RFC 5322): reading their heads, and building simple ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "mail/address.h"

namespace hearth::mail {

// What the outbox and SendRawEmail need to know of a message.
struct MessageHead {
  std::string subject;  // decoded; empty when there is none
  std::vector<Mailbox> from;
  std::vector<Mailbox> to;
  std::vector<Mailbox> cc;
  std::vector<Mailbox> bcc;
};

// Reads the header fields and nothing behind them. A field that is given twice counts twice; lines that are no
// field end the head, as an empty line does. Lines may end in CRLF or LF. Fault: InvalidParameterValue 400 when the
// head is longer than 256 KiB.
Result<MessageHead> parseHead(std::string_view message);

// The message without its Bcc fields, as SES sends it; everything else bit for bit.
std::string withoutBcc(std::string_view message);

// A message of SendEmail: parameters as the API gives them.
struct Draft {
  std::string from;  // one mailbox, with or without a name
  std::vector<std::string> to;
  std::vector<std::string> cc;
  std::vector<std::string> replyTo;
  std::string subject;              // UTF-8
  std::optional<std::string> text;  // UTF-8
  std::optional<std::string> html;  // UTF-8
  base::Time date{};
};

// The message with CRLF line ends, ASCII throughout: text/plain, text/html, or both as multipart/alternative.
// Faults: InvalidParameterValue 400 for an address that is none, a subject with controls, text that is no UTF-8, or
// a draft without a body.
Result<std::string> buildMessage(const Draft& draft, base::Random& random);

// With CRLF at every line's end: lone CR and LF become CRLF, which is what SMTP demands (RFC 5321, section 2.3.8).
std::string withCrlf(std::string_view text);

}  // namespace hearth::mail
