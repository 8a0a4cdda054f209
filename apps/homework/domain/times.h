// Instants, and how they read in the course's time zone. There is no time zone database here: a Zone carries the
// UTC offsets that matter, computed where there is one.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::homework {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

// RFC 3339 with `Z` or an offset, years 1970 to 9999, fractions cut to milliseconds; no leap seconds.
std::optional<Instant> parseInstant(std::string_view text);
// In UTC with `Z`; milliseconds only where there are any.
std::string formatInstant(Instant instant);
// 20190408T184307123Z: sorts as text as it does in time.
std::string compactInstant(Instant instant);
std::optional<Instant> parseCompactInstant(std::string_view text);
// Mon, 08 Apr 2019 18:43:07 +0000 (RFC 5322).
std::string mailDate(Instant instant);

struct ZoneOffset {
  Instant from;
  std::chrono::seconds offset{0};
};

struct Zone {
  std::string name = "UTC";
  std::vector<ZoneOffset> offsets;  // ascending; before the first entry its offset holds, none at all is UTC

  std::chrono::seconds offsetAt(Instant instant) const;
};

// `Mon 8 Apr 2019 23:00`, with `:07` in seconds where they are asked for. Without the zone's name.
enum class Precision : unsigned char { kMinutes, kSeconds };
std::string renderLocal(Instant instant, const Zone& zone, Precision precision = Precision::kMinutes);

// `2 h 16 min`, `3 d 4 h`, `45 s`: the two largest units, rounded down; of an absolute distance.
std::string renderDistance(std::chrono::milliseconds distance);

}  // namespace hearth::homework
