// The address out of Origin::peer.
#pragma once

#include <string>
#include <string_view>

namespace hearth::http {

// "127.0.0.1:53122" -> "127.0.0.1", "[::1]:53122" -> "::1"; empty for what came out of a jail.
std::string peerAddress(std::string_view peer);

}  // namespace hearth::http
