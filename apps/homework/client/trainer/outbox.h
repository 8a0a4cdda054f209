// The mails of the pipeline: what they say, and whether they were sent. They lie in the bucket, wherever it runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "homework/client/common/json.h"
#include "homework/client/common/terminal.h"
#include "homework/client/trainer/deployment.h"

namespace hearth::homework::client {

struct OutboxMail {
  std::string id;
  std::string stem;   // the object keys are this and .mail.json, .sent.json, .failed.json
  std::string state;  // sent, failed, pending
  std::string kind;
  std::string studentId;  // empty for trainers' mails
  std::string to;
  std::string subject;
  std::string createdAt;
  std::string problem;  // why it failed
  std::string raw;      // the MIME message

  // `subject/testId`; empty for a mail of a run as a whole.
  std::string test() const;
};

inline constexpr std::string_view kOutboxPrefix = "outbox/";

// All mails below `prefix`, oldest first.
Result<std::vector<OutboxMail>> readOutbox(Cloud& cloud, const Deployment& deployment,
                                           std::string_view prefix = kOutboxPrefix);

// The mail whose id begins with `id`. Failure kUsage for none and for several.
Result<OutboxMail> findMail(const std::vector<OutboxMail>& mails, const std::string& id);

// Lets a failed mail be tried again; to `address` from now on, when that is not empty and another than before.
Status releaseMail(Cloud& cloud, const Deployment& deployment, const OutboxMail& mail, const std::string& address);

// The mail document with another recipient, in its member `to` and in the message's header; nullopt when it is
// none.
std::optional<std::string> withRecipient(const std::string& document, const std::string& address);

std::vector<std::string> outboxLines(const std::vector<OutboxMail>& mails, const Style& style);
Json outboxJson(const std::vector<OutboxMail>& mails);

// The mail for people: From, To, Subject and Date, and the text/plain part decoded; all of `raw` when it has no
// such part.
std::string readableMail(const OutboxMail& mail);

// RFC 2045, 6.7: escapes and soft line ends decoded, with line ends of either kind; what is not well formed stays
// as it is.
std::string quotedPrintableDecoded(std::string_view text);

// nullopt when `text` is not base64 (RFC 4648, padded).
std::optional<std::string> base64Decoded(std::string_view text);

}  // namespace hearth::homework::client
