// Network: the loopback interface of a jail, and the two listening sockets that are all it can reach.
#pragma once

#include "base/fd.h"

namespace hearth::sandbox {

inline constexpr int kRuntimeApiPort = 9001;
inline constexpr int kAwsEndpointPort = 443;  // where https://s3.REGION.amazonaws.com is sought

// Raises lo in the current network namespace. Throws std::system_error.
void raiseLoopback();

// A non-blocking socket that listens on 127.0.0.1; port 0 takes a free one. Throws std::system_error.
base::Fd listenOnLoopback(int port);

// The port that the socket is bound to, or 0.
int boundPort(int socket);

}  // namespace hearth::sandbox
