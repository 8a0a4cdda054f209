// A right number as question banks write it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth::homework::client {

struct NumberRange {
  std::string value;
  std::string tolerance;  // empty for none
};

// `3.14`, `3.14:0.01` (value and tolerance) or `1..5` (from and to, both right), exactly. nullopt for anything
// else, and for a range whose ends have more than 15 digits, or exponents.
std::optional<NumberRange> parseNumberRange(std::string_view text);

}  // namespace hearth::homework::client
