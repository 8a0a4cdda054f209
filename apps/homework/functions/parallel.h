// A loop over independent items by a few threads: calls that wait for the network overlap.
#pragma once

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace hearth::homework {

// Calls use(0) ... use(count - 1), each once, by at most `workers` threads; with one it is a plain loop. The first
// exception ends the loop and is thrown again here.
template <class Use>
void forEachParallel(std::size_t count, std::size_t workers, const Use& use) {
  if (workers <= 1 || count <= 1) {
    for (std::size_t i = 0; i < count; ++i) use(i);
    return;
  }
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;  // guarded by mutex
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < std::min(workers, count); ++t) {
      threads.emplace_back([&] {
        try {
          for (std::size_t i = next++; i < count; i = next++) use(i);
        } catch (...) {
          next = count;
          const std::lock_guard lock(mutex);
          if (!failure) failure = std::current_exception();
        }
      });
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace hearth::homework
