#include "mail/mime.h"

#include <algorithm>

#include "base/bytes.h"
#include "mail/header_text.h"

namespace hearth::mail {
namespace {

constexpr std::size_t kLongestHead = 256 * 1024;

struct Field {
  std::string_view name;
  std::string_view value;  // with its folding
  std::string_view whole;  // with the line end
};

// The line at the beginning of `text`, with its end.
std::string_view lineOf(std::string_view text) { return text.substr(0, text.find('\n') + 1); }

bool isFieldName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
}

// Takes the next field off the beginning of `rest`; nullopt at the end of the head.
std::optional<Field> takeField(std::string_view& rest) {
  const std::string_view begin = rest;
  std::string_view line = lineOf(rest);
  if (line.empty()) line = rest;  // the last line, without an end
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  // Blanks before the colon are obsolete, and still written.
  const auto name = line.substr(0, colon).substr(0, line.substr(0, colon).find_last_not_of(" \t") + 1);
  if (!isFieldName(name)) return std::nullopt;
  std::size_t size = line.size();
  while (size < begin.size() && (begin[size] == ' ' || begin[size] == '\t')) {
    const auto next = lineOf(begin.substr(size));
    size = next.empty() ? begin.size() : size + next.size();
  }
  rest.remove_prefix(size);
  return Field{name, begin.substr(colon + 1, size - colon - 1), begin.substr(0, size)};
}

void append(std::vector<Mailbox>& list, std::string_view value) {
  auto more = parseMailboxes(value);
  std::move(more.begin(), more.end(), std::back_inserter(list));
}

Fault invalid(std::string message) { return {"InvalidParameterValue", std::move(message)}; }

bool hasControls(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

// Wed, 09 Apr 2019 21:00:00 +0000
std::string formatDate(base::Time time) {
  std::string date = base::formatHttpDate(time);
  date.replace(date.size() - 3, 3, "+0000");
  return date;
}

Result<std::string> addressField(std::string_view name, const std::vector<std::string>& texts) {
  std::string field(name);
  field += ": ";
  bool first = true;
  for (const auto& text : texts) {
    if (hasControls(text) || !base::isUtf8(text)) return invalid("Local address contains control or whitespace");
    const auto mailboxes = parseMailboxes(text);
    if (mailboxes.empty()) return invalid("Missing final '@domain'");
    for (const auto& mailbox : mailboxes) {
      HEARTH_CHECK(checkAddress(mailbox.address));
      if (!first) field += ",\r\n ";
      first = false;
      field += formatMailbox(mailbox.name, mailbox.address, 20);
    }
  }
  return field + "\r\n";
}

// Whether the text may go as it is: ASCII in lines of reasonable length.
bool isSevenBit(std::string_view text) {
  constexpr std::size_t kLongest = 78;
  std::size_t column = 0;
  for (const char c : text) {
    if (c == '\n') {
      column = 0;
    } else if (static_cast<unsigned char>(c) >= 0x7f || c == '\0' || ++column > kLongest) {
      return false;
    }
  }
  return true;
}

// RFC 2045, section 6.7; `text` has CRLF line ends.
std::string quotedPrintable(std::string_view text) {
  constexpr std::size_t kLongest = 75;  // and the `=` of a soft break
  std::string result;
  std::size_t column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r' && text.substr(i, 2) == "\r\n") {
      result += "\r\n";
      column = 0;
      ++i;
      continue;
    }
    const bool lineEnds = i + 1 == text.size() || text[i + 1] == '\r';
    const bool blank = c == ' ' || c == '\t';
    const bool plain = (c > ' ' && c <= '~' && c != '=') || (blank && !lineEnds);
    std::string piece(1, c);
    if (!plain) piece = "=" + base::toUpper(base::hexEncode(piece));
    if (column + piece.size() > kLongest) {
      result += "=\r\n";
      column = 0;
    }
    result += piece;
    column += piece.size();
  }
  return result;
}

