// The course's wall clock, from the IANA database: deadlines as trainers write them, and the offsets that
// functions, which have no such database, are given.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "homework/client/common/time_text.h"
#include "homework/domain/times.h"

namespace hearth::homework::client {

// Whether the machine's zone database has this name.
bool isKnownZone(std::string_view name);

// An instant that a trainer wrote: RFC 3339 with an offset, or `2019-04-08 23:00` (also with seconds) in the zone.
// A time that a clock change skips or repeats is a mistake, told in a sentence. Precondition of all:
// isKnownZone(zone).
std::variant<Instant, std::string> readDeadline(std::string_view text, const std::string& zone);

// The first Monday 23:00 of the zone that is later than `now`.
Instant nextMondayEvening(const std::string& zone, Instant now);

// The zone's offsets from `from` to a year after `until`.
homework::Zone zoneTable(const std::string& zone, Instant from, Instant until);

}  // namespace hearth::homework::client
