// Where blocking work goes: a small pool of threads beside the event loop.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/task.h"

namespace hearth::base {

// Runs work in order of arrival on `threads` threads. Thread-safe. stop() finishes what was queued; what is
// posted later is dropped. An exception from `work` is logged and goes no further. Stop the pool before the loop
// that its work answers to is destroyed.
class ThreadPool final {
 public:
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  void post(std::function<void()> work);
  void stop();

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;  // guarded by mutex_
  bool stopping_ = false;                    // guarded by mutex_
  std::vector<std::thread> threads_;
};

// Runs `work` on the pool and continues on the caller's executor with what it returned; an exception continues
// in the caller. `work` and its result may be move-only.
template <class F, class T = std::invoke_result_t<F>>
Task<T> runOn(ThreadPool& pool, F work) {
  using Stored = std::conditional_t<std::is_void_v<T>, bool, T>;
  struct Outcome {
    std::optional<Stored> value;
    std::exception_ptr error;
  };
  // Shared because std::function wants copies; there is one user.
  auto shared = std::make_shared<F>(std::move(work));
  auto start = [&pool, shared = std::move(shared)](std::function<void(Outcome)> done) mutable {
    pool.post([shared = std::move(shared), done = std::move(done)]() mutable {
      Outcome outcome;
      try {
        if constexpr (std::is_void_v<T>) {
          (*shared)();
          outcome.value.emplace(true);
        } else {
          outcome.value.emplace((*shared)());
        }
      } catch (...) {
        outcome.error = std::current_exception();
      }
      shared.reset();
      done(std::move(outcome));
    });
  };
  Outcome outcome = co_await awaitCallback<Outcome>(std::move(start));
  if (outcome.error) std::rethrow_exception(outcome.error);
  if constexpr (!std::is_void_v<T>) co_return std::move(*outcome.value);
}

}  // namespace hearth::base
