// Instants: parsed from the wire, and told the way people tell the time.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "homework/texts/texts.h"

namespace hearth::homework::client {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

// RFC 3339 with `Z` or a numeric offset, seconds with at most nine decimals; nullopt for anything else.
std::optional<Instant> parseInstant(std::string_view text);
// The Date header's preferred form of RFC 9110, `Sun, 06 Nov 1994 08:49:37 GMT`.
std::optional<Instant> parseHttpDate(std::string_view text);
// `2019-04-08T21:00:00Z`, with milliseconds when there are any.
std::string formatInstant(Instant instant);

// A wall clock reading.
struct LocalTime {
  std::chrono::year_month_day date;
  int hour = 0;
  int minute = 0;
  int second = 0;
};
LocalTime localTime(Instant instant, std::chrono::seconds offset);

// A course's time zone by its IANA name, from the system's zone files. One object at a time in a process that has
// one thread: it sets TZ.
class Zone final {
 public:
  // An unknown or unsafe name makes a zone that tells UTC and is called UTC.
  explicit Zone(std::string_view name);

  const std::string& name() const { return name_; }
  std::chrono::seconds offsetAt(Instant instant) const;

  // `Mon 8 Apr 23:00`; `today 23:00` or `tomorrow 23:00` where that is so at `now`; with the year when it is
  // another.
  std::string tell(Instant instant, Instant now, Lang lang = Lang::kEn) const;
  // `Mon 8 Apr 2019 20:43:07`
  std::string tellExactly(Instant instant, Lang lang = Lang::kEn) const;
  // `Mon 8 Apr 20:41`, whatever day it is.
  std::string tellMinute(Instant instant, Lang lang = Lang::kEn) const;
  // `23:00`
  std::string tellClock(Instant instant) const;
  bool sameDay(Instant a, Instant b) const;

 private:
  std::string name_;
};

// `2 h 18 min`, `7 d`, `40 s`: at most two units, rounded down. `duration` is not negative.
std::string tellDuration(std::chrono::milliseconds duration, Lang lang = Lang::kEn);
// `in 2 h 18 min` or `12 min ago`.
std::string tellDistance(Instant instant, Instant now, Lang lang = Lang::kEn);
// `12 minutes ago`, the largest unit in words. `instant` is not after `now`.
std::string tellAgo(Instant instant, Instant now, Lang lang = Lang::kEn);

// The server's clock as far as its answers told it: never the clock of this machine, which may be wrong.
class ServerClock final {
 public:
  void learn(Instant serverNow);
  // The machine's clock before the first answer.
  Instant now() const;
  bool known() const { return known_; }

 private:
  bool known_ = false;
  Instant base_{};
  std::chrono::steady_clock::time_point at_{};
};

}  // namespace hearth::homework::client
