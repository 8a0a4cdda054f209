#include "mail/outbox.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "base/log.h"
#include "mail/address.h"
#include "mail/mime.h"

namespace hearth::mail {
namespace {

using base::Duration;
using base::fromMillis;
using base::Time;
using base::toMillis;
using std::chrono::hours;

constexpr std::size_t kMostRecipients = 50;
constexpr std::size_t kLargestMessage = 40 * 1024 * 1024;
constexpr std::size_t kLongestSubject = 1024;
constexpr Duration kPurgeEvery = hours{1};
// A clock that stands further back than this at start was set back on purpose.
constexpr Duration kClockTolerance = hours{1};

// Times are milliseconds since 1970. The seal of a value is bound to its message and place (see sealContext).
constexpr std::array kMigrations{
    store::Migration{
        "mail/001 outbox",
        // head: sealed JSON [sender, subject].
        "CREATE TABLE mail_messages("
        "  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL,"
        "  region TEXT NOT NULL, accepted INTEGER NOT NULL, size INTEGER NOT NULL, head BLOB NOT NULL) STRICT;"
        // Apart, so that lists do not page over bodies.
        "CREATE TABLE mail_bodies(seq INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;"
        // state: held, queued, sending, delivered, failed. due_at: only while queued. since: when it was queued for
        // the first time, or released; what giving up counts from.
        "CREATE TABLE mail_deliveries("
        "  seq INTEGER NOT NULL, place INTEGER NOT NULL, recipient BLOB NOT NULL, state TEXT NOT NULL,"
        "  attempts INTEGER NOT NULL DEFAULT 0, changed INTEGER NOT NULL, since INTEGER NOT NULL, due_at INTEGER,"
        "  detail BLOB, PRIMARY KEY(seq, place)) STRICT, WITHOUT ROWID;"
        "CREATE INDEX mail_deliveries_due ON mail_deliveries(due_at) WHERE due_at IS NOT NULL;"},
};

constexpr std::array kStates{DeliveryState::kHeld, DeliveryState::kQueued, DeliveryState::kSending,
                             DeliveryState::kDelivered, DeliveryState::kFailed};

DeliveryState stateFrom(std::string_view text) {
  for (const auto state : kStates) {
    if (toText(state) == text) return state;
  }
  return DeliveryState::kFailed;
}

std::string sealContext(std::string_view id, std::string_view what) {
  return "mail/" + std::string(id) + "/" + std::string(what);
}

std::string placeContext(std::string_view id, std::string_view what, std::int64_t place) {
  return sealContext(id, what) + "/" + std::to_string(place);
}

Fault invalid(std::string message) { return {"InvalidParameterValue", std::move(message)}; }
Fault notFound(std::string_view id) { return {"NotFound", "There is no mail " + std::string(id) + ".", 404}; }

// As SES's: the time in hexadecimal, a UUID, a count.
std::string newMessageId(Time now, base::Random& random) {
  std::string time(8, '\0');
  auto millis = static_cast<std::uint64_t>(toMillis(now));
  for (auto byte = time.rbegin(); byte != time.rend(); ++byte, millis >>= 8)
    *byte = static_cast<char>(millis & 0xff);
  return "0100" + base::hexEncode(time).substr(4) + "-" + base::randomUuid(random) + "-000000";
}

std::string subjectOf(std::string_view mime) {
  auto head = parseHead(mime);
  if (!head.ok()) return {};
  std::string subject = std::move(head->subject);
  if (subject.size() > kLongestSubject) {
    subject.resize(kLongestSubject);
    while (!base::isUtf8(subject)) subject.pop_back();
  }
  return subject;
}

store::DatabaseError unrecorded(const Fault& fault) {
  return store::DatabaseError("cannot record a delivery: " + fault.message);
}

}  // namespace

std::span<const store::Migration> migrations() { return kMigrations; }

std::string_view toText(DeliveryState state) {
  switch (state) {
    case DeliveryState::kHeld:
      return "held";
    case DeliveryState::kQueued:
      return "queued";
    case DeliveryState::kSending:
      return "sending";
    case DeliveryState::kDelivered:
      return "delivered";
    case DeliveryState::kFailed:
      return "failed";
  }
  return "failed";
}

DeliveryState StoredMail::state() const {
  for (const auto state :
       {DeliveryState::kSending, DeliveryState::kQueued, DeliveryState::kFailed, DeliveryState::kHeld}) {
    if (std::any_of(deliveries.begin(), deliveries.end(), [&](const auto& d) { return d.state == state; })) {
      return state;
    }
  }
  return DeliveryState::kDelivered;
}

// One recipient's mail, claimed by one thread.
struct Outbox::Job {
  std::int64_t seq = 0;
  std::int64_t place = 0;
  std::string id;
  int attempts = 0;  // with this one
  Time since{};
};

// A delivery that was tried, and what is to be kept of it.
struct Outbox::Attempted {
  Job job;
  Time at{};
  DeliveryState state = DeliveryState::kQueued;
  int attempts = 0;
  std::optional<Time> due{};
  std::string detail{};  // sealed
};

struct Outbox::Worker {
  Worker(Outbox& outbox, const Relay& relay)
      : client(relay), ticker("mail", outbox.clock_, [this, &outbox] { return outbox.sendDue(client); }) {}

