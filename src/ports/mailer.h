// Mailer: hands a finished message to the outbox. Implemented by mail/, used by services/ses.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace hearth::ports {

struct OutgoingMail {
  std::string account;
  std::string region;
  std::string from;                     // envelope sender, bare address
  std::vector<std::string> recipients;  // envelope recipients, bare addresses
  std::string mime;                     // the message bit for bit as it will be delivered
};

class Mailer {
 public:
  virtual ~Mailer() = default;
  // Puts the message into the durable outbox, in the caller's transaction, and returns its message id. On the
  // writer thread.
  virtual Result<std::string> submit(OutgoingMail mail) = 0;
};

}  // namespace hearth::ports
