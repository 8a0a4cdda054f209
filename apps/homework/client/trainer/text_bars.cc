#include "homework/client/trainer/text_bars.h"

#include <algorithm>
#include <cmath>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

constexpr std::size_t kLongestBar = 40;

}  // namespace

std::vector<std::string> barLines(const std::vector<TextBar>& bars, std::size_t indent, const Style& style) {
  std::size_t label = 0;
  std::size_t shown = 0;
  double most = 0;
  for (const TextBar& bar : bars) {
    label = std::max(label, columns(bar.label));
    shown = std::max(shown, columns(bar.shown));
    most = std::max(most, bar.value);
  }
  const std::size_t taken = indent + label + 2 + 1 + shown;
  const std::size_t room = std::min(kLongestBar, style.width > taken + 4 ? style.width - taken : std::size_t{4});
  const std::string_view mark = style.charset == Charset::kUtf8 ? "█" : "#";
  std::vector<std::string> lines;
  for (const TextBar& bar : bars) {
    std::string line(indent, ' ');
    line += fitted(bar.label, label) + "  ";
    const auto length =
        most > 0 ? static_cast<std::size_t>(std::lround(bar.value / most * static_cast<double>(room))) : 0;
    if (!style.accessible && length > 0) {
      for (std::size_t i = 0; i < length; ++i) line += mark;
      line += " ";
    }
    lines.push_back(line + bar.shown);
  }
  return lines;
}

}  // namespace hearth::homework::client
