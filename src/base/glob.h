// Wildcards as AWS's policies and ARN conditions have them: * is any text, ? one character.
#pragma once

#include <string_view>

namespace hearth::base {

// Linear in the sizes, but for stretches with `?` between two stars, which are tried at every place.
bool globMatches(std::string_view pattern, std::string_view text);

}  // namespace hearth::base
