#include "homework/client/trainer/exchange/number_range.h"

#include <algorithm>
#include <cstdint>

#include "homework/client/common/text.h"
#include "homework/domain/decimal.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kMaxDigits = 15;
constexpr std::size_t kMaxTogether = 17;  // before and behind the point, so that ten times the sum fits

struct Fixed {
  std::int64_t digits = 0;  // the value times 10^scale
  std::size_t whole = 0;    // digits before the point
  std::size_t scale = 0;    // and behind it
};

std::optional<Fixed> parseFixed(std::string_view text) {
  const bool minus = text.starts_with('-');
  if (minus || text.starts_with('+')) text.remove_prefix(1);
  Fixed out;
  bool point = false;
  std::size_t count = 0;
  for (const char c : text) {
    if ((c == '.' || c == ',') && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9' || ++count > kMaxDigits) return std::nullopt;
    out.digits = out.digits * 10 + (c - '0');
    ++(point ? out.scale : out.whole);
  }
  if (count == 0) return std::nullopt;
  if (minus) out.digits = -out.digits;
  return out;
}

std::string formatFixed(std::int64_t digits, std::size_t scale) {
  const bool minus = digits < 0;
  if (minus) digits = -digits;
  std::string text;
  for (; digits > 0 || text.size() <= scale; digits /= 10)
    text += static_cast<char>('0' + static_cast<int>(digits % 10));
  std::reverse(text.begin(), text.end());
  if (scale > 0) {
    text.insert(text.size() - scale, ".");
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
  }
  return (minus ? "-" : "") + text;
}

// The middle of the range and half of its length.
std::optional<NumberRange> parseEnds(std::string_view from, std::string_view to) {
  const auto low = parseFixed(from);
  const auto high = parseFixed(to);
  if (!low || !high) return std::nullopt;
  const std::size_t scale = std::max(low->scale, high->scale);
  if (std::max(low->whole, high->whole) + scale > kMaxTogether) return std::nullopt;
  std::int64_t a = low->digits;
  std::int64_t b = high->digits;
  for (std::size_t i = low->scale; i < scale; ++i) a *= 10;
  for (std::size_t i = high->scale; i < scale; ++i) b *= 10;
  if (b < a) return std::nullopt;
  // Halves have one more digit behind the point.
  return NumberRange{formatFixed((a + b) * 5, scale + 1), formatFixed((b - a) * 5, scale + 1)};
}

}  // namespace

std::optional<NumberRange> parseNumberRange(std::string_view text) {
  text = trimmed(text);
  if (const std::size_t dots = text.find(".."); dots != std::string_view::npos)
    return parseEnds(trimmed(text.substr(0, dots)), trimmed(text.substr(dots + 2)));
  const std::size_t colon = text.find(':');
  NumberRange out{std::string(trimmed(text.substr(0, colon))), ""};
  if (colon != std::string_view::npos) {
    out.tolerance = trimmed(text.substr(colon + 1));
    const auto tolerance = Decimal::parse(out.tolerance);
    if (!tolerance || tolerance->isNegative()) return std::nullopt;
  }
  if (!Decimal::parse(out.value)) return std::nullopt;
  return out;
}

}  // namespace hearth::homework::client
