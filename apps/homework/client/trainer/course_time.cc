#include "homework/client/trainer/course_time.h"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace hearth::homework::client {
namespace {

using namespace std::chrono;

// Reads `YYYY-MM-DD HH:MM[:SS]`.
std::optional<date::local_seconds> readLocal(std::string_view text) {
  if (text.size() == 16) return readLocal(std::string(text) + ":00");
  if (text.size() != 19 || (text[10] != ' ' && text[10] != 'T')) return std::nullopt;
  // As an instant in UTC it has the same fields, and they are checked on the way.
  const auto fields = parseInstant(std::string(text) + "Z");
  if (!fields) return std::nullopt;
  return date::local_seconds{floor<seconds>(*fields).time_since_epoch()};
}

Instant toInstant(date::sys_seconds time) { return Instant{time.time_since_epoch()}; }
date::sys_seconds toSystem(Instant instant) {
  return date::sys_seconds{floor<seconds>(instant).time_since_epoch()};
}

}  // namespace

bool isKnownZone(std::string_view name) {
  try {
    return !name.empty() && date::locate_zone(std::string(name)) != nullptr;
  } catch (const std::runtime_error&) {
    return false;
  }
}

std::variant<Instant, std::string> readDeadline(std::string_view text, const std::string& zone) {
  if (const auto instant = parseInstant(text)) return *instant;
  const auto local = readLocal(text);
  if (!local) return "is not a time: write it like \"2019-04-08 23:00\"";
  const date::local_info info = date::locate_zone(zone)->get_info(*local);
  if (info.result == date::local_info::nonexistent) {
    return "does not exist in " + zone + ": the clocks are put forward over it";
  }
  if (info.result == date::local_info::ambiguous) {
    return "exists twice in " + zone +
           ": the clocks are put back over it. Choose another time, or write the offset, as in "
           "2019-10-27T02:30:00+01:00";
  }
  return toInstant(date::sys_seconds{local->time_since_epoch() - info.first.offset});
}

Instant nextMondayEvening(const std::string& zone, Instant now) {
  const date::time_zone* rules = date::locate_zone(zone);
  const auto today = date::floor<date::days>(rules->to_local(toSystem(now)));
  for (int i = 0;; ++i) {
    const auto day = today + date::days{i};
    if (date::weekday{day} != date::Monday) continue;
    // No zone changes its clocks over this hour; the earlier reading is taken where one ever should.
    const Instant due = toInstant(rules->to_sys(date::local_seconds{day} + hours{23}, date::choose::earliest));
    if (due > now) return due;
  }
}

homework::Zone zoneTable(const std::string& zone, Instant from, Instant until) {
  const date::time_zone* rules = date::locate_zone(zone);
  homework::Zone table;
  table.name = zone;
  const date::sys_seconds end = toSystem(until) + hours{24 * 366};
  date::sys_seconds at = toSystem(from);
  while (at < end) {
    const date::sys_info info = rules->get_info(at);
    table.offsets.push_back({table.offsets.empty() ? Instant{} : toInstant(at), info.offset});
    at = info.end;
  }
  return table;
}

}  // namespace hearth::homework::client
