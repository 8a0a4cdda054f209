// TimeZone: civil time in a place, by its IANA name ("Europe/Warsaw").
//
// The rules are the machine's (/usr/share/zoneinfo, Debian package tzdata), read through Howard Hinnant's date
// library, whose types stay inside time_zone.cc.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace date {
class time_zone;
}

namespace hearth::schedule {

// What a wall clock shows, without saying where.
using LocalTime = std::chrono::local_seconds;

// A value; cheap to copy. Thread-safe.
class TimeZone final {
 public:
  // UTC.
  TimeZone() = default;

  // nullopt when there is no zone of that name. Names are case-sensitive; links ("Poland") are zones too.
  static std::optional<TimeZone> find(std::string_view name);

  // The name it was found by ("UTC" for the default).
  std::string name() const;
  bool isUtc() const { return zone_ == nullptr; }

  LocalTime toLocal(std::chrono::sys_seconds instant) const;

  // When the wall clock shows `local` for the first time: it does so twice when clocks were set back in between.
  // nullopt when it never does, because clocks were set forward over it.
  std::optional<std::chrono::sys_seconds> firstInstant(LocalTime local) const;

  // The same, but a time that was skipped is moved forward by the length of the gap, as java.time does: 02:30 in
  // a gap from 02:00 to 03:00 becomes 03:30.
  std::chrono::sys_seconds instantPastGap(LocalTime local) const;

 private:
  explicit TimeZone(const date::time_zone* zone) : zone_(zone) {}
  const date::time_zone* zone_ = nullptr;  // borrowed from the date library, which keeps it for good
};

}  // namespace hearth::schedule
