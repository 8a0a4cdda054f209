// Times as mails tell them, in the reader's language.
#pragma once

#include <string>

#include "homework/domain/times.h"
#include "homework/texts/texts.h"

namespace hearth::homework {

// `Mon 8 Apr 2019 23:00`, with `:07` in seconds where they are asked for. Without the zone's name.
std::string localTime(Lang lang, Instant instant, const Zone& zone, Precision precision = Precision::kMinutes);
// `Mon 8 Apr 23:00`: where the year goes without saying.
std::string shortLocalTime(Lang lang, Instant instant, const Zone& zone);
// `today 23:00`, `tomorrow 23:00`, else as shortLocalTime: as somebody reads it who reads it at `now`.
std::string nearLocalTime(Lang lang, Instant instant, Instant now, const Zone& zone);

}  // namespace hearth::homework
