// Methods of resources, their integrations, and the responses of both.
#include <algorithm>

#include "services/apigateway/apigateway_service.h"
#include "services/apigateway/faults.h"
#include "services/apigateway/method_checks.h"
#include "services/apigateway/patch.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

Fault noMethod() { return notFound("Invalid Method identifier specified"); }
Fault noIntegration() { return notFound("Invalid Integration identifier specified"); }
Fault noResponse() { return notFound("Invalid Response status code specified"); }

}  // namespace

Result<ApiGatewayService::Place> ApiGatewayService::getPlace(const api::Call& call, const std::string& apiId,
                                                             const std::string& resourceId,
                                                             const std::string& httpMethod) const {
  HEARTH_TRY(Resource resource, getApiResource(call, apiId, resourceId));
  if (!resource.resourceMethods) return noMethod();
  auto found = resource.resourceMethods->find(httpMethod);
  if (found == resource.resourceMethods->end()) return noMethod();
  Method method = found->second;
  return Place{scopeOf(call, apiId), std::move(resource), std::move(method)};
}

void ApiGatewayService::putPlace(Place place) {
  std::string verb = place.method.httpMethod.value_or("");
  if (!place.resource.resourceMethods) place.resource.resourceMethods.emplace();
  (*place.resource.resourceMethods)[verb] = std::move(place.method);
  store_.put(place.scope, kind::kResource, *place.resource.id, place.resource);
}

Result<void> ApiGatewayService::checkMethod(const api::Call& call, const std::string& apiId,
                                            const Method& method) const {
  HEARTH_CHECK(checkVerb(method.httpMethod.value_or("")));
  const std::string type = method.authorizationType.value_or("NONE");
  HEARTH_CHECK(checkAuthorizationType(type));
  const Scope scope = scopeOf(call, apiId);
  if (type == "CUSTOM" && !store_.findText(scope, kind::kAuthorizer, method.authorizerId.value_or("")))
    return badRequest(
        "Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires "
        "a "
        "valid authorizer.");
  if (method.requestValidatorId && !store_.findText(scope, kind::kValidator, *method.requestValidatorId))
    return badRequest("Invalid Request Validator identifier specified");
  for (const auto& [media, name] : method.requestModels.value_or(std::map<std::string, std::string>{}))
    if (!store_.findText(scope, kind::kModel, name))
      return badRequest("Invalid model identifier specified: " + name.substr(0, 100));
  constexpr std::string_view kPlaces[] = {"method.request.header.", "method.request.querystring.",
                                          "method.request.path."};
  for (const auto& [name, required] : method.requestParameters.value_or(std::map<std::string, bool>{}))
    if (std::none_of(std::begin(kPlaces), std::end(kPlaces),
                     [&](std::string_view place) { return name.starts_with(place) && name.size() > place.size(); }))
      return badRequest(
          "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping "
          "expression specified: " +
          name.substr(0, 200) + "]");
  return {};
}

Result<Method> ApiGatewayService::putMethod(const api::Call& call, PutMethodInput in) {
  HEARTH_TRY(Resource resource, getApiResource(call, in.restApiId, in.resourceId));
  Method method;
  method.httpMethod = in.httpMethod;
  method.authorizationType = in.authorizationType;
  if (in.authorizationType == "CUSTOM") method.authorizerId = in.authorizerId;
  method.authorizationScopes = in.authorizationScopes;
  method.apiKeyRequired = in.apiKeyRequired.value_or(false);
  method.requestValidatorId = in.requestValidatorId;
  method.operationName = in.operationName;
  method.requestParameters = in.requestParameters;
  method.requestModels = in.requestModels;
  HEARTH_CHECK(checkMethod(call, in.restApiId, method));
  if (resource.resourceMethods && resource.resourceMethods->contains(in.httpMethod))
    return conflict("Method already exists for this resource");
  putPlace({scopeOf(call, in.restApiId), std::move(resource), method});
  return method;
}

Result<Method> ApiGatewayService::getMethod(const api::Call& call, GetMethodInput in) const {
  HEARTH_TRY(Place place, getPlace(call, in.restApiId, in.resourceId, in.httpMethod));
  return std::move(place.method);
}

