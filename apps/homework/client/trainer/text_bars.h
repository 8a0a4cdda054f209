// Plots of a line per value, for a terminal, a log and a screen reader alike.
#pragma once

#include <string>
#include <vector>

#include "homework/client/common/terminal.h"

namespace hearth::homework::client {

struct TextBar {
  std::string label;
  double value = 0;   // not negative
  std::string shown;  // the value in words, behind the bar
};

// Every line begins with `indent` blanks; the longest bar fills the style's width. Accessible: without bars.
std::vector<std::string> barLines(const std::vector<TextBar>& bars, std::size_t indent, const Style& style);

}  // namespace hearth::homework::client
