// What the commands about mails do.
#pragma once

#include <string>
#include <vector>

#include "homework/client/trainer/desk.h"
#include "homework/client/trainer/outbox.h"
#include "homework/domain/catalogue.h"

namespace hearth::homework::client {

class MailDesk final {
 public:
  // `desk` outlives it.
  explicit MailDesk(Desk& desk) : desk_(desk) {}

  enum class Mails : unsigned char { kAll, kFailed };
  Status list(Mails which);
  enum class Form : unsigned char { kReadable, kRaw };
  Status show(const std::string& id, Form form);
  enum class Mode : unsigned char { kPlanOnly, kDo };
  // `names`: beginnings of mails' ids, or students, whose failed mails are meant. Sends at once, to the address
  // that the roster has now.
  Status resend(const std::vector<std::string>& names, Mails which, Mode mode);

 private:
  // Lets the functions try the mails again.
  Status deliver(const std::vector<OutboxMail>& mails, const Catalogue& catalogue);

  Desk& desk_;
};

}  // namespace hearth::homework::client
