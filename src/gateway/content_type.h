// Media types, as far as the gateway chooses by them.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace hearth::gateway {

// "Application/JSON; charset=utf-8" -> "application/json". A missing type (empty text) is application/json, as API
// Gateway has it.
std::string mediaTypeOf(std::string_view contentType);

// Whether the first media type of a Content-Type or Accept header is among the API's binary media types: the same,
// or covered by an entry image/* or */*. An entry */png covers nothing, and neither does a header without a type.
bool isBinaryType(std::string_view header, std::span<const std::string> binaryMediaTypes);

}  // namespace hearth::gateway
