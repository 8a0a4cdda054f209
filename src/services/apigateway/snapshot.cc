#include "services/apigateway/snapshot.h"

#include "base/json.h"
#include "services/apigateway/stage_settings.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

// The kinds that a deployment freezes, beside the API itself.
constexpr const char* kFrozen[] = {kind::kResource, kind::kModel, kind::kValidator, kind::kAuthorizer,
                                   kind::kGatewayResponse};

gateway::TextMap textMap(const std::optional<std::map<std::string, std::string>>& map) {
  return map.value_or(gateway::TextMap{});
}

template <class T>
std::vector<T> readList(const Json& snapshot, const char* kind) {
  std::vector<T> list;
  if (const Json* items = base::findMember(snapshot, kind))
    for (const Json& item : items->as_array()) list.push_back(api::fromDocument<T>(item).value());
  return list;
}

gateway::IntegrationDefinition definitionOf(const Integration& integration) {
  gateway::IntegrationDefinition definition;
  definition.type = integration.type.value_or("MOCK");
  definition.httpMethod = integration.httpMethod.value_or("");
  definition.uri = integration.uri.value_or("");
  definition.credentials = integration.credentials.value_or("");
  definition.requestParameters = textMap(integration.requestParameters);
  definition.requestTemplates = textMap(integration.requestTemplates);
  definition.passthroughBehavior = integration.passthroughBehavior.value_or("WHEN_NO_MATCH");
  definition.contentHandling = integration.contentHandling.value_or("");
  definition.timeoutInMillis = integration.timeoutInMillis.value_or(29'000);
  if (integration.integrationResponses)
    for (const auto& [status, response] : *integration.integrationResponses)
      definition.responses.push_back({status, response.selectionPattern.value_or(""),
                                      textMap(response.responseParameters), textMap(response.responseTemplates),
                                      response.contentHandling.value_or("")});
  if (integration.tlsConfig)
    definition.insecureSkipVerification = integration.tlsConfig->insecureSkipVerification.value_or(false);
  return definition;
}

gateway::MethodDefinition definitionOf(const std::string& verb, const Method& method, const Snapshot& snapshot) {
  gateway::MethodDefinition definition;
  definition.httpMethod = verb;
  definition.authorizationType = method.authorizationType.value_or("NONE");
  definition.authorizerId = method.authorizerId.value_or("");
  definition.authorizationScopes = method.authorizationScopes.value_or(std::vector<std::string>{});
  definition.apiKeyRequired = method.apiKeyRequired.value_or(false);
  if (const auto* validator = snapshot.findValidator(method.requestValidatorId.value_or(""))) {
    definition.validateRequestBody = validator->validateRequestBody.value_or(false);
    definition.validateRequestParameters = validator->validateRequestParameters.value_or(false);
  }
  definition.requestParameters = method.requestParameters.value_or(std::map<std::string, bool>{});
  definition.requestModels = textMap(method.requestModels);
  if (method.methodIntegration) definition.integration = definitionOf(*method.methodIntegration);
  return definition;
}

template <class T>
const T* findById(const std::vector<T>& list, const std::string& id) {
  for (const T& item : list)
    if (item.id == id) return &item;
  return nullptr;
}

}  // namespace

gateway::AuthorizerDefinition definitionOf(const Authorizer& authorizer) {
  return {authorizer.id.value_or(""),
          authorizer.name.value_or(""),
          authorizer.type.value_or(""),
          authorizer.authorizerUri.value_or(""),
          authorizer.authorizerCredentials.value_or(""),
          authorizer.identitySource.value_or(""),
          authorizer.identityValidationExpression.value_or(""),
          authorizer.authorizerResultTtlInSeconds.value_or(300)};
}

const RequestValidator* Snapshot::findValidator(const std::string& id) const { return findById(validators, id); }
const Authorizer* Snapshot::findAuthorizer(const std::string& id) const { return findById(authorizers, id); }

std::string takeSnapshot(const ApiGatewayStore& store, const Scope& scope) {
  std::string text = "{";
  if (auto rest = store.findText(scope, kind::kRestApi, scope.apiId))
    text += "\"" + std::string(kind::kRestApi) + "\":" + *rest;
  for (const char* kind : kFrozen) {
    if (text.size() > 1) text += ',';
    text += "\"" + std::string(kind) + "\":[";
    bool first = true;
    for (const Record& record : store.list(scope, kind)) {
      if (!first) text += ',';
      first = false;
      text += record.text;
    }
    text += ']';
  }
  return text + "}";
}

Snapshot readSnapshot(const std::string& text, const RestApi& live) {
  Json document = base::parseJson(text).value();
  Snapshot snapshot;
  const Json* rest = base::findMember(document, kind::kRestApi);
  snapshot.restApi = rest ? api::fromDocument<RestApi>(*rest).value() : live;
  snapshot.resources = readList<Resource>(document, kind::kResource);
  snapshot.models = readList<Model>(document, kind::kModel);
  snapshot.validators = readList<RequestValidator>(document, kind::kValidator);
  snapshot.authorizers = readList<Authorizer>(document, kind::kAuthorizer);
  snapshot.gatewayResponses = readList<GatewayResponse>(document, kind::kGatewayResponse);
  return snapshot;
}

gateway::StageDefinition definitionOf(const Scope& scope, const Stage& stage, const Snapshot& snapshot) {
  gateway::StageDefinition definition;
  definition.account = scope.account;
  definition.region = scope.region;
  definition.apiId = scope.apiId;
  definition.name = stage.stageName.value_or("");
  definition.deploymentId = stage.deploymentId.value_or("");
  definition.variables = textMap(stage.variables);
  definition.apiKeySource = snapshot.restApi.apiKeySource.value_or("HEADER");
  definition.policy = snapshot.restApi.policy.value_or("");
  definition.binaryMediaTypes = snapshot.restApi.binaryMediaTypes.value_or(std::vector<std::string>{});
  for (const Authorizer& authorizer : snapshot.authorizers)
    definition.authorizers.push_back(definitionOf(authorizer));
  for (const Model& model : snapshot.models)
    definition.models.push_back(
        {model.name.value_or(""), model.contentType.value_or(""), model.schema.value_or("{}")});
  for (const Resource& resource : snapshot.resources) {
    gateway::ResourceDefinition item{resource.id.value_or(""), resource.path.value_or("/"), {}};
    for (const auto& [verb, method] : resource.resourceMethods.value_or(std::map<std::string, Method>{}))
      item.methods.push_back(definitionOf(verb, method, snapshot));
    definition.resources.push_back(std::move(item));
  }
  for (const GatewayResponse& response : snapshot.gatewayResponses)
    definition.gatewayResponses.push_back({response.responseType.value_or(""), response.statusCode.value_or(""),
                                           textMap(response.responseParameters),
                                           textMap(response.responseTemplates)});
  definition.methodSettings = throttlesOf(stage);
  return definition;
}

}  // namespace hearth::services::apigateway
