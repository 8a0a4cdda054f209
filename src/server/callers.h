// Who is behind a request: what every place that verifies signatures needs to know.
#pragma once

#include <string>
#include <string_view>

#include "identity/directory.h"
#include "wire/sigv4.h"

namespace hearth::server {

// Active keys and sessions. Borrows the directory.
wire::CredentialLookup credentialsIn(identity::Directory& directory);

// "[::1]:53122" -> "::1"
std::string addressOf(std::string_view peer);

}  // namespace hearth::server