Result<Method> ApiGatewayService::updateMethod(const api::Call& call, UpdateMethodInput in) {
  HEARTH_TRY(Place place, getPlace(call, in.restApiId, in.resourceId, in.httpMethod));
  HEARTH_TRY(place.method, patched(place.method, in.patchOperations,
                                   {"apiKeyRequired", "authorizationType", "authorizerId", "operationName",
                                    "requestParameters", "requestModels", "requestValidatorId"}));
  if (place.method.authorizationType != "CUSTOM") place.method.authorizerId.reset();
  if (place.method.requestValidatorId == "") place.method.requestValidatorId.reset();
  HEARTH_CHECK(checkMethod(call, in.restApiId, place.method));
  Method method = place.method;
  putPlace(std::move(place));
  return method;
}

Result<DeleteMethodOutput> ApiGatewayService::deleteMethod(const api::Call& call, DeleteMethodInput in) {
  HEARTH_TRY(Place place, getPlace(call, in.restApiId, in.resourceId, in.httpMethod));
  place.resource.resourceMethods->erase(in.httpMethod);
  store_.put(place.scope, kind::kResource, in.resourceId, place.resource);
  return DeleteMethodOutput{};
}

Result<MethodResponse> ApiGatewayService::putMethodResponse(const api::Call& call, PutMethodResponseInput in) {
  HEARTH_TRY(Place place, getPlace(call, in.restApiId, in.resourceId, in.httpMethod));
  HEARTH_CHECK(checkStatus(in.statusCode));
  if (!place.method.methodResponses) place.method.methodResponses.emplace();
  if (place.method.methodResponses->contains(in.statusCode))
    return conflict("Response already exists for this resource");
  MethodResponse response;
  response.statusCode = in.statusCode;
  response.responseParameters = in.responseParameters;
  response.responseModels = in.responseModels;
  (*place.method.methodResponses)[in.statusCode] = response;
  putPlace(std::move(place));
  return response;
}

Result<MethodResponse> ApiGatewayService::getMethodResponse(const api::Call& call,
                                                            GetMethodResponseInput in) const {
  HEARTH_TRY(Place place, getPlace(call, in.restApiId, in.resourceId, in.httpMethod));
  if (!place.method.methodResponses || !place.method.methodResponses->contains(in.statusCode)) return noResponse();
  return place.method.methodResponses->at(in.statusCode);
}

Result<MethodResponse> ApiGatewayService::updateMethodResponse(const api::Call& call,
                                                               UpdateMethodResponseInput in) {
  HEARTH_TRY(Place place, getPlace(call, in.restApiId, in.resourceId, in.httpMethod));
  if (!place.method.methodResponses || !place.method.methodResponses->contains(in.statusCode)) return noResponse();
  MethodResponse& response = place.method.methodResponses->at(in.statusCode);
  HEARTH_TRY(response, patched(response, in.patchOperations, {"responseParameters", "responseModels"}));
  MethodResponse copy = response;
  putPlace(std::move(place));
  return copy;
}

Result<DeleteMethodResponseOutput> ApiGatewayService::deleteMethodResponse(const api::Call& call,
                                                                           DeleteMethodResponseInput in) {
  HEARTH_TRY(Place place, getPlace(call, in.restApiId, in.resourceId, in.httpMethod));
  if (!place.method.methodResponses || place.method.methodResponses->erase(in.statusCode) == 0) return noResponse();
  putPlace(std::move(place));
  return DeleteMethodResponseOutput{};
}

// --- integrations
// --------------------------------------------------------------------------------------------------

Result<Integration> ApiGatewayService::putIntegration(const api::Call& call, PutIntegrationInput in) {
  HEARTH_TRY(Place place, getPlace(call, in.restApiId, in.resourceId, in.httpMethod));
  Integration integration;
  integration.type = in.type;
  if (in.type != "MOCK") integration.httpMethod = in.integrationHttpMethod;
  integration.uri = in.uri;
  integration.connectionType = in.connectionType;
  integration.connectionId = in.connectionId;
  integration.credentials = in.credentials;
  integration.requestParameters = in.requestParameters;
  integration.requestTemplates = in.requestTemplates;
  integration.passthroughBehavior = in.passthroughBehavior;
  integration.contentHandling = in.contentHandling;
  integration.timeoutInMillis = in.timeoutInMillis;
  integration.cacheNamespace = in.cacheNamespace;
  integration.cacheKeyParameters = in.cacheKeyParameters;
  integration.tlsConfig = in.tlsConfig;
  completeIntegration(integration, in.resourceId);
  HEARTH_CHECK(checkIntegration(call, place.method, integration));
  place.method.methodIntegration = integration;
  putPlace(std::move(place));
  return integration;
}

