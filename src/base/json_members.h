// What a parsed JSON value cannot tell any more.
#pragma once

#include <string_view>

namespace hearth::base {

// Whether an object of the text, at any depth, has a member twice (in whatever escapes): of such a pair a value
// keeps one without a word, which is no way to read a policy. False for a text that is not JSON.
bool hasDuplicateMembers(std::string_view text);

}  // namespace hearth::base
