// FunctionLog: what one environment writes, as lines on their way to its log stream.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "ports/log_sink.h"

namespace hearth::functions {

struct LogPlace {
  std::string account;
  std::string region;
  std::string group;
  std::string stream;
};

struct LogLimits {
  std::size_t line = 256 * 1024;         // of a line, the rest is cut: a CloudWatch event's size
  std::uint64_t burst = 8ULL << 20;      // of output kept at once
  std::uint64_t perSecond = 4ULL << 20;  // and in the long run; what is more is counted and dropped
  std::size_t tail = 4096;               // what LogType=Tail shows
  std::size_t pending = 64 * 1024;       // handed to the sink at the latest with this much
};

// On the loop. Memory is bounded by the limits, whatever the function writes.
class FunctionLog final {
 public:
  FunctionLog(ports::LogSink& sink, const base::Clock& clock, LogPlace place, LogLimits limits = {});

  // Output of the function, in pieces of any size.
  void feed(std::string_view bytes);
  // A line of the platform's own: START, END, REPORT.
  void line(std::string text);
  // Ends a line that the function did not end, and says what was dropped.
  void finishLine();

  // The last bytes logged since the last startTail(), lines ended by '\n'.
  void startTail();
  std::string tail() const;

  // Hands what is pending to the sink.
  void flush();
  bool hasPending() const { return !pending_.empty(); }
  const std::string& stream() const { return place_.stream; }

 private:
  void take(std::string_view part);
  void endLine();
  void emit(std::string text);
  bool spend(std::size_t bytes);

  ports::LogSink& sink_;
  const base::Clock& clock_;
  LogPlace place_;
  LogLimits limits_;
  std::string partial_;
  bool cut_ = false;  // the rest of this line is dropped
  std::vector<ports::LogLine> pending_;
  std::size_t pendingBytes_ = 0;
  std::string tail_;
  bool tailing_ = false;
  std::uint64_t budget_;
  std::chrono::steady_clock::time_point refilled_;
  std::uint64_t dropped_ = 0;
};

// The text with every byte that is not part of well-formed UTF-8 replaced by U+FFFD.
std::string toUtf8(std::string_view bytes);

}  // namespace hearth::functions
