// JailProcess: a launched jail on the loop: its output, its end, its memory.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "functions/failure.h"
#include "sandbox/launch.h"

namespace hearth::functions {

// On the loop. Destroying it kills and releases the jail; no callback comes afterwards.
class JailProcess final {
 public:
  struct Events {
    std::function<void(std::string_view)> output;
    // Once, behind the output that was written before: how the first process ended, absent when it was killed.
    std::function<void(std::optional<sandbox::Ended>, OutOfMemory)> ended;
  };

  JailProcess(boost::asio::io_context& loop, sandbox::Launcher& launcher, sandbox::Launched jail, Events events);
  ~JailProcess();
  JailProcess(const JailProcess&) = delete;
  JailProcess& operator=(const JailProcess&) = delete;

  // Hands on what the function has written up to now, within reason.
  void drainOutput();
  // The highest memory use so far, in MiB, rounded up; 0 when the machine does not tell.
  unsigned peakMiB();
  void kill();

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the pending waits on the loop
};

}  // namespace hearth::functions
