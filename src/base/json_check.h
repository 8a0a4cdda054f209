// Whether a text is JSON, without a tree of it.
#pragma once

#include <string_view>

#include "base/result.h"

namespace hearth::base {

// Faults: those of parseJson() (base/json.h), in the same words.
Result<void> checkJson(std::string_view text, std::size_t maxDepth = 64);

}  // namespace hearth::base
