// Mails as complete MIME messages, and the outbox that they wait in. Equal input makes equal bytes: the time and
// the id are part of the input, never of the moment. What mails say: student_mail.h, trainer_mail.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "homework/domain/outcome.h"
#include "homework/domain/times.h"

namespace hearth::homework {

// What kind of mail, about what, for whom; whoever queues one with the same parts queues the same mail.
std::string mailId(std::string_view kind, std::string_view about, std::string_view recipient,
                   std::string_view version);

struct MailAttachment {
  std::string fileName;  // plain ASCII
  std::string type;      // `text/calendar; charset=utf-8; method=PUBLISH`
  std::string content;
};

struct MailText {
  std::string subject;
  std::string text;
  std::string html;  // a whole document
  std::optional<MailAttachment> attachment{};
};

struct MailHeaders {
  std::string from;     // a mailbox
  std::string to;       // an address
  std::string replyTo;  // may be empty
  std::string id;       // of mailId
  Instant date{};
};

// multipart/alternative of both texts as quoted-printable, CRLF lines of at most 76 characters; with an attachment
// within multipart/mixed.
std::string composeMail(const MailHeaders& headers, const MailText& text);

std::string htmlEscape(std::string_view text);

// An object of the outbox.
struct OutboxMail {
  std::string id;
  std::string kind;
  std::string studentId;  // empty for trainers' mails
  std::string to;
  std::string from;
  std::string subject;
  Instant createdAt{};
  std::string raw;
};
std::string outboxMailJson(const OutboxMail& mail);
Outcome<OutboxMail> parseOutboxMail(std::string_view text);

struct MailFailure {
  Instant at{};
  std::string code;
  std::string message;
  bool permanent = false;
  int attempts = 1;
};
std::string mailFailureJson(const MailFailure& failure);
Outcome<MailFailure> parseMailFailure(std::string_view text);

}  // namespace hearth::homework
