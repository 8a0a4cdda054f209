// EventQueue: asynchronous invocations: accepted durably, delivered at least once, retried as Lambda does.
//
// An event is a row, sealed, until it is delivered or given up. A function that fails is tried again after one and
// two minutes; where it could not be tried to its end (throttled, the server failed or was stopped) after one
// second, doubling up to five minutes; until the event is too old. A function without any concurrency is not tried.
// ("How Lambda handles errors and retries with asynchronous invocation")
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "functions/function_spec.h"
#include "ports/invoker.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::functions {

// An event that the queue is done with.
struct EndedEvent {
  enum class Condition : unsigned char { kSuccess, kRetriesExhausted, kEventAgeExceeded, kZeroReservedConcurrency };
  ports::Invocation invocation;
  std::shared_ptr<const FunctionSpec> function;
  Condition condition = Condition::kSuccess;
  int attempts = 0;  // how often the function was tried
  std::optional<ports::InvokeOutcome>
      outcome;  // of the last try; nullopt when that was none, or is not known any more
  base::Time accepted;
  int hops = 0;  // see enqueue()
};

// What the queue asks of others.
struct EventQueueParts {
  boost::asio::io_context& loop;
  store::Database& database;
  const store::Keyring& keyring;
  const base::Clock& clock;
  base::Random& random;
  // On the loop: the function behind an ARN with or without qualifier, as it is now. Fault: gone.
  std::function<Result<std::shared_ptr<const FunctionSpec>>(const std::string& functionArn)> resolve;
  std::function<Task<Result<ports::InvokeOutcome>>(std::shared_ptr<const FunctionSpec>, ports::Invocation)> invoke;
  // On the writer thread, in the transaction that removes the event: what it writes happens with that, or not at
  // all. May be empty.
  std::function<void(const EndedEvent&)> ended;
  std::size_t concurrency = 64;
};

class EventQueue final {
 public:
  explicit EventQueue(EventQueueParts parts);
  ~EventQueue();
  EventQueue(const EventQueue&) = delete;
  EventQueue& operator=(const EventQueue&) = delete;

  static const std::vector<store::Migration>& migrations();

  // On the writer thread, in the caller's transaction. Returns the event's request id. `hops` says how many events
  // one after the other led to this one, each the record of the former's end.
  Result<std::string> enqueue(ports::Invocation invocation, int hops = 0);

  // On the loop: begins with what an earlier run left over.
  void start();
  // Looks for due events now. Done by itself when events come and when their time comes; for tests, after they have
  // moved the clock.
  void poll();
  // Begins nothing more: what waits is for the next start.
  void hold();
  // The same, and waits for what is running.
  Task<void> stop();

  std::size_t running() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the deliveries in progress
};

}  // namespace hearth::functions