Result<std::string> bodyPart(std::string_view type, std::string_view text) {
  if (!base::isUtf8(text)) return invalid("Message body is not valid UTF-8");
  const std::string lines = withCrlf(text);
  const bool plain = isSevenBit(lines);
  std::string part = "Content-Type: text/" + std::string(type) +
                     "; charset=UTF-8\r\nContent-Transfer-Encoding: " + (plain ? "7bit" : "quoted-printable") +
                     "\r\n\r\n" + (plain ? lines : quotedPrintable(lines));
  if (!part.ends_with("\r\n")) part += "\r\n";
  return part;
}

}  // namespace

Result<MessageHead> parseHead(std::string_view message) {
  MessageHead head;
  std::string_view rest = message.substr(0, kLongestHead + 1);
  bool hasSubject = false;
  while (const auto field = takeField(rest)) {
    if (base::equalsIgnoreCase(field->name, "Subject") && !hasSubject) {
      head.subject = decodeHeaderText(base::trim(field->value));
      hasSubject = true;
    }
    if (base::equalsIgnoreCase(field->name, "From")) append(head.from, field->value);
    if (base::equalsIgnoreCase(field->name, "To")) append(head.to, field->value);
    if (base::equalsIgnoreCase(field->name, "Cc")) append(head.cc, field->value);
    if (base::equalsIgnoreCase(field->name, "Bcc")) append(head.bcc, field->value);
  }
  // Where the head was cut off there is no complete line left.
  if (message.size() > kLongestHead && rest.find('\n') == std::string_view::npos) {
    return invalid("The message header is too long");
  }
  return head;
}

std::string withoutBcc(std::string_view message) {
  std::string result;
  result.reserve(message.size());
  std::string_view rest = message;
  while (const auto field = takeField(rest)) {
    if (!base::equalsIgnoreCase(field->name, "Bcc")) result += field->whole;
  }
  return result.append(rest);
}

std::string withCrlf(std::string_view text) {
  std::string result;
  result.reserve(text.size() + text.size() / 32);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' && text[i] != '\n') {
      result += text[i];
      continue;
    }
    result += "\r\n";
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
  }
  return result;
}

Result<std::string> buildMessage(const Draft& draft, base::Random& random) {
  if (hasControls(draft.subject) || !base::isUtf8(draft.subject))
    return invalid("Subject contains control characters");
  if (!draft.text && !draft.html) return invalid("The message has no body");
  const auto senders = parseMailboxes(draft.from);
  if (senders.size() != 1) return invalid("Illegal address");
  HEARTH_TRY(const auto from, addressField("From", {draft.from}));

  const std::string& sender = senders.front().address;
  std::string message = "Date: " + formatDate(draft.date) + "\r\n" + from;
  if (!draft.replyTo.empty()) {
    HEARTH_TRY(const auto replyTo, addressField("Reply-To", draft.replyTo));
    message += replyTo;
  }
  if (!draft.to.empty()) {
    HEARTH_TRY(const auto to, addressField("To", draft.to));
    message += to;
  }
  if (!draft.cc.empty()) {
    HEARTH_TRY(const auto cc, addressField("Cc", draft.cc));
    message += cc;
  }
  message += "Message-ID: <" + base::randomUuid(random) + sender.substr(sender.rfind('@')) + ">\r\n";
  message += "Subject: " + encodeHeaderText(draft.subject, 9) + "\r\nMIME-Version: 1.0\r\n";
  if (!draft.text || !draft.html) {
    HEARTH_TRY(const auto part, bodyPart(draft.text ? "plain" : "html", draft.text ? *draft.text : *draft.html));
    return message + part;
  }
  HEARTH_TRY(const auto text, bodyPart("plain", *draft.text));
  HEARTH_TRY(const auto html, bodyPart("html", *draft.html));
  // 128 random bits: no text contains it.
  const std::string boundary = "=_" + base::hexEncode(base::randomBytes(random, 16));
  return message + "Content-Type: multipart/alternative; boundary=\"" + boundary + "\"\r\n\r\n--" + boundary +
         "\r\n" + text + "--" + boundary + "\r\n" + html + "--" + boundary + "--\r\n";
}

}  // namespace hearth::mail
