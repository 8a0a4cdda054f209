// From a deployed API to a document.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-export-api.html
#pragma once

#include <string>

#include "base/json.h"
#include "services/apigateway/openapi_document.h"
#include "services/apigateway/snapshot.h"

namespace hearth::services::apigateway {

struct ExportOptions {
  OpenApiVersion version = OpenApiVersion::kSwagger2;
  bool integrations = false;  // and all other extensions but the following
  bool authorizers = false;
};

// What the document says of where the API is.
struct ExportPlace {
  std::string apiId;
  std::string region;
  std::string stage;
};

// With all extensions, importing it makes the same API, but for ids, resources that have neither methods nor
// children where the API is empty, and the wording of schemas that nothing here understands.
Json writeOpenApi(const Snapshot& snapshot, const ExportPlace& place, const ExportOptions& options);
// info.version: the API's, or when it was made.
std::string exportedVersion(const api::apigateway::RestApi& rest);

}  // namespace hearth::services::apigateway
