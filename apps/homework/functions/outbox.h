// The mails of one test, or of a run: queued once, sent once, each recipient's outcome kept.
//
// A mail is an object that is created under an id made of what the mail is about, so that queueing it again changes
// nothing. `sent` is written right after the mail service has accepted it. A crash exactly between those two sends
// the same bytes with the same Message-ID again; no protocol with a mail service can do better.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "homework/domain/board.h"
#include "homework/domain/mail.h"
#include "homework/functions/lease.h"
#include "homework/functions/ports.h"

namespace hearth::homework {

class Outbox final {
 public:
  // A receipt younger than this is left to the function that queued it.
  static constexpr std::chrono::seconds kReceiptsOwnTime{60};

  // `test`: whose mails; nothing for those of a run as a whole.
  Outbox(ObjectStore& store, MailSender& sender, RunClock& clock, const std::optional<TestRef>& test)
      : store_(store), sender_(sender), clock_(clock), prefix_(layout::outboxPrefix(test)) {}

  bool contains(const std::string& id) const;

  // Reads which mails there are and what became of them. A Problem when the store does not answer.
  Outcome<bool> load();

  // Creates the mail unless it is there already. Thread-safe among its own calls.
  Outcome<bool> queue(const OutboxMail& mail);
  // After this, reminders that are still waiting are given up.
  void setRemindersUntil(Instant instant) { remindersUntil_ = instant; }

  // A single mail of a function that nobody else is waiting for: queues it, and sends it at once, without the
  // lease. If it was there already, it is sent only when whoever queued it must have given up.
  Outcome<bool> queueAndSend(const OutboxMail& mail);

  // Tries every mail that is neither sent nor permanently failed, several at a time and again as long as that
  // helps, until a reserve of the invocation is left. The trouble of one recipient is noted and does not stop the
  // others.
  Outcome<bool> deliver(std::size_t workers, Lease& lease);

  MailState state(const std::string& id) const;
  std::string problem(const std::string& id) const;

  struct Counts {
    std::size_t sent = 0;  // by this object, now
    std::size_t failed = 0;
    std::size_t pending = 0;
  };
  Counts counts() const;

 private:
  struct Entry {
    MailState state = MailState::kPending;
    std::string problem;
    int attempts = 0;
    bool sentNow = false;
    bool queuedNow = false;          // by this object
    bool leftToOthers = false;       // a receipt that its own function is just sending
    std::optional<OutboxMail> mail;  // when it was queued by this object
  };

  Outcome<bool> deliverRound(std::size_t workers, Lease& lease);
  Outcome<OutboxMail> read(const std::string& id);
  Outcome<bool> deliverOne(const std::string& id, Entry& entry);
  // Why this mail is not to be sent any more; empty when it is.
  std::string outdated(const OutboxMail& mail) const;
  Outcome<bool> noteFailure(const std::string& id, Entry& entry, const MailFailure& failure);
  std::string key(const std::string& id, std::string_view kind) const {
    return prefix_ + id + "." + std::string(kind) + ".json";
  }

  ObjectStore& store_;
  MailSender& sender_;
  RunClock& clock_;
  const std::string prefix_;
  std::optional<Instant> remindersUntil_;
  mutable std::mutex mutex_;              // entries_ while mails are queued
  std::map<std::string, Entry> entries_;  // by mail id
};

}  // namespace hearth::homework
