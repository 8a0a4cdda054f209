#include "schedule/cron.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace hearth::schedule {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::month;
using std::chrono::months;
using std::chrono::weekday;
using std::chrono::year;
using std::chrono::year_month;
using std::chrono::year_month_day;

constexpr std::size_t kLongestField = 256;
constexpr std::array<std::string_view, 12> kMonthNames{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                       "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kDayNames{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

// What the values of a field may be.
struct FieldRule {
  int least;
  int most;
  std::span<const std::string_view> names;  // the first one stands for 1
  bool increments = true;
};

std::optional<int> parseNumber(std::string_view text) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::optional<int> parseValue(std::string_view text, const FieldRule& rule) {
  for (std::size_t i = 0; i < rule.names.size(); ++i) {
    if (base::equalsIgnoreCase(text, rule.names[i])) return static_cast<int>(i) + 1;
  }
  const auto number = parseNumber(text);
  if (!number || *number < rule.least || *number > rule.most) return std::nullopt;
  return number;
}

// `*`, `a`, `a-b`, each perhaps with `/step`: calls `add` for every value. False when it is not valid.
template <class Add>
bool parseItem(std::string_view item, const FieldRule& rule, Add add) {
  int step = 0;
  if (const auto slash = item.find('/'); slash != std::string_view::npos) {
    const auto number = parseNumber(item.substr(slash + 1));
    if (!rule.increments || !number || *number == 0) return false;
    step = *number;
    item = item.substr(0, slash);
  }
  int from = rule.least;
  int to = rule.most;
  if (item != "*") {
    const auto dash = item.find('-');
    const auto low = parseValue(item.substr(0, dash), rule);
    if (!low) return false;
    from = *low;
    if (dash != std::string_view::npos) {
      const auto high = parseValue(item.substr(dash + 1), rule);
      if (!high || *high < *low) return false;
      to = *high;
    } else if (step == 0) {
      to = from;
    }
  }
  for (int value = from; value <= to; value += step == 0 ? 1 : step) add(value);
  return true;
}

// Calls `parse` for every item of the list; false at the first that is not valid.
template <class Parse>
bool forEachItem(std::string_view field, Parse parse) {
  if (field.size() > kLongestField) return false;
  while (true) {
    const auto comma = field.find(',');
    if (!parse(field.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    field.remove_prefix(comma + 1);
  }
}

template <class Add>
bool parseField(std::string_view field, const FieldRule& rule, Add add) {
  return forEachItem(field, [&](std::string_view item) { return parseItem(item, rule, add); });
}

std::optional<std::vector<std::string_view>> splitFields(std::string_view text) {
  std::vector<std::string_view> fields;
  while (true) {
    const auto start = text.find_first_not_of(' ');
    if (start == std::string_view::npos) return fields;
    if (fields.size() == 6) return std::nullopt;
    text.remove_prefix(start);
    const auto end = std::min(text.find(' '), text.size());
    fields.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

unsigned lengthOf(year_month ym) {
  return static_cast<unsigned>(std::chrono::year_month_day_last{ym / std::chrono::last}.day());
}

// 1 is Sunday.
unsigned weekdayOf(year_month ym, unsigned dayOfMonth) {
  return weekday{local_days{ym / day{dayOfMonth}}}.c_encoding() + 1;
}

constexpr std::uint32_t bit(unsigned n) { return std::uint32_t{1} << n; }

}  // namespace

std::optional<CronFields::Days> CronFields::parseDayOfMonth(std::string_view field) {
  Days result;
  if (field == "?") {
    result.any = true;
    return result;
  }
  const FieldRule rule{1, 31, {}};
  const bool valid = forEachItem(field, [&](std::string_view item) {
    if (base::equalsIgnoreCase(item, "L")) return result.lastDay = true;
    if (base::equalsIgnoreCase(item, "LW")) return result.lastWorkday = true;
    if (item.size() > 1 && (item.back() == 'W' || item.back() == 'w')) {
      const auto n = parseValue(item.substr(0, item.size() - 1), rule);
      if (n) result.nearest |= bit(static_cast<unsigned>(*n));
      return n.has_value();
    }
    return parseItem(item, rule, [&](int n) { result.plain |= bit(static_cast<unsigned>(n)); });
  });
  if (!valid) return std::nullopt;
  return result;
}

std::optional<CronFields::Days> CronFields::parseDayOfWeek(std::string_view field) {
  Days result;
  if (field == "?") {
    result.any = true;
    return result;
  }
  const FieldRule rule{1, 7, kDayNames, false};
  if (const auto hash = field.find('#'); hash != std::string_view::npos) {
    const auto n = parseValue(field.substr(0, hash), rule);
    const auto k = parseNumber(field.substr(hash + 1));
    if (!n || !k || *k < 1 || *k > 5) return std::nullopt;
    result.ordinalDay = static_cast<unsigned>(*n);
    result.ordinal = static_cast<unsigned>(*k);
    return result;
  }
  const bool valid = forEachItem(field, [&](std::string_view item) {
    if (base::equalsIgnoreCase(item, "L")) {
      result.plain |= bit(7);
      return true;
    }
    if (item.size() > 1 && (item.back() == 'L' || item.back() == 'l')) {
      const auto n = parseValue(item.substr(0, item.size() - 1), rule);
      if (n) result.last |= bit(static_cast<unsigned>(*n));
      return n.has_value();
    }
    return parseItem(item, rule, [&](int n) { result.plain |= bit(static_cast<unsigned>(n)); });
  });
  if (!valid) return std::nullopt;
  return result;
}

std::optional<CronFields> CronFields::parse(std::string_view text, YearField yearField) {
  const auto fields = splitFields(text);
  if (!fields || fields->size() < (yearField == YearField::kOptional ? 5u : 6u)) return std::nullopt;
  const auto& field = *fields;
  CronFields result;
  const bool valid =
      parseField(field[0], {0, 59, {}}, [&](int n) { result.minutes_ |= std::uint64_t{1} << n; }) &&
      parseField(field[1], {0, 23, {}}, [&](int n) { result.hours_ |= bit(static_cast<unsigned>(n)); }) &&
      parseField(field[3], {1, 12, kMonthNames}, [&](int n) { result.months_ |= bit(static_cast<unsigned>(n)); }) &&
      parseField(field.size() == 6 ? field[5] : "*", {kFirstCronYear, kLastCronYear, {}},
                 [&](int n) { result.years_.set(static_cast<std::size_t>(n - kFirstCronYear)); });
  const auto dayOfMonth = parseDayOfMonth(field[2]);
  const auto dayOfWeek = parseDayOfWeek(field[4]);
  if (!valid || !dayOfMonth || !dayOfWeek || dayOfMonth->any == dayOfWeek->any) return std::nullopt;
  result.dayOfMonth_ = *dayOfMonth;
  result.dayOfWeek_ = *dayOfWeek;
  return result;
}

std::uint32_t CronFields::byDayOfMonth(year_month ym) const {
  const unsigned length = lengthOf(ym);
  std::uint32_t result = dayOfMonth_.plain & (~std::uint32_t{0} >> (31 - length));
  if (dayOfMonth_.lastDay) result |= bit(length);
  if (dayOfMonth_.lastWorkday) {
    const unsigned last = weekdayOf(ym, length);
    result |= bit(length - (last == 7 ? 1 : last == 1 ? 2 : 0));
  }
  for (unsigned n = 1; n <= length; ++n) {
    if ((dayOfMonth_.nearest & bit(n)) == 0) continue;
    const unsigned on = weekdayOf(ym, n);
    if (on == 7) {
      result |= bit(n == 1 ? 3 : n - 1);
    } else if (on == 1) {
      result |= bit(n == length ? n - 2 : n + 1);
    } else {
      result |= bit(n);
    }
  }
  return result;
}

std::uint32_t CronFields::byDayOfWeek(year_month ym) const {
  const unsigned length = lengthOf(ym);
  const unsigned first = weekdayOf(ym, 1);
  std::uint32_t result = 0;
  for (unsigned n = 1; n <= length; ++n) {
    const unsigned on = (first - 1 + n - 1) % 7 + 1;
    const bool isLast = n + 7 > length;
    if ((dayOfWeek_.plain & bit(on)) != 0 || (isLast && (dayOfWeek_.last & bit(on)) != 0) ||
        (dayOfWeek_.ordinalDay == on && dayOfWeek_.ordinal == (n - 1) / 7 + 1)) {
      result |= bit(n);
    }
  }
  return result;
}

std::uint32_t CronFields::daysOf(year_month ym) const {
  return dayOfMonth_.any ? byDayOfWeek(ym) : byDayOfMonth(ym);
}

std::optional<LocalTime> CronFields::nextAfter(LocalTime local) const {
  if (local >= local_days{year{kLastCronYear + 1} / 1 / 1}) return std::nullopt;
  const LocalTime from = std::chrono::floor<minutes>(local) + minutes{1};
  const local_days firstDay = std::max(std::chrono::floor<days>(from), local_days{year{kFirstCronYear} / 1 / 1});
  const year_month_day date{firstDay};
  // The minute of the first day to begin with; every later day begins at midnight.
  const auto minuteOfDay = std::max(std::chrono::duration_cast<minutes>(from - firstDay), minutes{0}).count();

  for (year_month ym = date.year() / date.month(); static_cast<int>(ym.year()) <= kLastCronYear; ym += months{1}) {
    if (!years_[static_cast<std::size_t>(static_cast<int>(ym.year()) - kFirstCronYear)]) {
      ym = ym.year() / month{12};
      continue;
    }
    if ((months_ & bit(static_cast<unsigned>(ym.month()))) == 0) continue;
    std::uint32_t matching = daysOf(ym);
    while (matching != 0) {
      const auto n = static_cast<unsigned>(std::countr_zero(matching));
      matching &= matching - 1;
      const local_days candidate{ym / day{n}};
      if (candidate < firstDay) continue;
      const auto since = candidate == firstDay ? minuteOfDay : 0;
      for (unsigned h = static_cast<unsigned>(since / 60); h < 24; ++h) {
        if ((hours_ & bit(h)) == 0) continue;
        const auto firstMinute = h == static_cast<unsigned>(since / 60) ? since % 60 : 0;
        const std::uint64_t left = minutes_ >> firstMinute << firstMinute;
        if (left != 0) return LocalTime{candidate + hours{h} + minutes{std::countr_zero(left)}};
      }
    }
  }
  return std::nullopt;
}

}  // namespace hearth::schedule
