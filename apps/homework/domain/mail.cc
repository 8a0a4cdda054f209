#include "homework/domain/mail.h"

#include <algorithm>

#include "homework/domain/course.h"
#include "homework/domain/hash.h"
#include "homework/domain/json_text.h"
#include "homework/domain/mime.h"

namespace hearth::homework {
namespace {

constexpr std::size_t kMaxOutboxObject = 8 * 1024 * 1024;

// One part with its encoding; the text ends with a line end.
std::string part(const std::string& boundary, const std::string& type, const std::string& body) {
  return "--" + boundary + "\r\nContent-Type: " + type + "\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
         quotedPrintable(body) + "\r\n";
}

// base64 in lines of 76 characters.
std::string base64Lines(std::string_view bytes) {
  const std::string all = base64(bytes);
  std::string out;
  for (std::size_t i = 0; i < all.size(); i += 76) out += all.substr(i, 76) + "\r\n";
  return out;
}

}  // namespace

std::string mailId(std::string_view kind, std::string_view about, std::string_view recipient,
                   std::string_view version) {
  std::string parts;
  for (const std::string_view part : {kind, about, recipient, version}) parts += std::string(part) + "\n";
  return sha256Hex(parts).substr(0, 32);
}

std::string htmlEscape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string composeMail(const MailHeaders& headers, const MailText& text) {
  const std::string boundary = "=_" + headers.id;
  const std::string_view sender = addressOf(headers.from);
  const std::string domain(sender.substr(std::min(sender.find('@') + 1, sender.size())));
  std::string out;
  out += "From: " + headerMailbox(headers.from) + "\r\n";
  out += "To: " + std::string(addressOf(headers.to)) + "\r\n";
  if (!headers.replyTo.empty()) out += "Reply-To: " + headerMailbox(headers.replyTo) + "\r\n";
  out += "Subject: " + headerText(text.subject) + "\r\n";
  out += "Date: " + mailDate(headers.date) + "\r\n";
  out += "Message-ID: <" + headers.id + "@" + domain + ">\r\n";
  out += "Auto-Submitted: auto-generated\r\n";
  out += "MIME-Version: 1.0\r\n";
  const std::string alternative = "Content-Type: multipart/alternative;\r\n boundary=\"" + boundary + "\"\r\n\r\n" +
                                  part(boundary, "text/plain; charset=utf-8", text.text) +
                                  part(boundary, "text/html; charset=utf-8", text.html) + "--" + boundary +
                                  "--\r\n";
  if (!text.attachment) return out + alternative;
  const std::string mixed = "=_m" + headers.id;
  out += "Content-Type: multipart/mixed;\r\n boundary=\"" + mixed + "\"\r\n\r\n--" + mixed + "\r\n" + alternative;
  out += "--" + mixed + "\r\nContent-Type: " + text.attachment->type +
         "\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n filename=\"" +
         text.attachment->fileName + "\"\r\n\r\n" + base64Lines(text.attachment->content);
  return out + "--" + mixed + "--\r\n";
}

std::string outboxMailJson(const OutboxMail& mail) {
  return pythonJson(json::object{{"id", mail.id},
                                 {"kind", mail.kind},
                                 {"studentId", mail.studentId},
                                 {"to", mail.to},
                                 {"from", mail.from},
                                 {"subject", mail.subject},
                                 {"createdAt", formatInstant(mail.createdAt)},
                                 {"raw", base64(mail.raw)}});
}

Outcome<OutboxMail> parseOutboxMail(std::string_view text) {
  auto document = parseJson(text, kMaxOutboxObject, "the queued mail");
  if (!document) return document.problem();
  const auto* object = document->if_object();
  const auto raw = object != nullptr ? decodeBase64(findString(*object, "raw").value_or("?")) : std::nullopt;
  if (!raw) return Problem{"the queued mail has no message"};
  OutboxMail mail;
  mail.id = findString(*object, "id").value_or("");
  mail.kind = findString(*object, "kind").value_or("");
  mail.studentId = findString(*object, "studentId").value_or("");
  mail.to = findString(*object, "to").value_or("");
  mail.from = findString(*object, "from").value_or("");
  mail.subject = findString(*object, "subject").value_or("");
  mail.createdAt = parseInstant(findString(*object, "createdAt").value_or("")).value_or(Instant{});
  mail.raw = std::move(*raw);
  return mail;
}

std::string mailFailureJson(const MailFailure& failure) {
  return pythonJson(json::object{{"at", formatInstant(failure.at)},
                                 {"code", failure.code},
                                 {"message", failure.message},
                                 {"permanent", failure.permanent},
                                 {"attempts", failure.attempts}});
}

Outcome<MailFailure> parseMailFailure(std::string_view text) {
  auto document = parseJson(text, 64 * 1024, "the mail failure");
  if (!document) return document.problem();
  const auto* object = document->if_object();
  if (object == nullptr) return Problem{"the mail failure is not an object"};
  MailFailure failure;
  failure.at = parseInstant(findString(*object, "at").value_or("")).value_or(Instant{});
  failure.code = findString(*object, "code").value_or("");
  failure.message = findString(*object, "message").value_or("");
  failure.permanent = findBool(*object, "permanent").value_or(false);
  failure.attempts = static_cast<int>(findInteger(*object, "attempts").value_or(1));
  return failure;
}

}  // namespace hearth::homework
