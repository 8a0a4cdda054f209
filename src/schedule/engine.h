// ScheduleEngine: the durable list of what is due when, and the thread that fires it.
//
// An entry stands for one EventBridge rule or one Scheduler schedule, under its ARN. What fires is the owner's
// handler, in the same transaction that moves the entry on to its next time; the handler hands the event over
// through ports::Invoker::enqueue, which is part of that transaction too. So a fire happens exactly once, whenever
// the server is killed.
//
// What became due while nothing was running, or while the clock jumped forward, is made up once, not once per
// occurrence: Fire::scheduled is the last time that was missed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/ticker.h"
#include "schedule/timetable.h"
#include "store/database.h"

namespace hearth::schedule {

// Steps of the schema, for Database::migrate.
std::span<const store::Migration> migrations();

struct Entry {
  std::string arn;  // of the rule or schedule; unique
  Dialect dialect = Dialect::kRule;
  std::string expression;
  std::string zone = "UTC";  // rules: UTC
  std::optional<Time> start;
  std::optional<Time> end;
  bool enabled = true;
};

struct Fire {
  std::string arn;
  // When it was due; what the event shows as its time.
  Time scheduled{};
  // The server's clock. Later than `scheduled` by little, or by much when it is made up.
  Time now{};
  // 1, or more when the handler asked for a retry.
  int attempt = 1;
  // Nothing follows: an at(), or the last one before the end date. A schedule whose ActionAfterCompletion is DELETE
  // is removed by its handler now.
  bool last = false;
};

struct EntryStatus {
  Entry entry;
  std::optional<Time> next;       // nullopt: disabled, or completed
  std::optional<Time> lastFired;  // the scheduled time of the last fire
  bool completed = false;         // enabled, and never due again
};

// Thread-safe as said per function.
class ScheduleEngine final {
 public:
  // Hands one fire over. On the writer thread, inside a savepoint of its own: a Fault rolls back all that it did.
  // A Fault with status 429 or 5xx is tried again with growing pauses, for at most a day as AWS does; after any
  // other the fire is dropped with a line in the log. It may call put() and remove(), also for the same ARN.
  using Handler = std::function<Result<void>(const Fire&)>;

  // All three outlive the engine.
  ScheduleEngine(store::Database& database, const base::Clock& clock, base::Random& random);
  ~ScheduleEngine();
  ScheduleEngine(const ScheduleEngine&) = delete;
  ScheduleEngine& operator=(const ScheduleEngine&) = delete;

  // Who fires entries of this dialect. Before start().
  void onFire(Dialect dialect, Handler handler);

  // Registers or changes an entry, in the caller's transaction; on the writer thread. Returns when it will fire
  // next. A change of expression, zone or dates begins anew: rate() counts from now. A change of the state alone
  // keeps the count; enabling never makes up for what was missed while disabled. Putting what is there already
  // changes nothing, also not a fire that is due. An at() in the past is accepted and never fires (nullopt).
  // Faults: ValidationException 400 for the expression, and for a time zone that does not exist.
  Result<std::optional<Time>> put(const Entry& entry);

  // Forgets an entry; nothing happens when there is none. In the caller's transaction, on the writer thread.
  void remove(std::string_view arn);

  // On any thread.
  std::optional<EntryStatus> find(std::string_view arn);

  // Brings the list in line with the clock and the time zones of this start (see README.md), then fires in a thread
  // of its own. Blocks until the first part is done.
  void start();
  // Waits for the fire that is under way. Idempotent. Before the database stops.
  void stop();

  // The thread's work, for tests that move the clock: fires all that is due, and says when to call again. Not on
  // the writer thread, and not while the thread runs.
  std::optional<Time> fireDue();
  // The first part of start().
  void recover();

 private:
  struct Due;

  int fireSome(Time now);
  void fireOne(const Due& due, Time now);
  Result<void> deliver(const Due& due, const Fire& fire);
  void retryLater(const Due& due, Time now);

  store::Database& database_;
  const base::Clock& clock_;
  base::Random& random_;
  std::map<Dialect, Handler> handlers_;
  base::Ticker ticker_;
};

}  // namespace hearth::schedule
