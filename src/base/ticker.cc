#include "base/ticker.h"

#include <exception>
#include <utility>

#include "base/log.h"

namespace hearth::base {
namespace {

// The longest wait without a look at the clock.
constexpr Duration kLongestNap{1000};
constexpr Duration kPauseAfterFailure{5000};

}  // namespace

Ticker::Ticker(std::string name, const Clock& clock, Step step)
    : name_(std::move(name)), clock_(clock), step_(std::move(step)) {}

Ticker::~Ticker() { stop(); }

void Ticker::start() {
  if (!thread_.joinable()) thread_ = std::thread([this] { loop(); });
}

void Ticker::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  changed_.notify_all();
}

void Ticker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Ticker::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    woken_ = false;
    lock.unlock();
    std::optional<Time> next;
    try {
      next = step_();
    } catch (const std::exception& error) {
      logError(name_, "step failed", {{"reason", error.what()}});
      next = clock_.now() + kPauseAfterFailure;
    }
    lock.lock();
    while (!stopping_ && !woken_) {
      if (!next) {
        changed_.wait(lock);
        continue;
      }
      const Time now = clock_.now();
      if (*next <= now) break;
      changed_.wait_for(lock, *next > now + kLongestNap ? kLongestNap : *next - now);
    }
  }
}

}  // namespace hearth::base
