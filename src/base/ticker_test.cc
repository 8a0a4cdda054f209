#include "base/ticker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

namespace hearth::base {
namespace {

// A clock that any thread may move.
class SharedClock final : public Clock {
 public:
  Time now() const override { return fromMillis(millis_.load()); }
  void set(std::int64_t millis) { millis_ = millis; }

 private:
  std::atomic<std::int64_t> millis_{0};
};

// Counts steps, and lets a test wait for the n-th.
class Counter final {
 public:
  int add() {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
    return ++count_;
  }
  void waitFor(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return count_ >= count; });
  }
  int count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

TEST(Ticker, RunsAtOnceAndWhenWoken) {
  SharedClock clock;
  Counter counter;
  Ticker ticker("test", clock, [&]() -> std::optional<Time> {
    counter.add();
    return std::nullopt;
  });
  ticker.start();
  counter.waitFor(1);
  ticker.wake();
  counter.waitFor(2);
  ticker.stop();
  EXPECT_EQ(counter.count(), 2);
}

TEST(Ticker, RunsWhenTheClockReachesTheTime) {
  SharedClock clock;
  Counter counter;
  Ticker ticker("test", clock, [&]() -> std::optional<Time> {
    if (counter.add() == 1) return fromMillis(1'000'000);
    return std::nullopt;
  });
  ticker.start();
  counter.waitFor(1);
  clock.set(1'000'000);  // noticed without being woken
  counter.waitFor(2);
  ticker.stop();
}

TEST(Ticker, AStepThatWakesItRunsAgain) {
  SharedClock clock;
  Counter counter;
  Ticker* self = nullptr;
  Ticker ticker("test", clock, [&]() -> std::optional<Time> {
    if (counter.add() < 5) self->wake();
    return std::nullopt;
  });
  self = &ticker;
  ticker.start();
  counter.waitFor(5);
  ticker.stop();
  EXPECT_EQ(counter.count(), 5);
}

TEST(Ticker, SurvivesAStepThatThrows) {
  SharedClock clock;
  Counter counter;
  Ticker ticker("test", clock, [&]() -> std::optional<Time> {
    if (counter.add() == 1) throw std::runtime_error("disk is full");
    return std::nullopt;
  });
  ticker.start();
  // The pause counts from when the failure was noticed, which may be after any one move of the clock.
  for (std::int64_t millis = 0; counter.count() < 2; millis += 1000) {
    clock.set(millis);
    std::this_thread::yield();
  }
  ticker.stop();
}

TEST(Ticker, StopsWhileItWaits) {
  SharedClock clock;
  Counter counter;
  Ticker ticker("test", clock, [&]() -> std::optional<Time> {
    counter.add();
    return Time::max();
  });
  ticker.start();
  counter.waitFor(1);
  ticker.stop();
  ticker.stop();
  ticker.wake();
  EXPECT_EQ(counter.count(), 1);
}

}  // namespace
}  // namespace hearth::base
