#include "homework/domain/decimal.h"

#include <algorithm>

namespace hearth::homework {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// Takes digits from the front of `text`.
std::string_view takeDigits(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && isDigit(text[length])) ++length;
  const std::string_view digits = text.substr(0, length);
  text.remove_prefix(length);
  return digits;
}

// Takes a sign; true for minus.
bool takeMinus(std::string_view& text) {
  if (text.empty() || (text.front() != '-' && text.front() != '+')) return false;
  const bool minus = text.front() == '-';
  text.remove_prefix(1);
  return minus;
}

std::string withoutLeadingZeros(std::string digits) {
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  return digits;
}

// Digit strings without leading zeros.
bool less(const std::string& a, const std::string& b) { return a.size() != b.size() ? a.size() < b.size() : a < b; }

std::string sum(const std::string& a, const std::string& b) {
  std::string out;
  int carry = 0;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()) || carry > 0; ++i) {
    const int digit =
        (i < a.size() ? a[a.size() - 1 - i] - '0' : 0) + (i < b.size() ? b[b.size() - 1 - i] - '0' : 0) + carry;
    out += static_cast<char>('0' + digit % 10);
    carry = digit / 10;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

// Precondition: b <= a.
std::string difference(const std::string& a, const std::string& b) {
  std::string out;
  int borrow = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    int digit = a[a.size() - 1 - i] - '0' - (i < b.size() ? b[b.size() - 1 - i] - '0' : 0) - borrow;
    borrow = digit < 0 ? 1 : 0;
    if (digit < 0) digit += 10;
    out += static_cast<char>('0' + digit);
  }
  std::reverse(out.begin(), out.end());
  return withoutLeadingZeros(std::move(out));
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  if (text.size() > kMaxText) return std::nullopt;
  Decimal out;
  out.negative_ = takeMinus(text);
  std::string digits(takeDigits(text));
  const bool hasWhole = !digits.empty();
  std::string_view fraction;
  if (!text.empty() && (text.front() == '.' || text.front() == ',')) {
    text.remove_prefix(1);
    fraction = takeDigits(text);
  }
  if (!hasWhole && fraction.empty()) return std::nullopt;
  digits += fraction;
  out.scale_ = static_cast<int>(fraction.size());
  if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    text.remove_prefix(1);
    const bool minus = takeMinus(text);
    const std::string_view exponent = takeDigits(text);
    if (exponent.empty()) return std::nullopt;
    int value = 0;
    for (const char c : exponent) value = std::min(value * 10 + (c - '0'), kMaxExponent + 1);
    if (value > kMaxExponent) return std::nullopt;
    out.scale_ += minus ? value : -value;
  }
  if (!text.empty()) return std::nullopt;
  out.digits_ = withoutLeadingZeros(std::move(digits));
  if (out.digits_.empty()) out = Decimal();  // there is one zero
  return out;
}

std::string Decimal::scaled(int scale) const {
  return digits_.empty() ? digits_ : digits_ + std::string(static_cast<std::size_t>(scale - scale_), '0');
}

bool Decimal::within(const Decimal& a, const Decimal& b, const Decimal& tolerance) {
  const int scale = std::max({a.scale_, b.scale_, tolerance.scale_});
  const std::string left = a.scaled(scale);
  const std::string right = b.scaled(scale);
  std::string distance;
  if (a.negative_ != b.negative_) {
    distance = sum(left, right);
  } else {
    distance = less(left, right) ? difference(right, left) : difference(left, right);
  }
  return !less(tolerance.scaled(scale), distance);
}

}  // namespace hearth::homework
