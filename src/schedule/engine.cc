#include "schedule/engine.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "base/log.h"

namespace hearth::schedule {
namespace {

using base::fromMillis;
using base::toMillis;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// How many fires share a transaction.
constexpr int kMostAtOnce = 64;
// With the pauses below, a handler that cannot deliver is asked again for about a day, as EventBridge asks targets.
constexpr int kMostAttempts = 105;
constexpr base::Duration kFirstRetry = seconds{1};
constexpr base::Duration kLongestRetry = minutes{15};
// A clock that stands further back than this at start was set back on purpose.
constexpr base::Duration kClockTolerance = hours{1};
constexpr base::Duration kPauseAfterFailure = seconds{5};

// Times are milliseconds since 1970. due_at is next_at, or later while a failed delivery waits for its retry; as_of
// is the clock's time when next_at was computed: next_at is the first occurrence after it.
constexpr std::array kMigrations{
    store::Migration{"schedule/001 entries",
                     "CREATE TABLE schedule_entries("
                     "  arn TEXT PRIMARY KEY, dialect INTEGER NOT NULL, expression TEXT NOT NULL,"
                     "  zone TEXT NOT NULL, starts INTEGER, ends INTEGER, enabled INTEGER NOT NULL,"
                     "  created INTEGER NOT NULL, as_of INTEGER NOT NULL, next_at INTEGER, due_at INTEGER,"
                     "  attempts INTEGER NOT NULL DEFAULT 0, last_fired INTEGER) STRICT, WITHOUT ROWID;"
                     "CREATE INDEX schedule_entries_due ON schedule_entries(due_at) WHERE due_at IS NOT NULL;"},
};

constexpr std::string_view kColumns =
    "arn, dialect, expression, zone, starts, ends, enabled, created, as_of, next_at, attempts, last_fired";

std::optional<std::int64_t> millisOf(std::optional<Time> time) {
  return time ? std::optional(toMillis(*time)) : std::nullopt;
}

std::optional<Time> timeOf(std::optional<std::int64_t> millis) {
  return millis ? std::optional(fromMillis(*millis)) : std::nullopt;
}

}  // namespace

std::span<const store::Migration> migrations() { return kMigrations; }

// A row of the table.
struct ScheduleEngine::Due {
  Entry entry;
  Time created{};
  Time asOf{};
  std::optional<Time> next;
  int attempts = 0;
  std::optional<Time> lastFired;

  static Due from(const store::Rows& row) {
    Due due;
    due.entry = {.arn = row.text(0),
                 .dialect = static_cast<Dialect>(row.integer(1)),
                 .expression = row.text(2),
                 .zone = row.text(3),
                 .start = timeOf(row.optionalInteger(4)),
                 .end = timeOf(row.optionalInteger(5)),
                 .enabled = row.integer(6) != 0};
    due.created = fromMillis(row.integer(7));
    due.asOf = fromMillis(row.integer(8));
    due.next = timeOf(row.optionalInteger(9));
    due.attempts = static_cast<int>(row.integer(10));
    due.lastFired = timeOf(row.optionalInteger(11));
    return due;
  }

  static std::optional<Due> find(store::Database& database, std::string_view arn) {
    auto rows = database.query("SELECT " + std::string(kColumns) + " FROM schedule_entries WHERE arn = ?", arn);
    return rows.next() ? std::optional(from(rows)) : std::nullopt;
  }

  Result<Timetable> timetable() const {
    HEARTH_TRY(auto expression, parseExpression(entry.expression, entry.dialect));
    const auto zone = TimeZone::find(entry.zone);
    if (!zone) return Fault("ValidationException", "Invalid ScheduleExpressionTimezone " + entry.zone + ".");
    return Timetable{.expression = std::move(expression),
                     .dialect = entry.dialect,
                     .zone = *zone,
                     .created = created,
                     .start = entry.start,
                     .end = entry.end};
  }

