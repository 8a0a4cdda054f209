#include "schedule/timetable.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/bytes.h"

namespace hearth::schedule {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::size_t kLongestExpression = 256;  // as the API models have it

// Nothing is due later, so that dates far out of range cannot overflow.
constexpr Time kEndOfTime{std::chrono::sys_days{std::chrono::year{kLastCronYear + 1} / 1 / 1}};

bool isDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// What stands between the parentheses of `name(...)`; nullopt when it is not that.
std::optional<std::string_view> bodyOf(std::string_view text, std::string_view name, Dialect dialect) {
  if (text.size() < name.size() + 2 || text[name.size()] != '(' || text.back() != ')') return std::nullopt;
  const auto keyword = text.substr(0, name.size());
  if (dialect == Dialect::kRule ? keyword != name : !base::equalsIgnoreCase(keyword, name)) return std::nullopt;
  return text.substr(name.size() + 1, text.size() - name.size() - 2);
}

std::optional<Rate> parseRate(std::string_view body, Dialect dialect) {
  const auto split = std::min(body.find_first_not_of("0123456789"), body.size());
  const auto number = body.substr(0, split);
  const auto blanks = std::min(body.find_first_not_of(' ', split), body.size()) - split;
  std::string unit{body.substr(split + blanks)};
  if (dialect == Dialect::kSchedule) unit = base::toLower(unit);
  if (!isDigits(number) || number.size() > 9) return std::nullopt;
  std::int64_t value = 0;
  std::from_chars(number.data(), number.data() + number.size(), value);
  if (value == 0) return std::nullopt;

  const bool plural = unit.ends_with('s');
  if (plural) unit.pop_back();
  if (dialect == Dialect::kRule && (plural != (value != 1) || blanks != 1)) return std::nullopt;
  if (unit == "minute") return Rate{minutes{value}};
  if (unit == "hour") return Rate{hours{value}};
  if (unit == "day") return Rate{days{value}};
  return std::nullopt;
}

// yyyy-mm-ddThh:mm, with or without :ss.
std::optional<At> parseAt(std::string_view body) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (body.size() != kShape.size() && body.size() != kShape.size() - 3) return std::nullopt;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const bool digit = body[i] >= '0' && body[i] <= '9';
    if (kShape[i] == 'd' ? !digit : body[i] != kShape[i]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t size) {
    int value = 0;
    for (const char c : body.substr(at, size)) value = value * 10 + (c - '0');
    return value;
  };
  const std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                         std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                         std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  const int second = body.size() == kShape.size() ? number(17, 2) : 0;
  if (!date.ok() || number(0, 4) < kFirstCronYear || number(0, 4) > kLastCronYear || number(11, 2) > 23 ||
      number(14, 2) > 59 || second > 59) {
    return std::nullopt;
  }
  return At{std::chrono::local_days{date} + hours{number(11, 2)} + minutes{number(14, 2)} + seconds{second}};
}

Fault notValid(std::string_view text, Dialect dialect) {
  if (dialect == Dialect::kRule) return {"ValidationException", "Parameter ScheduleExpression is not valid."};
  return {"ValidationException", "Invalid Schedule Expression " + std::string(text) + "."};
}

std::optional<Time> nextOf(const CronFields& cron, const TimeZone& zone, Time after) {
  // Milliseconds of `after` do not matter: occurrences are on whole minutes, so none lies inside its second.
  const sys_seconds instant = std::chrono::floor<seconds>(after);
  std::optional<LocalTime> local = zone.toLocal(instant);
  while ((local = cron.nextAfter(*local))) {
    const auto candidate = zone.firstInstant(*local);
    if (candidate && *candidate > instant) return Time{*candidate};
  }
  return std::nullopt;
}

}  // namespace

Result<Expression> parseExpression(std::string_view text, Dialect dialect) {
  if (text.size() <= kLongestExpression) {
    if (const auto body = bodyOf(text, "cron", dialect)) {
      auto cron = CronFields::parse(*body, dialect == Dialect::kRule ? YearField::kRequired : YearField::kOptional);
      if (cron) return Expression{*std::move(cron)};
    } else if (const auto rateBody = bodyOf(text, "rate", dialect)) {
      if (const auto rate = parseRate(*rateBody, dialect)) return Expression{*rate};
    } else if (const auto atBody = bodyOf(text, "at", dialect); atBody && dialect == Dialect::kSchedule) {
      if (const auto at = parseAt(*atBody)) return Expression{*at};
    }
  }
  return notValid(text.substr(0, kLongestExpression), dialect);
}

std::optional<Time> Timetable::nextAfter(Time after) const {
  if (const auto* at = std::get_if<At>(&expression)) {
    const Time due{zone.instantPastGap(at->local)};
    return due > after ? std::optional{due} : std::nullopt;
  }
  if (start && *start > after) after = *start - milliseconds{1};
  if (after >= kEndOfTime) return std::nullopt;
  std::optional<Time> next;
  if (const auto* rate = std::get_if<Rate>(&expression)) {
    const Time origin = start.value_or(dialect == Dialect::kRule ? created + rate->interval : created);
    next = after < origin ? origin : origin + ((after - origin) / rate->interval + 1) * rate->interval;
    if (*next >= kEndOfTime) return std::nullopt;
  } else {
    next = nextOf(std::get<CronFields>(expression), zone, after);
  }
  if (next && end && *next > *end) return std::nullopt;
  return next;
}

Time Timetable::latestIn(Time from, Time until) const {
  if (std::holds_alternative<At>(expression)) return from;
  if (end) until = std::min(until, *end);
  if (until <= from) return from;
  if (const auto* rate = std::get_if<Rate>(&expression)) {
    return from + (until - from) / rate->interval * rate->interval;
  }
  // Looks back from `until` in growing steps until one holds an occurrence, and takes the last one in it: a dense
  // expression is found in the first step, a sparse one has few occurrences to walk over.
  constexpr std::array kSteps{hours{1}, hours{24}, hours{24 * 32}, hours{24 * 366}, hours{24 * 366 * 10}};
  Time last = from;
  for (const auto step : kSteps) {
    last = std::max(from, until - step);
    const auto next = nextAfter(last);
    if (last == from || (next && *next <= until)) break;
    last = from;
  }
  for (auto next = nextAfter(last); next && *next <= until; next = nextAfter(*next)) last = *next;
  return last;
}

}  // namespace hearth::schedule
