// From a document to the definition of an API.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api.html
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "services/apigateway/api_definition.h"
#include "services/apigateway/openapi_document.h"

namespace hearth::services::apigateway {

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api-basePath.html
enum class BasePath : unsigned char { kIgnore, kPrepend, kSplit };

struct ImportOptions {
  std::string apiId;  // references between models name it
  BasePath basePath = BasePath::kIgnore;
  std::optional<std::string> endpointType;
  bool ignoreDocumentation = false;  // say nothing of documentation parts, which are left out anyway
};

// Of the `parameters` of an import: basepath, endpointConfigurationTypes, ignore. Others are ignored, as on AWS.
// Fault: BadRequestException for a value that is none.
Result<ImportOptions> readImportOptions(const std::map<std::string, std::string>& parameters);

// What is wrong with one operation is an error among the findings; whether what is described can be made is for
// who makes it. Faults: BadRequestException for a malformed integration and for what Hearth does not support,
// LimitExceededException for too many paths or models.
Result<ApiDefinition> readOpenApi(const OpenApiDocument& document, const ImportOptions& options);

}  // namespace hearth::services::apigateway
