// Scalars the way CloudFormation sees them: text first, whatever the template wrote.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace hearth::stacks {

// 60 is "60", 0.5 "0.5", 1.0 "1.0", true "true". nullopt for null, lists and maps.
std::optional<std::string> textOf(const Json& scalar);
// "60" and 60 and 60.0; nullopt for everything else.
std::optional<std::int64_t> integerOf(const Json& scalar);
// Any finite decimal number, or text that spells one.
std::optional<double> numberOf(const Json& scalar);
std::optional<double> numberOf(std::string_view text);
// true, "true", "True", "TRUE"; false likewise.
std::optional<bool> booleanOf(const Json& scalar);

// True for one or more ASCII letters and digits: what a logical id consists of.
bool isAlphanumeric(std::string_view text);

// "A, B, C": how CloudFormation lists names in its messages.
template <class Names>
std::string joinNames(const Names& names, std::string_view separator = ", ") {
  std::string joined;
  for (const auto& name : names) {
    if (!joined.empty()) joined += separator;
    joined += name;
  }
  return joined;
}

}  // namespace hearth::stacks
