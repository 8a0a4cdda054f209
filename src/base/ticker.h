// Ticker: a thread that does one piece of work when the product's clock says that it is time.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.h"

namespace hearth::base {

// Runs `step` on its own thread: at once after start(), whenever wake() was called, and when `clock` reaches the
// time that the step returned last (nullopt: only when woken). Steps never overlap. The clock may jump and the
// machine may sleep; either is noticed within a second. A step that throws is logged under `name` and tried again a
// few seconds later.
class Ticker final {
 public:
  using Step = std::function<std::optional<Time>()>;

  Ticker(std::string name, const Clock& clock, Step step);
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  void start();
  // From any thread; also during a step, which then runs once more. Before start() and after stop() it does
  // nothing.
  void wake();
  // Waits for the running step to end. Idempotent. Never from within the step.
  void stop();

 private:
  void loop();

  std::string name_;
  const Clock& clock_;
  Step step_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;     // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace hearth::base
