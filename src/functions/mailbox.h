// Mailbox: one value from some callback on the loop to one waiting coroutine, with a deadline.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/task.h"

namespace hearth::functions {

// On the loop only. At most one coroutine waits at a time; the first value since the last take() counts.
template <class T>
class Mailbox final {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  static constexpr Deadline kNever = Deadline::max();

  explicit Mailbox(boost::asio::io_context& loop) : state_(std::make_shared<State>(loop)) {}

  void put(T value) { state_->put(std::optional<T>(std::move(value))); }
  void clear() { state_->value.reset(); }
  bool waiting() const { return static_cast<bool>(state_->waiter); }

  // The value, or nullopt when none came in time.
  Task<std::optional<T>> take(Deadline deadline) {
    const std::shared_ptr<State> state = state_;
    if (state->value) co_return std::exchange(state->value, std::nullopt);
    auto start = [state, deadline](std::function<void(std::optional<T>)> done) {
      state->waiter = std::move(done);
      if (deadline == kNever) return;
      state->timer.expires_at(deadline);
      state->timer.async_wait([state, turn = state->turn](const boost::system::error_code& error) {
        if (!error && turn == state->turn) state->wake(std::nullopt);
      });
    };
    co_return co_await base::awaitCallback<std::optional<T>>(std::move(start));
  }

 private:
  struct State {
    explicit State(boost::asio::io_context& loop) : timer(loop) {}
    void put(std::optional<T> given) {
      if (waiter)
        wake(std::move(given));
      else if (!value)
        value = std::move(given);
    }
    void wake(std::optional<T> given) {
      if (!waiter) return;
      ++turn;
      timer.cancel();
      std::exchange(waiter, nullptr)(std::move(given));
    }
    boost::asio::steady_timer timer;
    std::function<void(std::optional<T>)> waiter;
    std::optional<T> value;
    std::uint64_t turn = 0;  // a timer that fires late must not end a later wait
  };
  std::shared_ptr<State> state_;  // shared with the timer's pending handler
};

}  // namespace hearth::functions
