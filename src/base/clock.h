// Time as the product sees it. Passed in everywhere, so that tests and demos move it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hearth::base {

// UTC, millisecond resolution: what AWS's formats carry.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  // Wall time. Thread-safe.
  virtual Time now() const = 0;
};

// The machine's clock, shifted by a constant: `--clock TIME` starts it elsewhere. Thread-safe.
class SystemClock final : public Clock {
 public:
  SystemClock() = default;
  explicit SystemClock(Time startAt);
  Time now() const override;

 private:
  Duration shift_{0};
};

// A clock that stands still until it is moved. For tests; not thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start) : now_(start) {}
  Time now() const override { return now_; }
  void set(Time time) { now_ = time; }
  void advance(Duration by) { now_ += by; }

 private:
  Time now_;
};

inline std::int64_t toMillis(Time time) { return time.time_since_epoch().count(); }
inline Time fromMillis(std::int64_t millis) { return Time{Duration{millis}}; }

// 2019-04-08T21:00:00Z, with `.123` when there are milliseconds and `withMillis`.
std::string formatIso8601(Time time, bool withMillis = false);
// Mon, 08 Apr 2019 21:00:00 GMT (RFC 9110, section 5.6.7).
std::string formatHttpDate(Time time);
// 20190408T210000Z, as SigV4 writes it.
std::string formatBasicIso8601(Time time);
// Accepts RFC 3339 with any offset and fraction, a date alone (midnight UTC), and the basic form above.
Result<Time> parseIso8601(std::string_view text);
Result<Time> parseHttpDate(std::string_view text);

}  // namespace hearth::base
