#include "homework/client/trainer/short_time.h"

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

constexpr std::chrono::hours kNear{6 * 24};

}  // namespace

std::string dayLocal(Instant instant, const homework::Zone& zone, Instant now) {
  const std::string full = renderLocal(instant, zone);  // Mon 8 Apr 2019 23:00
  const std::string fullNow = renderLocal(now, zone);
  const auto words = split(full, ' ');
  const auto thisYear = split(fullNow, ' ');
  if (words.size() != 5 || thisYear.size() != 5 || words[3] != thisYear[3]) return full;
  return std::string(words[0]) + " " + std::string(words[1]) + " " + std::string(words[2]) + " " +
         std::string(words[4]);
}

std::string shortLocal(Instant instant, const homework::Zone& zone, Instant now) {
  const auto distance = instant > now ? instant - now : now - instant;
  const std::string full = renderLocal(instant, zone);
  const auto words = split(full, ' ');
  if (distance > kNear || words.size() != 5) return dayLocal(instant, zone, now);
  return std::string(words[0]) + " " + std::string(words[4]);
}

}  // namespace hearth::homework::client
