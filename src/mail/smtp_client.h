// SmtpClient: hands one message for one recipient to a relay (RFC 5321), through libcurl.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace hearth::mail {

enum class TlsMode : unsigned char {
  kOff,       // in clear, also the password
  kOptional,  // STARTTLS when the relay offers it, its certificate unchecked; with a user like kRequired
  kRequired,  // STARTTLS or nothing; the certificate is checked
  kImplicit,  // TLS from the first byte (port 465); the certificate is checked
};

// The server that takes our mail.
struct Relay {
  std::string host;
  std::uint16_t port = 587;
  TlsMode tls = TlsMode::kRequired;
  std::string user;      // empty: no authentication
  std::string password;  // never logged
  std::string caFile;    // PEM file to trust instead of the system's
  std::string greeting;  // the name we give in EHLO; empty: the machine's
  base::Duration connectTimeout = std::chrono::seconds{30};
  base::Duration replyTimeout = std::chrono::minutes{5};
  base::Duration totalTimeout = std::chrono::minutes{15};
};

enum class SmtpOutcome : unsigned char {
  kAccepted,   // the relay has it
  kPermanent,  // refused: trying again is of no use
  kTransient,  // not now: a 4xx reply, a lost connection, a relay that is down or set up wrongly
  kCancelled,  // broken off by us
};

struct SmtpResult {
  SmtpOutcome outcome = SmtpOutcome::kTransient;
  std::string detail;  // the relay's last reply, or what went wrong; one printable line
};

// Every message goes over a connection of its own: a relay that hangs or hung up cannot harm the next one, nor keep
// the server from stopping. Belongs to one thread.
class SmtpClient final {
 public:
  explicit SmtpClient(const Relay& relay);
  ~SmtpClient();
  SmtpClient(const SmtpClient&) = delete;
  SmtpClient& operator=(const SmtpClient&) = delete;

  // Blocks until the relay has answered. Preconditions: `from` and `to` passed checkAddress(); `message` has CRLF
  // line ends. Dots at the beginning of lines are doubled on the way. `cancel` is looked at every second at least.
  //
  // A 5xx reply is permanent when it is about this mail (to MAIL, RCPT or DATA). The same to EHLO, STARTTLS or
  // AUTH, or as a greeting, is about the relay or its settings: transient, so that a wrong password bounces
  // nothing.
  SmtpResult send(const std::string& from, const std::string& to, std::string_view message,
                  const std::atomic<bool>& cancel);

 private:
  struct Transfer;
  const Relay& relay_;
  void* handle_;  // CURL*
};

}  // namespace hearth::mail
