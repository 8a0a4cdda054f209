#include "base/clock.h"

#include <array>
#include <optional>

#include "base/bytes.h"

namespace hearth::base {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> kLongWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                           "Thursday", "Friday", "Saturday"};

struct Fields {
  int year = 1970;
  unsigned month = 1;
  unsigned day = 1;
  unsigned weekday = 4;  // 0 is Sunday.
  int hour = 0;
  int minute = 0;
  int second = 0;
  int milli = 0;
};

Fields split(Time time) {
  const auto day = floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  Fields f;
  f.year = static_cast<int>(date.year());
  f.month = static_cast<unsigned>(date.month());
  f.day = static_cast<unsigned>(date.day());
  f.weekday = std::chrono::weekday(day).c_encoding();
  f.hour = static_cast<int>(clock.hours().count());
  f.minute = static_cast<int>(clock.minutes().count());
  f.second = static_cast<int>(clock.seconds().count());
  f.milli = static_cast<int>(clock.subseconds().count());
  return f;
}

// nullopt for dates that the calendar does not have. Second 60 is RFC 3339's leap second: the next minute.
std::optional<Time> join(const Fields& f) {
  const std::chrono::year_month_day date{std::chrono::year(f.year), std::chrono::month(f.month),
                                         std::chrono::day(f.day)};
  if (!date.ok() || f.hour > 23 || f.minute > 59 || f.second > 60) return std::nullopt;
  return Time(std::chrono::sys_days(date)) + hours(f.hour) + minutes(f.minute) + seconds(f.second) +
         Duration(f.milli);
}

// Appends `value` with at least `width` digits.
void put(std::string& into, int value, int width) {
  if (value < 0) {
    into.push_back('-');
    value = -value;
  }
  const std::string digits = std::to_string(value);
  for (int i = static_cast<int>(digits.size()); i < width; ++i) into.push_back('0');
  into.append(digits);
}

