// Names that a mistyped one may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearth::cli {

// The names that come nearest to `typed`, best first, at most `most`: those that hold it, and those that at most a
// third of its letters (at least one) keep apart: changed, left out, added, or swapped with their neighbours. Case
// does not matter.
std::vector<std::string> nearNames(std::string_view typed, const std::vector<std::string>& names, std::size_t most);

}  // namespace hearth::cli
