// Outbox: the durable list of mail that was accepted, and its delivery to the relay.
//
// A message is stored once, bit for bit, and delivered to each recipient by itself, so that an address that is
// refused never stops another. Every change of state is committed before and after the work that it announces: what
// was accepted is delivered or reported, and a crash while sending repeats at most the mails that were on their
// way.
//
// Bodies, subjects, addresses and the relay's replies are sealed with the Keyring; ids, times, sizes and states are
// not. The tables are described in outbox.cc, which has all SQL of this folder.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/ticker.h"
#include "mail/smtp_client.h"
#include "ports/mailer.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::mail {

// Steps of the schema, for Database::migrate.
std::span<const store::Migration> migrations();

struct OutboxSettings {
  std::optional<Relay> relay;  // none: mail is held, readable, until a relay is set and it is released
  int connections = 4;
  // A recipient that cannot be served is tried again after firstRetry, then twice as long, up to longestRetry; each
  // pause a quarter shorter or longer by chance.
  base::Duration firstRetry = std::chrono::minutes{1};
  base::Duration longestRetry = std::chrono::hours{1};
  base::Duration giveUpAfter = std::chrono::hours{24};
  // How long messages that are through (delivered, failed or held) are kept; nullopt: until they are removed.
  std::optional<base::Duration> keepFor;
};

enum class DeliveryState : unsigned char { kHeld, kQueued, kSending, kDelivered, kFailed };

// "held", "queued", "sending", "delivered", "failed".
std::string_view toText(DeliveryState state);

struct Delivery {
  std::string recipient;
  DeliveryState state = DeliveryState::kQueued;
  int attempts = 0;
  base::Time changed{};
  std::optional<base::Time> nextAttempt;  // while queued
  std::string detail;                     // the relay's last word
};

struct StoredMail {
  std::string id;
  std::string account;
  std::string region;
  base::Time accepted{};
  std::string sender;
  std::string subject;  // decoded
  std::uint64_t size = 0;
  std::vector<Delivery> deliveries;  // in the order in which they were given

  // The state that most asks for attention: sending, queued, failed, held, and delivered when all are.
  DeliveryState state() const;
};

class Outbox final : public ports::Mailer {
 public:
  // All four outlive the outbox.
  Outbox(store::Database& database, const store::Keyring& keyring, const base::Clock& clock, base::Random& random,
         OutboxSettings settings);
  ~Outbox() override;
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  // On the writer thread, in the caller's transaction. The id looks like SES's. A recipient that is named twice
  // gets one mail. Faults: InvalidParameterValue 400 for an address that cannot stand in an envelope, for none or
  // more than 50 recipients, and beyond 40 MiB.
  Result<std::string> submit(ports::OutgoingMail mail) override;

  // Newest first, at most `limit`; `before` is the id behind which to go on, empty at the beginning. `account`
  // empty: of all accounts. On any thread; so are find() and getMime().
  std::vector<StoredMail> list(std::string_view account, std::size_t limit, std::string_view before = {});
  std::optional<StoredMail> find(std::string_view id);
  // The message bit for bit: an .eml file. Faults: NotFound 404; InternalError 500 when it does not unseal.
  Result<std::string> getMime(std::string_view id);

  // In the caller's transaction, on the writer thread. release() queues what is held or failed of a message, and
  // returns how many recipients that are. Faults: NotFound 404; Conflict 409 when no relay is set.
  Result<int> release(std::string_view id);
  // Removes one message, envelope and content. Faults: NotFound 404; Conflict 409 while it is being sent.
  Result<void> remove(std::string_view id);
  // Removes messages accepted before `before` of which nothing is queued or being sent; how many.
  std::int64_t purge(base::Time before);

  // Brings the states in line with the relay's being set or not, takes up what a crash left, and begins to send on
  // threads of its own. Blocks for the first parts.
  void start();
  // Breaks off what is being sent (it is queued again) and waits for the threads. Idempotent. Before the database
  // stops.
  void stop();

  // What start() does first, and what a thread does: sends everything that is due and says when to call again. For
  // tests that move the clock.
  void recover();
  std::optional<base::Time> sendDue(SmtpClient& client);

 private:
  struct Job;
  struct Attempted;

  std::optional<Job> claim();
  SmtpResult attempt(SmtpClient& client, const Job& job);
  Attempted judge(const Job& job, const SmtpResult& result);
  Result<void> record(const std::vector<Attempted>& attempts);
  void removeRows(std::int64_t seq);
  Result<void> recordLeftOver();
  base::Duration pauseAfter(int attempts);
  std::optional<base::Time> purgeWhenDue();
  StoredMail readMail(const store::Rows& row);

  store::Database& database_;
  const store::Keyring& keyring_;
  const base::Clock& clock_;
  base::Random& random_;
  const OutboxSettings settings_;
  std::atomic<bool> stopping_{false};
  std::mutex leftOverMutex_;
  // Guarded by leftOverMutex_: what was tried, but not recorded as the disk failed. At most one for each thread, as
  // none sends while there are some.
  std::vector<Attempted> leftOver_;
  std::mutex purgeMutex_;
  std::optional<base::Time> nextPurge_;  // guarded by purgeMutex_
  struct Worker;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace hearth::mail