  SmtpClient client;
  base::Ticker ticker;
};

Outbox::Outbox(store::Database& database, const store::Keyring& keyring, const base::Clock& clock,
               base::Random& random, OutboxSettings settings)
    : database_(database), keyring_(keyring), clock_(clock), random_(random), settings_(std::move(settings)) {
  if (!settings_.relay) return;
  for (int i = 0; i < std::max(settings_.connections, 1); ++i) {
    workers_.push_back(std::make_unique<Worker>(*this, *settings_.relay));
  }
}

Outbox::~Outbox() { stop(); }

void Outbox::start() {
  recover();
  purgeWhenDue();
  for (const auto& worker : workers_) worker->ticker.start();
}

void Outbox::stop() {
  stopping_ = true;
  for (const auto& worker : workers_) worker->ticker.stop();
  const auto recorded = recordLeftOver();
  if (!recorded.ok())
    base::logError("mail", "deliveries were not recorded", {{"reason", recorded.fault().message}});
}

Result<std::string> Outbox::submit(ports::OutgoingMail mail) {
  if (mail.recipients.empty()) return invalid("Missing required header 'To'.");
  if (mail.recipients.size() > kMostRecipients) return invalid("Recipient count exceeds 50.");
  if (mail.mime.size() > kLargestMessage) {
    return invalid("Message length is more than " + std::to_string(kLargestMessage) + " bytes long: '" +
                   std::to_string(mail.mime.size()) + "'.");
  }
  HEARTH_CHECK(checkAddress(mail.from));
  std::vector<std::string> recipients;
  for (auto& recipient : mail.recipients) {
    HEARTH_CHECK(checkAddress(recipient));
    if (std::find(recipients.begin(), recipients.end(), recipient) == recipients.end()) {
      recipients.push_back(std::move(recipient));
    }
  }

  const Time now = clock_.now();
  std::string id = newMessageId(now, random_);
  const std::string head = base::writeJson(JsonArray{Json(mail.from), Json(subjectOf(mail.mime))});
  database_.execute(
      "INSERT INTO mail_messages(id, account, region, accepted, size, head) VALUES (?, ?, ?, ?, ?, ?)", id,
      mail.account, mail.region, toMillis(now), mail.mime.size(),
      store::Blob{keyring_.seal(head, sealContext(id, "head"))});
  auto row = database_.query("SELECT seq FROM mail_messages WHERE id = ?", id);
  row.next();
  const std::int64_t seq = row.integer(0);
  database_.execute("INSERT INTO mail_bodies(seq, body) VALUES (?, ?)", seq,
                    store::Blob{keyring_.seal(mail.mime, sealContext(id, "body"))});
  const bool held = !settings_.relay;
  const auto dueAt = held ? std::nullopt : std::optional(toMillis(now));
  for (std::size_t place = 0; place < recipients.size(); ++place) {
    database_.execute(
        "INSERT INTO mail_deliveries(seq, place, recipient, state, changed, since, due_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        seq, place,
        store::Blob{keyring_.seal(recipients[place], placeContext(id, "to", static_cast<std::int64_t>(place)))},
        toText(held ? DeliveryState::kHeld : DeliveryState::kQueued), toMillis(now), toMillis(now), dueAt);
  }
  database_.afterCommit([this] {
    for (const auto& worker : workers_) worker->ticker.wake();
  });
  return id;
}

StoredMail Outbox::readMail(const store::Rows& row) {
  StoredMail mail{.id = row.text(1),
                  .account = row.text(2),
                  .region = row.text(3),
                  .accepted = fromMillis(row.integer(4)),
                  .size = static_cast<std::uint64_t>(row.integer(5))};
  // What does not unseal (another master key) is shown without its text.
  if (const auto head = keyring_.open(row.blob(6), sealContext(mail.id, "head")); head.ok()) {
    const auto json = base::parseJson(*head);
    if (json.ok() && json->is_array() && json->as_array().size() == 2) {
      mail.sender = base::scalarText(json->as_array()[0]).value_or("");
      mail.subject = base::scalarText(json->as_array()[1]).value_or("");
    }
  }
  for (auto rows = database_.query("SELECT place, recipient, state, attempts, changed, due_at, detail"
                                   " FROM mail_deliveries WHERE seq = ? ORDER BY place",
                                   row.integer(0));
       rows.next();) {
    Delivery delivery{.state = stateFrom(rows.text(2)),
                      .attempts = static_cast<int>(rows.integer(3)),
                      .changed = fromMillis(rows.integer(4))};
    auto recipient = keyring_.open(rows.blob(1), placeContext(mail.id, "to", rows.integer(0)));
    if (recipient.ok()) delivery.recipient = *std::move(recipient);
    if (const auto due = rows.optionalInteger(5)) delivery.nextAttempt = fromMillis(*due);
    if (!rows.isNull(6)) {
      auto detail = keyring_.open(rows.blob(6), placeContext(mail.id, "detail", rows.integer(0)));
      if (detail.ok()) delivery.detail = *std::move(detail);
    }
    mail.deliveries.push_back(std::move(delivery));
  }
  return mail;
}

std::vector<StoredMail> Outbox::list(std::string_view account, std::size_t limit, std::string_view before) {
  const store::Database::Snapshot snapshot(database_);
  std::vector<StoredMail> mails;
  for (auto rows = database_.query(
           "SELECT seq, id, account, region, accepted, size, head FROM mail_messages WHERE (?1 = '' OR account = "
           "?1)"
           " AND (?2 = '' OR seq < (SELECT seq FROM mail_messages WHERE id = ?2)) ORDER BY seq DESC LIMIT ?3",
           account, before, limit);
       rows.next();) {
    mails.push_back(readMail(rows));
  }
  return mails;
}

std::optional<StoredMail> Outbox::find(std::string_view id) {
  const store::Database::Snapshot snapshot(database_);
  auto rows =
      database_.query("SELECT seq, id, account, region, accepted, size, head FROM mail_messages WHERE id = ?", id);
  return rows.next() ? std::optional(readMail(rows)) : std::nullopt;
}

Result<std::string> Outbox::getMime(std::string_view id) {
  auto rows =
      database_.query("SELECT body FROM mail_bodies WHERE seq = (SELECT seq FROM mail_messages WHERE id = ?)", id);
  if (!rows.next()) return notFound(id);
  return keyring_.open(rows.blob(0), sealContext(id, "body"));
}

Result<int> Outbox::release(std::string_view id) {
  auto row = database_.query("SELECT seq FROM mail_messages WHERE id = ?", id);
  if (!row.next()) return notFound(id);
  if (!settings_.relay) return Fault("Conflict", "No mail relay is set, so nothing can be sent.", 409);
  const auto now = toMillis(clock_.now());
  const auto count = database_.execute(
      "UPDATE mail_deliveries SET state = 'queued', attempts = 0, changed = ?1, since = ?1, due_at = ?1"
      " WHERE seq = ?2 AND state IN ('held', 'failed')",
      now, row.integer(0));
  database_.afterCommit([this] {
    for (const auto& worker : workers_) worker->ticker.wake();
  });
  return static_cast<int>(count);
}

Result<void> Outbox::remove(std::string_view id) {
  auto row = database_.query(
      "SELECT seq, EXISTS (SELECT 1 FROM mail_deliveries d WHERE d.seq = m.seq AND d.state = 'sending')"
      " FROM mail_messages m WHERE id = ?",
      id);
  if (!row.next()) return notFound(id);
  if (row.integer(1) != 0) return Fault("Conflict", "The message is being sent; try again in a moment.", 409);
  removeRows(row.integer(0));
  return {};
}

void Outbox::removeRows(std::int64_t seq) {
  database_.execute("DELETE FROM mail_deliveries WHERE seq = ?", seq);
  database_.execute("DELETE FROM mail_bodies WHERE seq = ?", seq);
  database_.execute("DELETE FROM mail_messages WHERE seq = ?", seq);
}

std::int64_t Outbox::purge(Time before) {
  std::vector<std::int64_t> gone;
  for (auto rows =
           database_.query("SELECT seq FROM mail_messages m WHERE accepted < ? AND NOT EXISTS (SELECT 1 FROM"
                           " mail_deliveries d WHERE d.seq = m.seq AND d.state IN ('queued', 'sending'))",
                           toMillis(before));
       rows.next();) {
    gone.push_back(rows.integer(0));
  }
  for (const auto seq : gone) removeRows(seq);
  return static_cast<std::int64_t>(gone.size());
}

void Outbox::recover() {
  const Time now = clock_.now();
  const auto result = database_.writeAndWait([&]() -> Result<void> {
    if (!settings_.relay) {
      database_.execute(
          "UPDATE mail_deliveries SET state = 'held', changed = ?, due_at = NULL"
          " WHERE state IN ('queued', 'sending')",
          toMillis(now));
      return {};
    }
    // Of these it is not known whether the relay took them.
    database_.execute(
        "UPDATE mail_deliveries SET state = 'queued', changed = ?1, due_at = ?1 WHERE state = 'sending'",
        toMillis(now));
    database_.execute("UPDATE mail_deliveries SET due_at = ?1, since = min(since, ?1) WHERE due_at > ?2",
                      toMillis(now), toMillis(now + settings_.longestRetry * 2 + kClockTolerance));
    return {};
  });
  if (!result.ok()) base::logError("mail", "recovery failed", {{"reason", result.fault().message}});
}

std::optional<Time> Outbox::sendDue(SmtpClient& client) {
  std::optional<Time> next = purgeWhenDue();
  while (!stopping_) {
    // Thrown, so that the ticker pauses and begins here again.
    if (const auto recorded = recordLeftOver(); !recorded.ok()) throw unrecorded(recorded.fault());
    const auto job = claim();
    if (!job) break;
    Attempted attempted = judge(*job, attempt(client, *job));
    if (const auto recorded = record({attempted}); !recorded.ok()) {
      const std::lock_guard lock(leftOverMutex_);
      leftOver_.push_back(std::move(attempted));
      throw unrecorded(recorded.fault());
    }
  }
  auto rows = database_.query("SELECT min(due_at) FROM mail_deliveries WHERE due_at IS NOT NULL");
  if (rows.next() && !rows.isNull(0)) next = std::min(next.value_or(Time::max()), fromMillis(rows.integer(0)));
  return stopping_ ? std::nullopt : next;
}

std::optional<Outbox::Job> Outbox::claim() {
  // A look from this thread's own connection first: most wakings find nothing.
  {
    auto rows = database_.query("SELECT 1 FROM mail_deliveries WHERE due_at <= ? LIMIT 1", toMillis(clock_.now()));
    if (!rows.next()) return std::nullopt;
  }
  std::optional<Job> job;
  const auto result = database_.writeAndWait([&]() -> Result<void> {
    const Time now = clock_.now();
    auto rows = database_.query(
        "SELECT d.seq, d.place, m.id, d.attempts, d.since FROM mail_deliveries d JOIN mail_messages m USING (seq)"
        " WHERE d.due_at <= ? ORDER BY d.due_at, d.seq, d.place LIMIT 1",
        toMillis(now));
    if (!rows.next()) return {};
    job = Job{.seq = rows.integer(0),
              .place = rows.integer(1),
              .id = rows.text(2),
              .attempts = static_cast<int>(rows.integer(3)) + 1,
              .since = fromMillis(rows.integer(4))};
    database_.execute(
        "UPDATE mail_deliveries SET state = 'sending', attempts = ?, changed = ?, due_at = NULL"
        " WHERE seq = ? AND place = ?",
        job->attempts, toMillis(now), job->seq, job->place);
    return {};
  });
  // Not durable: then nobody may send it. Thrown, so that the ticker pauses.
  if (!result.ok()) throw store::DatabaseError("cannot claim a mail: " + result.fault().message);
  return job;
}

SmtpResult Outbox::attempt(SmtpClient& client, const Job& job) {
  const auto mail = find(job.id);
  const auto mime = getMime(job.id);
  if (!mail || !mime.ok() || mail->sender.empty() ||
      mail->deliveries[static_cast<std::size_t>(job.place)].recipient.empty()) {
    return {SmtpOutcome::kPermanent, "the stored message cannot be read: it was sealed with another key"};
  }
  return client.send(mail->sender, mail->deliveries[static_cast<std::size_t>(job.place)].recipient, withCrlf(*mime),
                     stopping_);
}

Outbox::Attempted Outbox::judge(const Job& job, const SmtpResult& result) {
  Attempted attempted{.job = job, .at = clock_.now(), .attempts = job.attempts};
  std::string detail = result.detail;
  switch (result.outcome) {
    case SmtpOutcome::kAccepted:
      attempted.state = DeliveryState::kDelivered;
      break;
    case SmtpOutcome::kPermanent:
      attempted.state = DeliveryState::kFailed;
      break;
    case SmtpOutcome::kCancelled:
      attempted.due = attempted.at;
      --attempted.attempts;
      break;
    case SmtpOutcome::kTransient:
      if (attempted.at - job.since >= settings_.giveUpAfter) {
        attempted.state = DeliveryState::kFailed;
        detail = "given up: " + detail;
      } else {
        attempted.due = attempted.at + pauseAfter(job.attempts);
      }
  }
  attempted.detail = keyring_.seal(detail, placeContext(job.id, "detail", job.place));
  if (attempted.state == DeliveryState::kFailed || result.outcome == SmtpOutcome::kTransient) {
    base::logWarning("mail",
                     attempted.state == DeliveryState::kFailed ? "delivery failed" : "delivery will be retried",
                     {{"id", job.id},
                      {"recipient", std::to_string(job.place)},
                      {"attempt", std::to_string(attempted.attempts)}});
  }
  return attempted;
}

Result<void> Outbox::record(const std::vector<Attempted>& attempts) {
  return database_.writeAndWait([&]() -> Result<void> {
    for (const Attempted& one : attempts) {
      database_.execute(
          "UPDATE mail_deliveries SET state = ?, attempts = ?, changed = ?, due_at = ?, detail = ?"
          " WHERE seq = ? AND place = ? AND state = 'sending'",
          toText(one.state), one.attempts, toMillis(one.at),
          one.due ? std::optional(toMillis(*one.due)) : std::nullopt, store::Blob{one.detail}, one.job.seq,
          one.job.place);
    }
    return {};
  });
}

// Until it succeeds those mails stay "sending"; after a kill they are sent again.
Result<void> Outbox::recordLeftOver() {
  const std::lock_guard lock(leftOverMutex_);
  if (leftOver_.empty()) return {};
  HEARTH_CHECK(record(leftOver_));
  leftOver_.clear();
  return {};
}

Duration Outbox::pauseAfter(int attempts) {
  const Duration pause =
      std::min(settings_.firstRetry * (std::int64_t{1} << std::clamp(attempts - 1, 0, 20)), settings_.longestRetry);
  // From three to five quarters.
  const auto chance = static_cast<unsigned char>(base::randomBytes(random_, 1)[0]);
  return pause * 3 / 4 + pause * chance / 510;
}

std::optional<Time> Outbox::purgeWhenDue() {
  if (!settings_.keepFor) return std::nullopt;
  const std::lock_guard lock(purgeMutex_);
  const Time now = clock_.now();
  if (nextPurge_ && *nextPurge_ > now) return nextPurge_;
  nextPurge_ = now + kPurgeEvery;
  const auto result = database_.writeAndWait([&]() -> Result<void> {
    purge(now - *settings_.keepFor);
    return {};
  });
  if (!result.ok()) base::logError("mail", "purge failed", {{"reason", result.fault().message}});
  return nextPurge_;
}

}  // namespace hearth::mail
