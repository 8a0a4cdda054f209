// withDeadline: waits for a task, but not for ever.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "base/task.h"

namespace hearth::gateway {

// What `work` gives, or nullopt when that takes longer than `limit`. The work then goes on without anybody waiting,
// so it must own or outlive what it uses. An exception of the work is thrown here, or dropped when nobody waits. On
// the loop, which one thread runs.
template <class T>
Task<std::optional<T>> withDeadline(Task<T> work, std::chrono::milliseconds limit) {
  struct State {
    explicit State(const boost::asio::any_io_executor& executor) : timer(executor) {}
    boost::asio::steady_timer timer;
    std::optional<T> result;
    std::exception_ptr failure;
    bool done = false;
  };
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto state = std::make_shared<State>(executor);  // shared by the waiter and the work, whichever ends last
  auto run = [](Task<T> running, std::shared_ptr<State> shared) -> Task<void> {
    try {
      shared->result = co_await std::move(running);
    } catch (...) {
      shared->failure = std::current_exception();
    }
    shared->done = true;
    shared->timer.cancel();
  };
  state->timer.expires_after(limit);
  boost::asio::co_spawn(executor, run(std::move(work), state), boost::asio::detached);
  if (!state->done) {
    boost::system::error_code ignored;
    co_await state->timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  }
  if (state->failure) std::rethrow_exception(state->failure);
  co_return std::move(state->result);
}

}  // namespace hearth::gateway