// Reads from the front of a text; every take... returns false and leaves the rest undefined on a mismatch.
class Scanner final {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool digits(int count, int& value) {
    value = 0;
    for (int i = 0; i < count; ++i) {
      if (rest_.empty() || rest_[0] < '0' || rest_[0] > '9') return false;
      value = value * 10 + (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    return true;
  }
  bool digits(int count, unsigned& value) {
    int number = 0;
    if (!digits(count, number)) return false;
    value = static_cast<unsigned>(number);
    return true;
  }
  bool literal(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  bool anyOf(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_[0]) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  template <std::size_t N>
  bool name(const std::array<std::string_view, N>& names, unsigned& index) {
    for (index = 0; index < N; ++index) {
      if (literal(names[index])) return true;
    }
    return false;
  }
  // A fraction of a second, in milliseconds, cut off; at least one digit.
  bool fraction(int& milli) {
    milli = 0;
    int count = 0;
    for (; !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; rest_.remove_prefix(1), ++count) {
      if (count < 3) milli = milli * 10 + (rest_[0] - '0');
    }
    for (int i = count; i < 3; ++i) milli *= 10;
    return count > 0;
  }
  bool atEnd() const { return rest_.empty(); }
  char peek() const { return rest_.empty() ? '\0' : rest_[0]; }

 private:
  std::string_view rest_;
};

bool scanClock(Scanner& s, Fields& f) {
  return s.digits(2, f.hour) && s.literal(":") && s.digits(2, f.minute) && s.literal(":") && s.digits(2, f.second);
}

// Z, or the distance from UTC as RFC 3339 writes it.
bool scanOffset(Scanner& s, minutes& offset) {
  offset = minutes(0);
  if (s.anyOf("Zz")) return true;
  const bool west = s.peek() == '-';
  int h = 0;
  int m = 0;
  if (!s.anyOf("+-") || !s.digits(2, h) || !s.literal(":") || !s.digits(2, m) || h > 23 || m > 59) return false;
  offset = hours(h) + minutes(m);
  if (west) offset = -offset;
  return true;
}

std::optional<Time> parseExtended(std::string_view text) {
  Scanner s(text);
  Fields f;
  minutes offset{0};
  if (!s.digits(4, f.year) || !s.literal("-") || !s.digits(2, f.month) || !s.literal("-") || !s.digits(2, f.day)) {
    return std::nullopt;
  }
  if (s.atEnd()) return join(f);
  if (!s.anyOf("Tt ") || !scanClock(s, f)) return std::nullopt;
  if (s.literal(".") && !s.fraction(f.milli)) return std::nullopt;
  if (!scanOffset(s, offset) || !s.atEnd()) return std::nullopt;
  const auto time = join(f);
  return time ? std::optional(*time - offset) : std::nullopt;
}

std::optional<Time> parseBasic(std::string_view text) {
  Scanner s(text);
  Fields f;
  if (!s.digits(4, f.year) || !s.digits(2, f.month) || !s.digits(2, f.day) || !s.literal("T") ||
      !s.digits(2, f.hour) || !s.digits(2, f.minute) || !s.digits(2, f.second) || !s.literal("Z") || !s.atEnd()) {
    return std::nullopt;
  }
  return join(f);
}

// Mon, 08 Apr 2019 21:00:00 GMT
std::optional<Time> parseImfFixdate(std::string_view text) {
  Scanner s(text);
  Fields f;
  unsigned month = 0;
  if (!s.name(kWeekdays, f.weekday) || !s.literal(", ") || !s.digits(2, f.day) || !s.literal(" ") ||
      !s.name(kMonths, month) || !s.literal(" ") || !s.digits(4, f.year) || !s.literal(" ") || !scanClock(s, f) ||
      !s.literal(" GMT") || !s.atEnd()) {
    return std::nullopt;
  }
  f.month = month + 1;
  return join(f);
}

// Monday, 08-Apr-19 21:00:00 GMT; years below 70 belong to this century.
std::optional<Time> parseRfc850(std::string_view text) {
  Scanner s(text);
  Fields f;
  unsigned month = 0;
  if (!s.name(kLongWeekdays, f.weekday) || !s.literal(", ") || !s.digits(2, f.day) || !s.literal("-") ||
      !s.name(kMonths, month) || !s.literal("-") || !s.digits(2, f.year) || !s.literal(" ") || !scanClock(s, f) ||
      !s.literal(" GMT") || !s.atEnd()) {
    return std::nullopt;
  }
  f.month = month + 1;
  f.year += f.year < 70 ? 2000 : 1900;
  return join(f);
}

// Mon Apr  8 21:00:00 2019
std::optional<Time> parseAsctime(std::string_view text) {
  Scanner s(text);
  Fields f;
  unsigned month = 0;
  if (!s.name(kWeekdays, f.weekday) || !s.literal(" ") || !s.name(kMonths, month) || !s.literal(" ")) {
    return std::nullopt;
  }
  const int dayDigits = s.literal(" ") ? 1 : 2;
  if (!s.digits(dayDigits, f.day) || !s.literal(" ") || !scanClock(s, f) || !s.literal(" ") ||
      !s.digits(4, f.year) || !s.atEnd()) {
    return std::nullopt;
  }
  f.month = month + 1;
  return join(f);
}

Fault timeFault(std::string_view text) {
  constexpr std::size_t kShown = 64;
  const std::string shown = isUtf8(text) ? std::string(text.substr(0, kShown)) : std::string();
  return Fault("ValidationException", "Invalid timestamp: " + shown);
}

}  // namespace

SystemClock::SystemClock(Time startAt) : shift_(startAt - SystemClock().now()) {}

Time SystemClock::now() const { return floor<Duration>(std::chrono::system_clock::now()) + shift_; }

std::string formatIso8601(Time time, bool withMillis) {
  const Fields f = split(time);
  std::string text;
  put(text, f.year, 4);
  put(text.append("-"), static_cast<int>(f.month), 2);
  put(text.append("-"), static_cast<int>(f.day), 2);
  put(text.append("T"), f.hour, 2);
  put(text.append(":"), f.minute, 2);
  put(text.append(":"), f.second, 2);
  if (withMillis && f.milli != 0) put(text.append("."), f.milli, 3);
  return text.append("Z");
}

std::string formatHttpDate(Time time) {
  const Fields f = split(time);
  std::string text(kWeekdays[f.weekday]);
  put(text.append(", "), static_cast<int>(f.day), 2);
  text.append(" ").append(kMonths[f.month - 1]);
  put(text.append(" "), f.year, 4);
  put(text.append(" "), f.hour, 2);
  put(text.append(":"), f.minute, 2);
  put(text.append(":"), f.second, 2);
  return text.append(" GMT");
}

std::string formatBasicIso8601(Time time) {
  const Fields f = split(time);
  std::string text;
  put(text, f.year, 4);
  put(text, static_cast<int>(f.month), 2);
  put(text, static_cast<int>(f.day), 2);
  put(text.append("T"), f.hour, 2);
  put(text, f.minute, 2);
  put(text, f.second, 2);
  return text.append("Z");
}

Result<Time> parseIso8601(std::string_view text) {
  if (const auto time = parseExtended(text)) return *time;
  if (const auto time = parseBasic(text)) return *time;
  return timeFault(text);
}

Result<Time> parseHttpDate(std::string_view text) {
  // A recipient accepts all three forms (RFC 9110, section 5.6.7).
  if (const auto time = parseImfFixdate(text)) return *time;
  if (const auto time = parseRfc850(text)) return *time;
  if (const auto time = parseAsctime(text)) return *time;
  return timeFault(text);
}

}  // namespace hearth::base
