// Which API a request is for.
#pragma once

#include <optional>
#include <string>

#include "http/message.h"

namespace hearth::gateway {

struct Target {
  std::string apiId;
  std::string region;  // empty when the address does not say
  std::string stage;   // empty when the path has none
  std::string path;    // behind the stage, as sent; "" or "/..."
};

// Knows ID.execute-api.REGION.localhost (also .localhost.localstack.cloud, .amazonaws.com and .amazonaws.com.cn,
// and without the region) with /STAGE/PATH, and any host with /_aws/execute-api/ID/STAGE/PATH. nullopt for other
// requests.
std::optional<Target> findTarget(const http::Request& request);

}  // namespace hearth::gateway
