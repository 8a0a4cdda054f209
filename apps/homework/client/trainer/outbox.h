// The mails that scoring has queued: what they say, and whether they were sent. They lie in the bucket, wherever
// the pipeline runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "homework/client/common/json.h"
#include "homework/client/trainer/deployment.h"

namespace hearth::homework::client {

struct OutboxMail {
  std::string id;
  std::string stem;   // the object keys are this and .mail.json, .sent.json, .failed.json
  std::string state;  // sent, failed, pending
  std::string kind;
  std::string to;
  std::string subject;
  std::string createdAt;
  std::string problem;  // why it failed
  std::string raw;      // the MIME message
};

// All mails, oldest first.
Result<std::vector<OutboxMail>> readOutbox(Cloud& cloud, const Deployment& deployment);

// The mail whose id begins with `id`. Failure kUsage for none and for several.
Result<OutboxMail> findMail(const std::vector<OutboxMail>& mails, const std::string& id);

// Lets the next scoring run try a failed mail again.
Status releaseMail(Cloud& cloud, const Deployment& deployment, const OutboxMail& mail);

std::vector<std::string> outboxLines(const std::vector<OutboxMail>& mails, std::size_t width);
Json outboxJson(const std::vector<OutboxMail>& mails);

// The mail for people: From, To, Subject and Date, and the text/plain part decoded; all of `raw` when it has no
// such part.
std::string readableMail(const OutboxMail& mail);

// nullopt when `text` is not base64 (RFC 4648, padded).
std::optional<std::string> base64Decoded(std::string_view text);

}  // namespace hearth::homework::client
