// Wildcards as AWS's policies and ARN conditions have them: * is any text, ? one character.
#pragma once

#include <string_view>

namespace hearth::base {

// Linear in the sizes for a fixed number of stars; no recursion.
bool globMatches(std::string_view pattern, std::string_view text);

}  // namespace hearth::base
