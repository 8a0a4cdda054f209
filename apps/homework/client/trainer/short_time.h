// Instants in the course's zone, no longer than they need to be.
#pragma once

#include <string>

#include "homework/client/common/time_text.h"
#include "homework/domain/times.h"

namespace hearth::homework::client {

// `Mon 23:00` within six days of `now`, else `Mon 8 Apr 23:00`, with the year when it is another.
std::string shortLocal(Instant instant, const homework::Zone& zone, Instant now);
// `Mon 8 Apr 23:00`, with the year when it is not that of `now`.
std::string dayLocal(Instant instant, const homework::Zone& zone, Instant now);

}  // namespace hearth::homework::client
