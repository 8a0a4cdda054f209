#include "homework/client/common/time_text.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>

namespace hearth::homework::client {
namespace {

using namespace std::chrono;

constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Takes digits and fixed characters off the front of a text.
class Scanner final {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool literal(std::string_view expected) {
    if (!text_.starts_with(expected)) return false;
    text_.remove_prefix(expected.size());
    return true;
  }
  std::optional<int> number(std::size_t digits) {
    if (text_.size() < digits) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (text_[i] < '0' || text_[i] > '9') return std::nullopt;
      value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(digits);
    return value;
  }
  std::string_view rest() const { return text_; }
  void skip(std::size_t count) { text_.remove_prefix(count); }

 private:
  std::string_view text_;
};

std::optional<Instant> assemble(int y, int mo, int d, int h, int mi, int s) {
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (!date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;
  return Instant(sys_days{date}) + hours{h} + minutes{mi} + seconds{s};
}

// The decimals of a second; false when a point is not followed by one to nine digits.
bool takeFraction(Scanner& scanner, milliseconds& out) {
  if (!scanner.literal(".")) return true;
  int count = 0;
  int value = 0;
  while (const auto digit = scanner.number(1)) {
    if (++count <= 3) value = value * 10 + *digit;
  }
  for (int i = count; i < 3; ++i) value *= 10;
  out = milliseconds{value};
  return count >= 1 && count <= 9;
}

std::optional<minutes> takeOffset(Scanner& scanner) {
  if (scanner.literal("Z") || scanner.literal("z")) return minutes{0};
  const bool negative = scanner.literal("-");
  if (!negative && !scanner.literal("+")) return std::nullopt;
  const auto h = scanner.number(2);
  if (!h || !scanner.literal(":")) return std::nullopt;
  const auto m = scanner.number(2);
  if (!m || *h > 23 || *m > 59) return std::nullopt;
  const minutes offset = hours{*h} + minutes{*m};
  return negative ? -offset : offset;
}

// Names of the zone database, so that nothing else can be reached through the name.
bool isZoneName(std::string_view name) {
  if (name.empty() || name.size() > 64 || name.front() == '/' || name.find("..") != std::string_view::npos)
    return false;
  for (const char c : name) {
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
                       c == '-' || c == '+' || c == '/';
    if (!plain) return false;
  }
  return true;
}

std::string twoDigits(int value) {
  char out[16];
  std::snprintf(out, sizeof out, "%02d", value);
  return out;
}

// The item of a list that is separated by blanks.
std::string nth(const std::string& list, std::size_t n) {
  std::size_t start = 0;
  for (; n > 0; --n) start = list.find(' ', start) + 1;
  return list.substr(start, list.find(' ', start) - start);
}

std::string dayText(const year_month_day& date, Lang lang) {
  return nth(text(lang, Text::kTermWeekdays), weekday{sys_days{date}}.c_encoding()) + " " +
         std::to_string(static_cast<unsigned>(date.day())) + " " +
         nth(text(lang, Text::kTermMonths), static_cast<unsigned>(date.month()) - 1);
}

std::string clockText(const LocalTime& time) { return twoDigits(time.hour) + ":" + twoDigits(time.minute); }

}  // namespace

std::optional<Instant> parseInstant(std::string_view text) {
  Scanner scanner(text);
  const auto y = scanner.number(4);
  if (!y || !scanner.literal("-")) return std::nullopt;
  const auto mo = scanner.number(2);
  if (!mo || !scanner.literal("-")) return std::nullopt;
  const auto d = scanner.number(2);
  if (!d || !(scanner.literal("T") || scanner.literal("t") || scanner.literal(" "))) return std::nullopt;
  const auto h = scanner.number(2);
  if (!h || !scanner.literal(":")) return std::nullopt;
  const auto mi = scanner.number(2);
  if (!mi || !scanner.literal(":")) return std::nullopt;
  const auto s = scanner.number(2);
  milliseconds fraction{0};
  if (!s || !takeFraction(scanner, fraction)) return std::nullopt;
  const auto offset = takeOffset(scanner);
  if (!offset || !scanner.rest().empty()) return std::nullopt;
  const auto instant = assemble(*y, *mo, *d, *h, *mi, *s);
  if (!instant) return std::nullopt;
  return *instant + fraction - *offset;
}

std::optional<Instant> parseHttpDate(std::string_view text) {
  Scanner scanner(text);
  if (text.size() < 5) return std::nullopt;
  scanner.skip(3);
  if (!scanner.literal(", ")) return std::nullopt;
  const auto d = scanner.number(2);
  if (!d || !scanner.literal(" ")) return std::nullopt;
  int mo = 0;
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (scanner.rest().starts_with(kMonths[i])) mo = static_cast<int>(i) + 1;
  }
  if (mo == 0) return std::nullopt;
  scanner.skip(3);
  if (!scanner.literal(" ")) return std::nullopt;
  const auto y = scanner.number(4);
  if (!y || !scanner.literal(" ")) return std::nullopt;
  const auto h = scanner.number(2);
  if (!h || !scanner.literal(":")) return std::nullopt;
  const auto mi = scanner.number(2);
  if (!mi || !scanner.literal(":")) return std::nullopt;
  const auto s = scanner.number(2);
  if (!s || scanner.rest() != " GMT") return std::nullopt;
  return assemble(*y, mo, *d, *h, *mi, *s);
}

std::string formatInstant(Instant instant) {
  const LocalTime t = localTime(instant, seconds{0});
  const auto fraction = static_cast<int>((instant - floor<seconds>(instant)).count());
  char out[64];
  std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(t.date.year()),
                static_cast<unsigned>(t.date.month()), static_cast<unsigned>(t.date.day()), t.hour, t.minute,
                t.second);
  std::string text = out;
  if (fraction != 0) {
    std::snprintf(out, sizeof out, ".%03d", fraction);
    text += out;
  }
  return text + "Z";
}

