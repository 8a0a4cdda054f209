// Who is behind a request: what every place that verifies signatures needs to know.
#pragma once

#include "identity/directory.h"
#include "wire/sigv4.h"

namespace hearth::server {

// Active keys and sessions. Borrows the directory.
wire::CredentialLookup credentialsIn(identity::Directory& directory);

}  // namespace hearth::server
