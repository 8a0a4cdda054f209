// "Did you mean": the word of a list that a mistyped one comes nearest to.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::homework::client {

// Nothing when none is near: more than a third of the letters, but at least one and at most three, would have to be
// changed, left out, added or swapped with their neighbours. Case does not matter.
std::optional<std::string> closestWord(std::string_view typed, const std::vector<std::string>& words);

}  // namespace hearth::homework::client
