// Schedule expressions from strangers: parsing ends, and whatever parses has next times that move forward.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "schedule/timetable.h"

using hearth::schedule::Dialect;
using hearth::schedule::parseExpression;
using hearth::schedule::Time;
using hearth::schedule::Timetable;
using hearth::schedule::TimeZone;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto dialect : {Dialect::kRule, Dialect::kSchedule}) {
    auto expression = parseExpression(text, dialect);
    if (!expression.ok()) continue;
    const Timetable table{.expression = std::move(*expression),
                          .dialect = dialect,
                          .zone = TimeZone::find("Europe/Warsaw").value_or(TimeZone{}),
                          .created = Time{std::chrono::hours{24 * 365 * 56}}};
    Time at = table.created;
    for (int i = 0; i < 16; ++i) {
      const auto next = table.nextAfter(at);
      if (!next) break;
      if (*next <= at) std::abort();
      at = *next;
    }
  }
  return 0;
}
