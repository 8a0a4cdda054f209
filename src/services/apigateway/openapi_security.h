// Who may call an operation: the security schemes of a document, and what operations require of them.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html
#pragma once

#include <map>
#include <string>
#include <vector>

#include "services/apigateway/api_definition.h"
#include "services/apigateway/openapi_document.h"
#include "services/apigateway/openapi_integration.h"

namespace hearth::services::apigateway {

class OpenApiSecurity final {
 public:
  // All borrowed.
  OpenApiSecurity(const OpenApiDocument& document, Findings& findings);

  // Sets authorizationType, authorizerId (a name), authorizationScopes and apiKeyRequired. Of several alternatives
  // all hold: API Gateway has one authorizer and one key for a method.
  void apply(const Json& operation, const OperationPlace& place, api::apigateway::Method& method) const;
  // Every authorizer of the document, used or not.
  const std::vector<api::apigateway::Authorizer>& authorizers() const { return authorizers_; }

 private:
  void require(const std::string& scheme, const Json& scopes, const OperationPlace& place,
               api::apigateway::Method& method) const;
  const OpenApiDocument& document_;
  Findings& findings_;
  std::map<std::string, const Json*> schemes_;
  std::vector<api::apigateway::Authorizer> authorizers_;
};

}  // namespace hearth::services::apigateway
