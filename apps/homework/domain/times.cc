#include "homework/domain/times.h"

#include <array>
#include <cstdio>

namespace hearth::homework {
namespace {

using namespace std::chrono;

constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Parts {
  int year, month, day, hour, minute, second, milli;
  const char* weekday;
};

template <class Duration>
Parts partsOf(sys_time<Duration> time) {
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<milliseconds>(time - day));
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count()),
          static_cast<int>(clock.subseconds().count()),
          kDays[weekday(day).c_encoding()]};
}

template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[96];
  const int length = std::snprintf(text, sizeof text, pattern, values...);
  return {text, static_cast<std::size_t>(length)};
}

// Reads fixed-width text from the front; any mismatch makes it bad for good.
class Scanner final {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  int number(std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const char c = next();
      if (c < '0' || c > '9') bad_ = true;
      value = value * 10 + (c - '0');
    }
    return bad_ ? 0 : value;
  }
  void expect(char wanted) {
    if (next() != wanted) bad_ = true;
  }
  char next() {
    if (text_.empty()) {
      bad_ = true;
      return '\0';
    }
    const char c = text_.front();
    text_.remove_prefix(1);
    return c;
  }
  char peek() const { return text_.empty() ? '\0' : text_.front(); }
  bool good() const { return !bad_; }
  bool done() const { return !bad_ && text_.empty(); }

 private:
  std::string_view text_;
  bool bad_ = false;
};

std::optional<Instant> fromParts(int y, int mo, int d, int h, int mi, int s, int ms) {
  const year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  if (y < 1970 || !date.ok() || h > 23 || mi > 59 || s > 59) return std::nullopt;
  return Instant(sys_days(date)) + hours(h) + minutes(mi) + seconds(s) + milliseconds(ms);
}

}  // namespace

std::optional<Instant> parseInstant(std::string_view text) {
  Scanner in(text);
  const int y = in.number(4);
  in.expect('-');
  const int mo = in.number(2);
  in.expect('-');
  const int d = in.number(2);
  const char separator = in.next();
  if (separator != 'T' && separator != 't' && separator != ' ') return std::nullopt;
  const int h = in.number(2);
  in.expect(':');
  const int mi = in.number(2);
  in.expect(':');
  const int s = in.number(2);
  int ms = 0;
  if (in.peek() == '.') {
    in.next();
    int digits = 0;
    for (int scale = 100; in.peek() >= '0' && in.peek() <= '9'; scale /= 10, ++digits) ms += in.number(1) * scale;
    if (digits == 0 || digits > 9) return std::nullopt;
  }
  const char sign = in.next();
  seconds offset{0};
  if (sign == '+' || sign == '-') {
    const int offsetHours = in.number(2);
    in.expect(':');
    const int offsetMinutes = in.number(2);
    if (offsetHours > 23 || offsetMinutes > 59) return std::nullopt;
    offset = (hours(offsetHours) + minutes(offsetMinutes)) * (sign == '+' ? 1 : -1);
  } else if (sign != 'Z' && sign != 'z') {
    return std::nullopt;
  }
  if (!in.done()) return std::nullopt;
  const auto local = fromParts(y, mo, d, h, mi, s, ms);
  if (!local) return std::nullopt;
  return *local - offset;
}

std::string formatInstant(Instant instant) {
  const Parts p = partsOf(instant);
  const std::string head =
      format("%04d-%02d-%02dT%02d:%02d:%02d", p.year, p.month, p.day, p.hour, p.minute, p.second);
  return p.milli == 0 ? head + "Z" : head + format(".%03dZ", p.milli);
}

std::string compactInstant(Instant instant) {
  const Parts p = partsOf(instant);
  return format("%04d%02d%02dT%02d%02d%02d%03dZ", p.year, p.month, p.day, p.hour, p.minute, p.second, p.milli);
}

std::optional<Instant> parseCompactInstant(std::string_view text) {
  Scanner in(text);
  const int y = in.number(4);
  const int mo = in.number(2);
  const int d = in.number(2);
  in.expect('T');
  const int h = in.number(2);
  const int mi = in.number(2);
  const int s = in.number(2);
  const int ms = in.number(3);
  in.expect('Z');
  if (!in.done()) return std::nullopt;
  return fromParts(y, mo, d, h, mi, s, ms);
}

std::string mailDate(Instant instant) {
  const Parts p = partsOf(instant);
  return format("%s, %02d %s %04d %02d:%02d:%02d +0000", p.weekday, p.day,
                kMonths[static_cast<std::size_t>(p.month - 1)], p.year, p.hour, p.minute, p.second);
}

seconds Zone::offsetAt(Instant instant) const {
  if (offsets.empty()) return seconds(0);
  seconds found = offsets.front().offset;
  for (const ZoneOffset& entry : offsets) {
    if (entry.from > instant) break;
    found = entry.offset;
  }
  return found;
}

std::string renderLocal(Instant instant, const Zone& zone, Precision precision) {
  const Parts p = partsOf(instant + zone.offsetAt(instant));
  const std::string head = format("%s %d %s %d %02d:%02d", p.weekday, p.day,
                                  kMonths[static_cast<std::size_t>(p.month - 1)], p.year, p.hour, p.minute);
  return precision == Precision::kMinutes ? head : head + format(":%02d", p.second);
}

std::string renderDistance(milliseconds distance) {
  const long long total = floor<seconds>(distance < milliseconds(0) ? -distance : distance).count();
  constexpr std::array<std::pair<long long, const char*>, 4> kUnits = {
      {{86400, " d"}, {3600, " h"}, {60, " min"}, {1, " s"}}};
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    const auto [size, name] = kUnits[i];
    if (total < size && i + 1 < kUnits.size()) continue;
    std::string out = std::to_string(total / size) + name;
    if (i + 1 < kUnits.size()) {
      const long long rest = total % size / kUnits[i + 1].first;
      if (rest > 0) out += " " + std::to_string(rest) + kUnits[i + 1].second;
    }
    return out;
  }
  return "0 s";
}

}  // namespace hearth::homework
