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
// and without the region) with /STAGE/PATH, and on any host LocalStack's paths, /_aws/execute-api/ID/STAGE/PATH and
// the older /restapis/ID/STAGE/_user_request_/PATH. The older one may also be a key of S3 or a stage's name: what
// is signed for a service is no web request. nullopt for other requests. Hosts of buckets are not looked for.
std::optional<Target> findTarget(const http::Request& request);

}  // namespace hearth::gateway
