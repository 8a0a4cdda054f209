// Snapshot: an API as a deployment froze it. A stage serves a snapshot; what of a stage can be changed without a
// deployment (variables, settings of methods) is not in it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/apigateway.h"
#include "gateway/definition.h"
#include "services/apigateway/apigateway_store.h"

namespace hearth::services::apigateway {

struct Snapshot {
  api::apigateway::RestApi restApi;
  std::vector<api::apigateway::Resource> resources;  // with their methods
  std::vector<api::apigateway::Model> models;
  std::vector<api::apigateway::RequestValidator> validators;
  std::vector<api::apigateway::Authorizer> authorizers;
  std::vector<api::apigateway::GatewayResponse> gatewayResponses;

  const api::apigateway::RequestValidator* findValidator(const std::string& id) const;
  const api::apigateway::Authorizer* findAuthorizer(const std::string& id) const;
};

// The API as it stands, as the text of a record.
std::string takeSnapshot(const ApiGatewayStore& store, const Scope& scope);
// That text back. `live` stands in for the API where a snapshot of an older version does not have it.
Snapshot readSnapshot(const std::string& text, const api::apigateway::RestApi& live);

// What the data plane is given.
gateway::AuthorizerDefinition definitionOf(const api::apigateway::Authorizer& authorizer);
gateway::StageDefinition definitionOf(const Scope& scope, const api::apigateway::Stage& stage,
                                      const Snapshot& snapshot);

}  // namespace hearth::services::apigateway
