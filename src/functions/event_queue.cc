#include "functions/event_queue.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <optional>

#include "base/json.h"
#include "base/log.h"
#include "functions/mailbox.h"

namespace hearth::functions {

namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// A clock may jump, and a timer waits by another one: looked at least this often.
constexpr seconds kLongestWait{30};
constexpr seconds kPause{5};
constexpr seconds kFirstThrottleWait{1};
constexpr minutes kLongestThrottleWait{5};

struct Event {
  std::int64_t id = 0;
  ports::Invocation invocation;
  base::Time accepted;
  int hops = 0;
  int attempts = 0;   // that failed
  int deferrals = 0;  // that could not be made
};

std::string contextOf(const std::string& requestId) { return "function_events/" + requestId; }

std::string pack(const ports::Invocation& invocation, int hops) {
  return base::writeJson(JsonObject{{"arn", invocation.functionArn},
                                    {"payload", invocation.payload},
                                    {"clientContext", invocation.clientContext},
                                    {"traceId", invocation.traceId},
                                    {"hops", hops}});
}

bool unpack(std::string_view text, Event& event) {
  ports::Invocation& into = event.invocation;
  const Result<Json> document = base::parseJson(text);
  if (!document.ok()) return false;
  into.functionArn = base::findString(*document, "arn").value_or("");
  into.payload = base::findString(*document, "payload").value_or("");
  into.clientContext = base::findString(*document, "clientContext").value_or("");
  into.traceId = base::findString(*document, "traceId").value_or("");
  const Json* hops = base::findMember(*document, "hops");  // rows of earlier versions have none
  event.hops = hops != nullptr && hops->is_int64() ? static_cast<int>(hops->get_int64()) : 0;
  return !into.functionArn.empty();
}

}  // namespace

struct EventQueue::State : std::enable_shared_from_this<EventQueue::State> {
  explicit State(EventQueueParts queueParts)
      : parts(std::move(queueParts)), timer(parts.loop), drained(parts.loop) {}

  void poll() {
    if (stopping || !started) return;
    const base::Time now = parts.clock.now();
    std::optional<std::int64_t> nextDue;
    std::vector<Event> due;
    // The running ones are still in the table and among the first.
    const auto most = static_cast<std::int64_t>(parts.concurrency + inFlight.size() + 1);
    for (auto rows = parts.database.query("SELECT id, request_id, sealed, accepted, attempts, deferrals, due"
                                          " FROM function_events ORDER BY due, id LIMIT ?",
                                          most);
         rows.next();) {
      if (inFlight.count(rows.integer(0)) != 0) continue;
      if (rows.integer(6) > base::toMillis(now)) {
        nextDue = rows.integer(6);
        break;
      }
      if (inFlight.size() + due.size() >= parts.concurrency) break;  // polled again when one is done
      Event event;
      event.id = rows.integer(0);
      event.invocation.requestId = rows.text(1);
      event.accepted = base::fromMillis(rows.integer(3));
      event.attempts = static_cast<int>(rows.integer(4));
      event.deferrals = static_cast<int>(rows.integer(5));
      const Result<std::string> text = parts.keyring.open(rows.blob(2), contextOf(event.invocation.requestId));
      if (!text.ok() || !unpack(*text, event)) {
        base::logError("functions", "an event cannot be read and stays",
                       {{"requestId", event.invocation.requestId}});
        inFlight.insert(event.id);
        ++unreadable;
        continue;
      }
      due.push_back(std::move(event));
    }
    for (Event& event : due) begin(std::move(event));
    if (nextDue) wakeAt(base::fromMillis(*nextDue));
  }