LocalTime localTime(Instant instant, seconds offset) {
  const auto local = floor<seconds>(instant) + offset;
  const auto midnight = floor<days>(local);
  const hh_mm_ss time{local - midnight};
  return {year_month_day{midnight}, static_cast<int>(time.hours().count()),
          static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count())};
}

Zone::Zone(std::string_view name) : name_("UTC") {
  const std::filesystem::path file = std::filesystem::path("/usr/share/zoneinfo") / name;
  std::error_code ignored;
  if (isZoneName(name) && std::filesystem::is_regular_file(file, ignored)) name_ = name;
  ::setenv("TZ", name_ == "UTC" ? "UTC0" : (":" + file.string()).c_str(), 1);
  ::tzset();
}

seconds Zone::offsetAt(Instant instant) const {
  const std::time_t time = floor<seconds>(instant).time_since_epoch().count();
  std::tm local = {};
  if (::localtime_r(&time, &local) == nullptr) return seconds{0};
  return seconds{local.tm_gmtoff};
}

std::string Zone::tell(Instant instant, Instant now, Lang lang) const {
  const LocalTime then = localTime(instant, offsetAt(instant));
  const LocalTime today = localTime(now, offsetAt(now));
  const std::string clock = clockText(then);
  if (then.date == today.date) return text(lang, Text::kTermToday, {{"time", clock}});
  if (sys_days{then.date} == sys_days{today.date} + days{1})
    return text(lang, Text::kTermTomorrow, {{"time", clock}});
  const bool sameYear = then.date.year() == today.date.year();
  return dayText(then.date, lang) + (sameYear ? "" : " " + std::to_string(static_cast<int>(then.date.year()))) +
         " " + clock;
}

std::string Zone::tellExactly(Instant instant, Lang lang) const {
  const LocalTime then = localTime(instant, offsetAt(instant));
  return dayText(then.date, lang) + " " + std::to_string(static_cast<int>(then.date.year())) + " " +
         clockText(then) + ":" + twoDigits(then.second);
}

std::string Zone::tellMinute(Instant instant, Lang lang) const {
  const LocalTime then = localTime(instant, offsetAt(instant));
  return dayText(then.date, lang) + " " + clockText(then);
}

std::string Zone::tellClock(Instant instant) const { return clockText(localTime(instant, offsetAt(instant))); }

bool Zone::sameDay(Instant a, Instant b) const {
  return localTime(a, offsetAt(a)).date == localTime(b, offsetAt(b)).date;
}

std::string tellDuration(milliseconds duration, Lang lang) {
  const auto total = floor<seconds>(duration).count();
  const auto unit = [lang](std::int64_t value, Text key) { return text(lang, key, {{"n", value}}); };
  const std::int64_t d = total / 86400;
  const std::int64_t h = total / 3600 % 24;
  const std::int64_t m = total / 60 % 60;
  if (d >= 3) return unit(d, Text::kTermUnitDays);
  if (d > 0) return unit(d, Text::kTermUnitDays) + (h > 0 ? " " + unit(h, Text::kTermUnitHours) : "");
  if (h > 0) return unit(h, Text::kTermUnitHours) + (m > 0 ? " " + unit(m, Text::kTermUnitMinutes) : "");
  return m > 0 ? unit(m, Text::kTermUnitMinutes) : unit(total, Text::kTermUnitSeconds);
}

std::string tellDistance(Instant instant, Instant now, Lang lang) {
  if (instant >= now) return text(lang, Text::kTermIn, {{"time", tellDuration(instant - now, lang)}});
  return text(lang, Text::kTermAgo, {{"time", tellDuration(now - instant, lang)}});
}

std::string tellAgo(Instant instant, Instant now, Lang lang) {
  const auto total = floor<seconds>(now - instant).count();
  std::string time;
  if (total >= 2 * 86400) {
    time = text(lang, Text::kSharedDays, {{"n", total / 86400}});
  } else if (total >= 2 * 3600) {
    time = text(lang, Text::kSharedHours, {{"n", total / 3600}});
  } else if (total >= 60) {
    time = text(lang, Text::kSharedMinutes, {{"n", total / 60}});
  } else {
    time = text(lang, Text::kTermUnitSeconds, {{"n", total}});
  }
  return text(lang, Text::kTermAgo, {{"time", time}});
}

void ServerClock::learn(Instant serverNow) {
  known_ = true;
  base_ = serverNow;
  at_ = steady_clock::now();
}

Instant ServerClock::now() const {
  if (!known_) return floor<milliseconds>(system_clock::now());
  return base_ + duration_cast<milliseconds>(steady_clock::now() - at_);
}

}  // namespace hearth::homework::client
