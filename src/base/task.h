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
// executor of the awaiting coroutine with the value. A callback that is destroyed without having been called
// leaves the coroutine suspended until its loop is destroyed.
template <class T>
Task<T> awaitCallback(std::function<void(std::function<void(T)>)> start) {
  auto initiate = [&start](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    start([shared](T value) {
      auto executor = boost::asio::get_associated_executor(*shared);
      boost::asio::post(executor, [shared, value = std::move(value)]() mutable {
        (*shared)(std::move(value));
      });
    });
  };
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
      std::move(initiate), boost::asio::use_awaitable);
}

}  // namespace hearth::base

namespace hearth {
using base::Task;
}
