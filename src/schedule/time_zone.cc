#include "schedule/time_zone.h"

// Debian builds the library in this mode, but its CMake package does not say so; the layout of its classes depends
// on it.
#ifndef USE_OS_TZDB
#define USE_OS_TZDB 1
#endif
#include <date/tz.h>

#include <stdexcept>

namespace hearth::schedule {
namespace {

using std::chrono::sys_seconds;

date::local_seconds toLibrary(LocalTime local) { return date::local_seconds{local.time_since_epoch()}; }

}  // namespace

std::optional<TimeZone> TimeZone::find(std::string_view name) {
  if (name == "UTC") return TimeZone{};
  // The library compares against the names it has listed; the name is never used as a path.
  try {
    return TimeZone{date::locate_zone(name)};
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

std::string TimeZone::name() const { return zone_ == nullptr ? "UTC" : zone_->name(); }

LocalTime TimeZone::toLocal(sys_seconds instant) const {
  if (zone_ == nullptr) return LocalTime{instant.time_since_epoch()};
  return LocalTime{(instant + zone_->get_info(instant).offset).time_since_epoch()};
}

std::optional<sys_seconds> TimeZone::firstInstant(LocalTime local) const {
  if (zone_ == nullptr) return sys_seconds{local.time_since_epoch()};
  const date::local_info info = zone_->get_info(toLibrary(local));
  if (info.result == date::local_info::nonexistent) return std::nullopt;
  // In an overlap `first` is the period before clocks were set back.
  return sys_seconds{local.time_since_epoch()} - info.first.offset;
}

sys_seconds TimeZone::instantPastGap(LocalTime local) const {
  if (zone_ == nullptr) return sys_seconds{local.time_since_epoch()};
  // In a gap, the offset before it puts the time behind the gap by as much as it lay inside.
  return sys_seconds{local.time_since_epoch()} - zone_->get_info(toLibrary(local)).first.offset;
}

}  // namespace hearth::schedule
