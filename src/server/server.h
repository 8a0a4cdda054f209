// Server: the whole product, built and wired once, in one place.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "server/settings.h"

namespace hearth::server {

inline constexpr char kVersion[] = "0.1.0";

// Runs until SIGTERM, SIGINT or a stop through the admin endpoint; returns after a graceful stop. Blocks. `onReady`
// is called once the server answers, with the address it listens on. Faults: what keeps it from starting, with the
// reason and what to do; SpawnerEnded when it stopped because no function can be started any more.
Result<void> serve(const Settings& settings, const std::function<void(const std::string& address)>& onReady);

}  // namespace hearth::server
