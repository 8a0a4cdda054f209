// x-amazon-apigateway-integration: what a method calls, as a document says it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "services/apigateway/api_definition.h"

namespace hearth::services::apigateway {

// Where something stands, for the words of findings.
struct OperationPlace {
  std::string path;
  std::string verb;  // "GET"
};

// nullopt, with a warning, when the type is not one of API Gateway's. Values that are no text are left out with a
// warning. Fault: BadRequestException for what is no integration at all.
Result<std::optional<api::apigateway::Integration>> readIntegration(const Json& node, const OperationPlace& place,
                                                                    Findings& findings);

// The same backwards.
JsonObject writeIntegration(const api::apigateway::Integration& integration);

}  // namespace hearth::services::apigateway
