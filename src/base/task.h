// Task<T>: the coroutine type of everything that waits on the event loop.
//
// A Task starts when it is awaited and always continues on the executor of the coroutine that awaits it.
// Third-party event-loop types stay in http/; the rest of the code knows this alias and awaitCallback().
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <utility>

namespace hearth::base {

template <class T>
using Task = boost::asio::awaitable<T>;

// Suspends until the callback given to `start` is called, from any thread, exactly once; continues on the
// executor of the awaiting coroutine with the value. `start` is called as start(std::function<void(T)>) once the
// coroutine is suspended, so the callback may also be called from inside it; T may be move-only. A callback that is
// destroyed without having been called destroys the waiting coroutine, on its executor. The callback keeps a loop
// running that spawned the coroutine, and neither it nor a call of it may outlive that loop.
template <class T, class Start>
Task<T> awaitCallback(Start start) {
  auto initiate = [&start](auto handler) {
    // Shared because std::function wants copies.
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    // From here on the coroutine, and `start` in its frame, may be gone as soon as the callback was called.
    Start begin = std::move(start);
    begin(std::function<void(T)>([shared = std::move(shared)](T value) {
      auto executor = boost::asio::get_associated_executor(*shared);
      boost::asio::post(executor, [handler = std::move(*shared), value = std::move(value)]() mutable {
        handler(std::move(value));
      });
    }));
  };
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
      std::move(initiate), boost::asio::use_awaitable);
}

}  // namespace hearth::base

namespace hearth {
using base::Task;
}
