// Decimal numbers of any size that fits a line, compared exactly: answers to questions of the type `number`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth::homework {

class Decimal final {
 public:
  static constexpr std::size_t kMaxText = 30;
  static constexpr int kMaxExponent = 99;

  Decimal() = default;  // zero

  // `3.14`, `3,14`, `-2e3`, `.5`; blanks around it do not matter. Nothing for everything else, for more than
  // kMaxText characters and for exponents beyond +-kMaxExponent.
  static std::optional<Decimal> parse(std::string_view text);

  bool isNegative() const { return negative_; }

  // Whether |a - b| <= tolerance, decided exactly. Precondition: the tolerance is not negative.
  static bool within(const Decimal& a, const Decimal& b, const Decimal& tolerance);

 private:
  // The digits of the absolute value times 10^scale, without leading zeros; scale >= scale_.
  std::string scaled(int scale) const;

  bool negative_ = false;
  std::string digits_;  // without leading zeros; empty for zero
  int scale_ = 0;       // the value is digits_ * 10^-scale_
};

}  // namespace hearth::homework