Result<Integration> ApiGatewayService::getIntegration(const api::Call& call, GetIntegrationInput in) const {
  HEARTH_TRY(Place place, getPlace(call, in.restApiId, in.resourceId, in.httpMethod));
  if (!place.method.methodIntegration) return noIntegration();
  return *std::move(place.method.methodIntegration);
}

Result<Integration> ApiGatewayService::updateIntegration(const api::Call& call, UpdateIntegrationInput in) {
  HEARTH_TRY(Place place, getPlace(call, in.restApiId, in.resourceId, in.httpMethod));
  if (!place.method.methodIntegration) return noIntegration();
  HEARTH_TRY(auto integration, patched(*place.method.methodIntegration, in.patchOperations,
                                       {"httpMethod", "uri", "credentials", "requestParameters", "requestTemplates",
                                        "passthroughBehavior", "contentHandling", "timeoutInMillis",
                                        "connectionType", "cacheNamespace", "tlsConfig"}));
  HEARTH_CHECK(checkIntegration(call, place.method, integration));
  place.method.methodIntegration = integration;
  putPlace(std::move(place));
  return integration;
}

Result<DeleteIntegrationOutput> ApiGatewayService::deleteIntegration(const api::Call& call,
                                                                     DeleteIntegrationInput in) {
  HEARTH_TRY(Place place, getPlace(call, in.restApiId, in.resourceId, in.httpMethod));
  if (!place.method.methodIntegration) return noIntegration();
  place.method.methodIntegration.reset();
  putPlace(std::move(place));
  return DeleteIntegrationOutput{};
}

Result<IntegrationResponse> ApiGatewayService::putIntegrationResponse(const api::Call& call,
                                                                      PutIntegrationResponseInput in) {
  HEARTH_TRY(Place place, getPlace(call, in.restApiId, in.resourceId, in.httpMethod));
  if (!place.method.methodIntegration) return noIntegration();
  IntegrationResponse response;
  response.statusCode = in.statusCode;
  response.selectionPattern = in.selectionPattern;
  response.responseParameters = in.responseParameters;
  response.responseTemplates = in.responseTemplates;
  response.contentHandling = in.contentHandling;
  HEARTH_CHECK(checkIntegrationResponse(place.method, response));
  if (!place.method.methodIntegration->integrationResponses)
    place.method.methodIntegration->integrationResponses.emplace();
  (*place.method.methodIntegration->integrationResponses)[in.statusCode] = response;
  putPlace(std::move(place));
  return response;
}

Result<IntegrationResponse> ApiGatewayService::getIntegrationResponse(const api::Call& call,
                                                                      GetIntegrationResponseInput in) const {
  HEARTH_TRY(Place place, getPlace(call, in.restApiId, in.resourceId, in.httpMethod));
  if (!place.method.methodIntegration) return noIntegration();
  const auto& responses = place.method.methodIntegration->integrationResponses;
  if (!responses || !responses->contains(in.statusCode)) return noResponse();
  return responses->at(in.statusCode);
}

Result<IntegrationResponse> ApiGatewayService::updateIntegrationResponse(const api::Call& call,
                                                                         UpdateIntegrationResponseInput in) {
  HEARTH_TRY(Place place, getPlace(call, in.restApiId, in.resourceId, in.httpMethod));
  if (!place.method.methodIntegration) return noIntegration();
  auto& responses = place.method.methodIntegration->integrationResponses;
  if (!responses || !responses->contains(in.statusCode)) return noResponse();
  HEARTH_TRY(auto response,
             patched(responses->at(in.statusCode), in.patchOperations,
                     {"selectionPattern", "responseParameters", "responseTemplates", "contentHandling"}));
  HEARTH_CHECK(checkIntegrationResponse(place.method, response));
  (*responses)[in.statusCode] = response;
  putPlace(std::move(place));
  return response;
}

Result<DeleteIntegrationResponseOutput> ApiGatewayService::deleteIntegrationResponse(
    const api::Call& call, DeleteIntegrationResponseInput in) {
  HEARTH_TRY(Place place, getPlace(call, in.restApiId, in.resourceId, in.httpMethod));
  if (!place.method.methodIntegration) return noIntegration();
  auto& responses = place.method.methodIntegration->integrationResponses;
  if (!responses || responses->erase(in.statusCode) == 0) return noResponse();
  putPlace(std::move(place));
  return DeleteIntegrationResponseOutput{};
}

}  // namespace hearth::services::apigateway
