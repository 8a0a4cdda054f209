#include "stacks/scalars.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/bytes.h"

namespace hearth::stacks {
namespace {

template <class Number>
std::optional<Number> parseNumber(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Number number{};
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || rest != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string textOfDouble(double number) {
  char buffer[64];
  const auto shortest = std::to_chars(buffer, buffer + sizeof buffer, number);
  std::string text(buffer, shortest.ptr);
  if (text.find_first_of(".eEn") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

std::optional<std::string> textOf(const Json& scalar) {
  if (scalar.is_string()) return std::string(scalar.get_string());
  if (scalar.is_bool()) return scalar.get_bool() ? "true" : "false";
  if (scalar.is_int64()) return std::to_string(scalar.get_int64());
  if (scalar.is_uint64()) return std::to_string(scalar.get_uint64());
  if (scalar.is_double()) return textOfDouble(scalar.get_double());
  return std::nullopt;
}

std::optional<std::int64_t> integerOf(const Json& scalar) {
  if (scalar.is_int64()) return scalar.get_int64();
  if (scalar.is_double()) {
    const double number = scalar.get_double();
    if (std::nearbyint(number) != number || std::abs(number) > 9e15) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (scalar.is_string()) return parseNumber<std::int64_t>(std::string_view(scalar.get_string()));
  return std::nullopt;
}

std::optional<double> numberOf(std::string_view text) {
  const auto number = parseNumber<double>(text);
  if (!number || !std::isfinite(*number)) return std::nullopt;
  return number;
}

std::optional<double> numberOf(const Json& scalar) {
  if (scalar.is_double()) return scalar.get_double();
  if (scalar.is_int64()) return static_cast<double>(scalar.get_int64());
  if (scalar.is_uint64()) return static_cast<double>(scalar.get_uint64());
  if (scalar.is_string()) return numberOf(std::string_view(scalar.get_string()));
  return std::nullopt;
}

std::optional<bool> booleanOf(const Json& scalar) {
  if (scalar.is_bool()) return scalar.get_bool();
  if (!scalar.is_string()) return std::nullopt;
  const std::string_view text = scalar.get_string();
  if (base::equalsIgnoreCase(text, "true")) return true;
  if (base::equalsIgnoreCase(text, "false")) return false;
  return std::nullopt;
}

bool isAlphanumeric(std::string_view text) {
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9')) return false;
  }
  return !text.empty();
}

}  // namespace hearth::stacks