  bool sameTimes(const Entry& other) const {
    return entry.dialect == other.dialect && entry.expression == other.expression && entry.zone == other.zone &&
           entry.start == other.start && entry.end == other.end;
  }
};

ScheduleEngine::ScheduleEngine(store::Database& database, const base::Clock& clock, base::Random& random)
    : database_(database),
      clock_(clock),
      random_(random),
      ticker_("schedule", clock, [this] { return fireDue(); }) {}

ScheduleEngine::~ScheduleEngine() { stop(); }

void ScheduleEngine::onFire(Dialect dialect, Handler handler) { handlers_[dialect] = std::move(handler); }

Result<std::optional<Time>> ScheduleEngine::put(const Entry& entry) {
  const Time now = clock_.now();
  Due due{.entry = entry, .created = now, .asOf = now};
  const auto before = Due::find(database_, entry.arn);
  const bool anew = !before || !before->sameTimes(entry);
  if (!anew) {
    if (before->entry.enabled == entry.enabled) return before->next;
    due.created = before->created;
  }
  HEARTH_TRY(const auto table, due.timetable());
  // A new entry may be due at this very moment.
  if (entry.enabled) due.next = table.nextAfter(anew ? now - milliseconds{1} : now);
  const auto next = millisOf(due.next);
  database_.execute(
      "INSERT INTO schedule_entries(arn, dialect, expression, zone, starts, ends, enabled, created, as_of, next_at,"
      " due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(arn) DO UPDATE SET dialect = excluded.dialect,"
      " expression = excluded.expression, zone = excluded.zone, starts = excluded.starts, ends = excluded.ends,"
      " enabled = excluded.enabled, created = excluded.created, as_of = excluded.as_of, next_at = excluded.next_at,"
      " due_at = excluded.due_at, attempts = 0",
      entry.arn, static_cast<int>(entry.dialect), entry.expression, entry.zone, millisOf(entry.start),
      millisOf(entry.end), entry.enabled, toMillis(due.created), toMillis(due.asOf), next, next);
  database_.afterCommit([this] { ticker_.wake(); });
  return due.next;
}

void ScheduleEngine::remove(std::string_view arn) {
  database_.execute("DELETE FROM schedule_entries WHERE arn = ?", arn);
}

std::optional<EntryStatus> ScheduleEngine::find(std::string_view arn) {
  auto due = Due::find(database_, arn);
  if (!due) return std::nullopt;
  const bool completed = due->entry.enabled && !due->next;
  return EntryStatus{std::move(due->entry), due->next, due->lastFired, completed};
}

void ScheduleEngine::start() {
  recover();
  ticker_.start();
}

void ScheduleEngine::stop() { ticker_.stop(); }

void ScheduleEngine::recover() {
  const Time now = clock_.now();
  const auto result = database_.writeAndWait([&]() -> Result<void> {
    std::vector<Due> entries;
    for (auto rows = database_.query("SELECT " + std::string(kColumns) +
                                         " FROM schedule_entries WHERE enabled = 1 AND (as_of > ? OR (zone <> 'UTC'"
                                         " AND next_at > ?))",
                                     toMillis(now + kClockTolerance), toMillis(now));
         rows.next();) {
      entries.push_back(Due::from(rows));
    }
    for (auto& due : entries) {
      const bool clockWasSetBack = due.asOf > now + kClockTolerance;
      if (clockWasSetBack) {
        due.created = std::min(due.created, now);
        due.asOf = now;
      }
      const auto table = due.timetable();
      // A zone that is gone from the machine: the time that is known stays.
      if (!table.ok()) continue;
      const auto next = table->nextAfter(due.asOf);
      if (next == due.next && !clockWasSetBack) continue;
      database_.execute(
          "UPDATE schedule_entries SET created = ?, as_of = ?, next_at = ?, due_at = ?, attempts = 0 WHERE arn = ?",
          toMillis(due.created), toMillis(due.asOf), millisOf(next), millisOf(next), due.entry.arn);
    }
    return {};
  });
  if (!result.ok()) base::logError("schedule", "recovery failed", {{"reason", result.fault().message}});
}

std::optional<Time> ScheduleEngine::fireDue() {
  const Time now = clock_.now();
  int fired = 0;
  do {
    const auto result = database_.writeAndWait([&]() -> Result<void> {
      fired = fireSome(now);
      return {};
    });
    // The disk is full, say. Nothing was fired.
    if (!result.ok()) {
      base::logError("schedule", "cannot fire", {{"reason", result.fault().message}});
      return now + kPauseAfterFailure;
    }
  } while (fired == kMostAtOnce);
  auto rows = database_.query("SELECT min(due_at) FROM schedule_entries WHERE due_at IS NOT NULL");
  return rows.next() ? timeOf(rows.optionalInteger(0)) : std::nullopt;
}

int ScheduleEngine::fireSome(Time now) {
  std::vector<Due> due;
  {
    auto rows = database_.query(
        "SELECT " + std::string(kColumns) + " FROM schedule_entries WHERE due_at <= ? ORDER BY due_at, arn LIMIT ?",
        toMillis(now), kMostAtOnce);
    while (rows.next()) due.push_back(Due::from(rows));
  }
  for (const auto& entry : due) fireOne(entry, now);
  return static_cast<int>(due.size());
}

void ScheduleEngine::fireOne(const Due& row, Time now) {
  // An earlier handler of this round may have removed or changed it.
  const auto due = Due::find(database_, row.entry.arn);
  if (!due || !due->next || *due->next > now || due->next != row.next) return;
  const auto table = due->timetable();
  Fire fire{.arn = due->entry.arn, .scheduled = *due->next, .now = now, .attempt = due->attempts + 1};
  std::optional<Time> next;
  if (table.ok()) {
    fire.scheduled = table->latestIn(*due->next, now);
    next = table->nextAfter(now);
  }
  fire.last = !next;

  const auto moveOn = [&] {
    database_.execute(
        "UPDATE schedule_entries SET as_of = ?, next_at = ?, due_at = ?, attempts = 0, last_fired = ? WHERE arn = "
        "?",
        toMillis(now), millisOf(next), millisOf(next), toMillis(fire.scheduled), due->entry.arn);
  };
  Result<void> result;
  try {
    result = database_.transact([&]() -> Result<void> {
      moveOn();
      return deliver(*due, fire);
    });
  } catch (const store::DatabaseError&) {
    throw;
  } catch (const std::exception& error) {
    result = Fault("InternalFailure", error.what(), 500);
  }
  if (result.ok()) return;

  const Fault& fault = result.fault();
  const bool again = (fault.status == 429 || fault.status >= 500) && due->attempts + 1 < kMostAttempts;
  base::logWarning("schedule", again ? "delivery failed, will be retried" : "delivery failed, event dropped",
                   {{"arn", fire.arn}, {"code", fault.code}, {"reason", fault.message}});
  if (again) {
    retryLater(*due, now);
  } else {
    moveOn();
  }
}

Result<void> ScheduleEngine::deliver(const Due& due, const Fire& fire) {
  const auto handler = handlers_.find(due.entry.dialect);
  if (handler == handlers_.end()) return Fault("ServiceUnavailable", "Nobody handles entries of this kind.", 503);
  return handler->second(fire);
}

void ScheduleEngine::retryLater(const Due& due, Time now) {
  const auto doubled = kFirstRetry * (std::int64_t{1} << std::min(due.attempts, 20));
  const auto pause = std::min<base::Duration>(doubled, kLongestRetry);
  // Up to a quarter more, so that what failed together does not come back together.
  const auto jitter = static_cast<unsigned char>(base::randomBytes(random_, 1)[0]) * pause / 1024;
  database_.execute("UPDATE schedule_entries SET due_at = ?, attempts = attempts + 1 WHERE arn = ?",
                    toMillis(now + pause + jitter), due.entry.arn);
}

}  // namespace hearth::schedule