  void wakeAt(base::Time due) {
    const auto wait = std::clamp<base::Duration>(due - parts.clock.now(), milliseconds(1), kLongestWait);
    timer.expires_after(wait);
    timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      if (const auto self = weak.lock(); self && !error) self->poll();
    });
  }

  void begin(Event event) {
    inFlight.insert(event.id);
    const std::int64_t id = event.id;
    boost::asio::co_spawn(parts.loop, attempt(shared_from_this(), std::move(event)),
                          [self = shared_from_this(), id](const std::exception_ptr&) {
                            self->inFlight.erase(id);
                            if (self->inFlight.size() == self->unreadable) self->drained.put(true);
                            self->poll();
                          });
  }

  // A delivery whose outcome could not be written is made again, but not at once: the disk may be full.
  static Task<void> attempt(std::shared_ptr<State> self, Event event) {
    std::string failure;
    try {
      const Result<void> written = co_await deliver(self, std::move(event));
      if (!written.ok()) failure = written.fault().message;
    } catch (const std::exception& error) {
      failure = error.what();
    }
    if (failure.empty()) co_return;
    base::logError("functions", "the outcome of an event could not be kept", {{"reason", failure}});
    Mailbox<bool> pause(self->parts.loop);
    (void)co_await pause.take(std::chrono::steady_clock::now() + kPause);
  }

  static Task<Result<void>> deliver(std::shared_ptr<State> self, Event event) {
    const base::Time now = self->parts.clock.now();
    Result<std::shared_ptr<const FunctionSpec>> spec = self->parts.resolve(event.invocation.functionArn);
    if (!spec.ok() && spec.fault().status < 500) {
      // The function was deleted: nobody is left to tell.
      auto work = [self, id = event.id]() -> Result<void> {
        self->remove(id);
        return {};
      };
      co_return co_await self->parts.database.write(std::move(work));
    }
    if (!spec.ok()) {
      co_return co_await self->defer(event, now);
    }
    using Condition = EndedEvent::Condition;
    const std::shared_ptr<const FunctionSpec> function = *spec;
    const base::Time deadline = event.accepted + function->events.maximumEventAge;
    // Named: g++ 12 destroys a braced temporary among the arguments of a co_await twice.
    EndedEvent ended{std::move(event.invocation),
                     function,
                     Condition::kSuccess,
                     event.attempts,
                     std::nullopt,
                     event.accepted,
                     event.hops};
    if (function->reservedConcurrency == 0U || now >= deadline) {
      ended.condition = now >= deadline ? Condition::kEventAgeExceeded : Condition::kZeroReservedConcurrency;
      co_return co_await self->end(event.id, std::move(ended));
    }
    ports::Invocation invocation = ended.invocation;
    Result<ports::InvokeOutcome> outcome = co_await self->parts.invoke(function, std::move(invocation));
    if (!outcome.ok()) co_return co_await self->defer(event, self->parts.clock.now(), deadline);
    ended.attempts = ++event.attempts;
    const bool failed = outcome->functionError.has_value();
    ended.outcome = std::move(*outcome);
    if (!failed) co_return co_await self->end(event.id, std::move(ended));
    // A try that would come too late is not waited for.
    const base::Time due = self->parts.clock.now() + minutes(event.attempts);
    const bool exhausted = event.attempts > function->events.maximumRetryAttempts;
    if (exhausted || due >= deadline) {
      ended.condition = exhausted ? Condition::kRetriesExhausted : Condition::kEventAgeExceeded;
      co_return co_await self->end(event.id, std::move(ended));
    }
    event.deferrals = 0;
    co_return co_await self->reschedule(event, due);
  }

  // It could not be tried; that does not count as a try.
  Task<Result<void>> defer(Event& event, base::Time now, base::Time deadline = base::Time::max()) {
    const int doublings = std::min(event.deferrals, 10);
    const base::Duration wait =
        std::min<base::Duration>(kFirstThrottleWait * (1 << doublings), kLongestThrottleWait);
    ++event.deferrals;
    co_return co_await reschedule(event, std::min(now + wait, deadline));
  }

  Task<Result<void>> reschedule(const Event& event, base::Time due) {
    auto work = [this, id = event.id, attempts = event.attempts, deferrals = event.deferrals,
                 due]() -> Result<void> {
      parts.database.execute("UPDATE function_events SET attempts = ?, deferrals = ?, due = ? WHERE id = ?",
                             attempts, deferrals, base::toMillis(due), id);
      return {};
    };
    co_return co_await parts.database.write(std::move(work));
  }

  Task<Result<void>> end(std::int64_t id, EndedEvent event) {
    if (event.condition != EndedEvent::Condition::kSuccess) {
      base::logWarning("functions", "an event was given up",
                       {{"function", event.invocation.functionArn}, {"requestId", event.invocation.requestId}});
    }
    auto work = [this, id, event = std::move(event)]() -> Result<void> {
      remove(id);
      if (parts.ended) parts.ended(event);
      return {};
    };
    co_return co_await parts.database.write(std::move(work));
  }

  void remove(std::int64_t id) { parts.database.execute("DELETE FROM function_events WHERE id = ?", id); }

  EventQueueParts parts;
  boost::asio::steady_timer timer;
  std::set<std::int64_t> inFlight;
  std::size_t unreadable = 0;
  bool started = false;
  bool stopping = false;
  Mailbox<bool> drained;
};

EventQueue::EventQueue(EventQueueParts parts) : state_(std::make_shared<State>(std::move(parts))) {}

EventQueue::~EventQueue() {
  state_->stopping = true;
  state_->timer.cancel();
}

const std::vector<store::Migration>& EventQueue::migrations() {
  static const std::vector<store::Migration> kSteps{
      {"functions/002 events",
       "CREATE TABLE function_events ("
       "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
       "  request_id TEXT NOT NULL,"
       "  sealed BLOB NOT NULL,"
       "  accepted INTEGER NOT NULL,"
       "  due INTEGER NOT NULL,"
       "  attempts INTEGER NOT NULL,"
       "  deferrals INTEGER NOT NULL"
       ");"
       "CREATE INDEX function_events_due ON function_events (due, id)"},
  };
  return kSteps;
}

Result<std::string> EventQueue::enqueue(ports::Invocation invocation, int hops) {
  State& state = *state_;
  if (invocation.requestId.empty()) invocation.requestId = base::randomUuid(state.parts.random);
  const std::int64_t now = base::toMillis(state.parts.clock.now());
  state.parts.database.execute(
      "INSERT INTO function_events (request_id, sealed, accepted, due, attempts, deferrals) VALUES (?, ?, ?, ?, 0, "
      "0)",
      invocation.requestId,
      store::Blob{state.parts.keyring.seal(pack(invocation, hops), contextOf(invocation.requestId))}, now, now);
  state.parts.database.afterCommit([weak = state_->weak_from_this(), &loop = state.parts.loop] {
    boost::asio::post(loop, [weak] {
      if (const auto self = weak.lock()) self->poll();
    });
  });
  return invocation.requestId;
}

void EventQueue::start() {
  state_->started = true;
  state_->poll();
}

void EventQueue::poll() { state_->poll(); }

void EventQueue::hold() {
  state_->stopping = true;
  state_->timer.cancel();
}

Task<void> EventQueue::stop() {
  const std::shared_ptr<State> state = state_;
  hold();
  state->drained.clear();
  if (state->inFlight.size() > state->unreadable) (void)co_await state->drained.take(Mailbox<bool>::kNever);
}

std::size_t EventQueue::running() const { return state_->inFlight.size() - state_->unreadable; }

}  // namespace hearth::functions
