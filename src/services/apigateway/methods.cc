// Methods of resources, their integrations, and the responses of both.
#include <algorithm>

#include "gateway/parameter_mapping.h"
#include "services/apigateway/apigateway_service.h"
#include "services/apigateway/faults.h"
#include "services/apigateway/integration_target.h"
#include "services/apigateway/patch.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

constexpr std::string_view kVerbs[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "ANY"};

Fault noMethod() { return notFound("Invalid Method identifier specified"); }
Fault noIntegration() { return notFound("No integration defined for method"); }
Fault noResponse() { return notFound("Invalid Response status code specified"); }

Result<void> checkStatus(const std::string& status) {
  bool good = status.size() == 3 && status[0] >= '1' && status[0] <= '5' &&
              std::isdigit(static_cast<unsigned char>(status[1])) &&
              std::isdigit(static_cast<unsigned char>(status[2]));
  if (good) return {};
  return badRequest("Invalid Response status code specified");
}

Fault invalidMapping(const std::string& expression) {
  return badRequest(
      "Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping "
      "expression "
      "parameter specified: " +
      expression.substr(0, 200) + "]");
}

// What is mapped from a request must be one of the method's parameters.
Result<void> checkSources(const Method& method, const gateway::TextMap& mappings) {
  HEARTH_CHECK(gateway::parseRequestMappings(mappings));
  const auto known = method.requestParameters.value_or(std::map<std::string, bool>{});
  for (const auto& [target, source] : mappings) {
    std::string declared = source;
    constexpr std::string_view kMulti = "method.request.multivalue";
    if (declared.starts_with(kMulti)) declared = "method.request." + declared.substr(kMulti.size());
    const bool parameter = declared.starts_with("method.request.header.") ||
                           declared.starts_with("method.request.querystring.") ||
                           declared.starts_with("method.request.path.");
    if (parameter && !known.contains(declared) && !known.contains(source)) return invalidMapping(source);
  }
  return {};
}

// What is mapped to a response must be one of its parameters.
Result<void> checkTargets(const MethodResponse& response, const gateway::TextMap& mappings) {
  HEARTH_CHECK(gateway::parseResponseMappings(mappings));
  const auto known = response.responseParameters.value_or(std::map<std::string, bool>{});
  for (const auto& [target, source] : mappings)
    if (!known.contains(target)) return invalidMapping(target);
  return {};
}

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

Result<Method> ApiGatewayService::putMethod(const api::Call& call, PutMethodInput in) {
  HEARTH_TRY(Resource resource, getApiResource(call, in.restApiId, in.resourceId));
  if (std::find(std::begin(kVerbs), std::end(kVerbs), in.httpMethod) == std::end(kVerbs))
    return badRequest("Invalid HTTP method specified: " + in.httpMethod.substr(0, 32));
  if (in.authorizationType != "NONE")
    return badRequest("Hearth does not support the authorization type " + in.authorizationType.substr(0, 64) +
                      " yet; NONE is supported.");
  if (resource.resourceMethods && resource.resourceMethods->contains(in.httpMethod))
    return conflict("Method already exists for this resource");
  if (in.requestValidatorId) {
    GetRequestValidatorInput get;
    get.restApiId = in.restApiId;
    get.requestValidatorId = *in.requestValidatorId;
    auto validator = getRequestValidator(call, std::move(get));
    if (!validator.ok()) return badRequest(validator.fault().message);
  }
  for (const auto& [type, name] : in.requestModels.value_or(std::map<std::string, std::string>{}))
    if (!store_.findText(scopeOf(call, in.restApiId), kind::kModel, name))
      return badRequest("Invalid model identifier specified: " + name.substr(0, 100));
  Method method;
  method.httpMethod = in.httpMethod;
  method.authorizationType = in.authorizationType;
  method.apiKeyRequired = in.apiKeyRequired.value_or(false);
  method.requestValidatorId = in.requestValidatorId;
  method.operationName = in.operationName;
  method.requestParameters = in.requestParameters;
  method.requestModels = in.requestModels;
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
                                   {"apiKeyRequired", "operationName", "requestParameters", "requestModels",
                                    "requestValidatorId"}));
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
  if (in.type != "AWS" && in.type != "AWS_PROXY" && in.type != "MOCK") {
    if (in.type == "HTTP" || in.type == "HTTP_PROXY")
      return badRequest("Hearth does not support " + in.type + " integrations yet.");
    return badRequest(
        "Enumeration value for integration type must be one of: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]");
  }
  if (in.connectionType && *in.connectionType != "INTERNET")
    return badRequest("Hearth does not support VPC links.");
  if (in.cacheNamespace && in.cacheKeyParameters && !in.cacheKeyParameters->empty())
    return badRequest("Hearth does not cache responses (cacheKeyParameters).");
  HEARTH_CHECK(checkSources(place.method, in.requestParameters.value_or(gateway::TextMap{})));
  if (in.timeoutInMillis && *in.timeoutInMillis < 50)
    return badRequest("Timeout should be between 50 ms and 29000 ms");
  Integration integration;
  integration.type = in.type;
  integration.httpMethod = in.integrationHttpMethod;
  integration.uri = in.uri;
  integration.credentials = in.credentials;
  integration.requestParameters = in.requestParameters;
  integration.requestTemplates = in.requestTemplates;
  integration.passthroughBehavior = in.passthroughBehavior.value_or("WHEN_NO_MATCH");
  integration.contentHandling = in.contentHandling;
  integration.timeoutInMillis = in.timeoutInMillis.value_or(29'000);
  integration.cacheNamespace = in.cacheNamespace.value_or(in.resourceId);
  integration.cacheKeyParameters = std::vector<std::string>{};
  HEARTH_CHECK(checkTarget(call, integration));
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
                                        "passthroughBehavior", "contentHandling", "timeoutInMillis"}));
  HEARTH_CHECK(checkTarget(call, integration));
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
  HEARTH_CHECK(checkStatus(in.statusCode));
  if (!place.method.methodResponses || !place.method.methodResponses->contains(in.statusCode)) return noResponse();
  HEARTH_CHECK(checkTargets(place.method.methodResponses->at(in.statusCode),
                            in.responseParameters.value_or(gateway::TextMap{})));
  IntegrationResponse response;
  response.statusCode = in.statusCode;
  response.selectionPattern = in.selectionPattern;
  response.responseParameters = in.responseParameters;
  response.responseTemplates = in.responseTemplates;
  response.contentHandling = in.contentHandling;
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
