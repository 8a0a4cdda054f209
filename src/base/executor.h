// Where blocking work goes: a small pool of threads beside the event loop.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/task.h"

namespace hearth::base {

// Runs work in order of arrival on `threads` threads. Thread-safe. stop() finishes what was queued.
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

// Runs `work` on the pool and continues on the caller's executor with what it returned.
template <class F, class T = std::invoke_result_t<F>>
Task<T> runOn(ThreadPool& pool, F work) {
  return awaitCallback<T>([&pool, work = std::move(work)](std::function<void(T)> done) mutable {
    pool.post([work = std::move(work), done = std::move(done)]() mutable { done(work()); });
  });
}

}  // namespace hearth::base
