// Checks of single input members, in the words that AWS's services share when a value breaks their model.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hearth::services {

// "1 validation error detected: Value 'x' at 'name' failed to satisfy constraint: Member must ...". `must` goes on
// behind "Member must ". A long value is cut.
inline Fault constraintFault(std::string_view value, std::string_view member, std::string_view must) {
  constexpr std::size_t kMostShown = 512;
  std::size_t shown = std::min(value.size(), kMostShown);
  while (shown < value.size() && shown > 0 && (static_cast<unsigned char>(value[shown]) & 0xC0) == 0x80) --shown;
  return Fault("ValidationException", "1 validation error detected: Value '" + std::string(value.substr(0, shown)) +
                                          "' at '" + std::string(member) +
                                          "' failed to satisfy constraint: Member must " + std::string(must));
}

inline Result<void> checkLength(std::string_view value, std::string_view member, std::size_t least,
                                std::size_t most) {
  if (value.size() < least)
    return constraintFault(value, member, "have length greater than or equal to " + std::to_string(least));
  if (value.size() > most)
    return constraintFault(value, member, "have length less than or equal to " + std::to_string(most));
  return {};
}

// A name of ASCII letters, digits and the characters of `also`; `pattern` is what AWS's text calls that.
inline Result<void> checkName(std::string_view value, std::string_view member, std::size_t most,
                              std::string_view also, std::string_view pattern) {
  const bool matches = !value.empty() && std::all_of(value.begin(), value.end(), [also](unsigned char c) {
    return (c < 0x80 && std::isalnum(c)) || also.find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (!matches)
    return constraintFault(value, member, "satisfy regular expression pattern: " + std::string(pattern));
  return checkLength(value, member, 1, most);
}

inline Result<void> checkRange(std::int64_t value, std::string_view member, std::int64_t least, std::int64_t most) {
  if (value < least)
    return constraintFault(std::to_string(value), member,
                           "have value greater than or equal to " + std::to_string(least));
  if (value > most)
    return constraintFault(std::to_string(value), member,
                           "have value less than or equal to " + std::to_string(most));
  return {};
}

inline Result<void> checkRange(const std::optional<std::int64_t>& value, std::string_view member,
                               std::int64_t least, std::int64_t most) {
  if (!value) return {};
  return checkRange(*value, member, least, most);
}

inline Result<void> checkOneOf(std::string_view value, std::string_view member,
                               std::initializer_list<std::string_view> allowed) {
  std::string all;
  for (std::string_view one : allowed) {
    if (one == value) return {};
    if (!all.empty()) all += ", ";
    all += one;
  }
  return constraintFault(value, member, "satisfy enum value set: [" + all + "]");
}

}  // namespace hearth::services
