// Gateway responses: the answers that the gateway gives itself. What is kept is what was set; the defaults are put
// in when it is shown.
#include <algorithm>
#include <array>

#include "services/apigateway/apigateway_service.h"
#include "services/apigateway/faults.h"
#include "services/apigateway/method_checks.h"
#include "services/apigateway/patch.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

struct Standard {
  const char* type;
  const char* status;  // null: that of what went wrong
};

// https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
constexpr std::array<Standard, 21> kStandards = {{{"ACCESS_DENIED", "403"},
                                                  {"API_CONFIGURATION_ERROR", "500"},
                                                  {"AUTHORIZER_CONFIGURATION_ERROR", "500"},
                                                  {"AUTHORIZER_FAILURE", "500"},
                                                  {"BAD_REQUEST_BODY", "400"},
                                                  {"BAD_REQUEST_PARAMETERS", "400"},
                                                  {"DEFAULT_4XX", nullptr},
                                                  {"DEFAULT_5XX", nullptr},
                                                  {"EXPIRED_TOKEN", "403"},
                                                  {"INTEGRATION_FAILURE", "504"},
                                                  {"INTEGRATION_TIMEOUT", "504"},
                                                  {"INVALID_API_KEY", "403"},
                                                  {"INVALID_SIGNATURE", "403"},
                                                  {"MISSING_AUTHENTICATION_TOKEN", "403"},
                                                  {"QUOTA_EXCEEDED", "429"},
                                                  {"REQUEST_TOO_LARGE", "413"},
                                                  {"RESOURCE_NOT_FOUND", "404"},
                                                  {"THROTTLED", "429"},
                                                  {"UNAUTHORIZED", "401"},
                                                  {"UNSUPPORTED_MEDIA_TYPE", "415"},
                                                  {"WAF_FILTERED", "403"}}};

const Standard* findStandard(const std::string& type) {
  const auto* found = std::find_if(kStandards.begin(), kStandards.end(),
                                   [&](const Standard& standard) { return type == standard.type; });
  return found == kStandards.end() ? nullptr : found;
}

Result<void> checkType(const std::string& type) {
  if (findStandard(type)) return {};
  std::string known;
  for (const Standard& standard : kStandards) known += (known.empty() ? "" : ", ") + std::string(standard.type);
  return Fault("ValidationException",
               "1 validation error detected: Value '" + type.substr(0, 100) +
                   "' at 'responseType' failed to satisfy constraint: Member must satisfy enum value set: [" +
                   known + "]");
}

// With what AWS shows where nothing was set.
GatewayResponse withDefaults(GatewayResponse response) {
  const Standard* standard = findStandard(response.responseType.value_or(""));
  if (!response.statusCode && standard && standard->status) response.statusCode = standard->status;
  if (!response.responseParameters) response.responseParameters.emplace();
  if (!response.responseTemplates || response.responseTemplates->empty())
    response.responseTemplates.emplace()["application/json"] = "{\"message\":$context.error.messageString}";
  return response;
}

}  // namespace

Result<void> checkGatewayResponse(const GatewayResponse& response) {
  HEARTH_CHECK(checkType(response.responseType.value_or("")));
  if (response.statusCode) HEARTH_CHECK(checkStatus(*response.statusCode));
  return checkGatewayParameters(response.responseParameters.value_or(gateway::TextMap{}));
}

GatewayResponse ApiGatewayService::shownResponse(const Scope& scope, const std::string& type) const {
  if (auto own = store_.find<GatewayResponse>(scope, kind::kGatewayResponse, type)) {
    own->defaultResponse = false;
    return withDefaults(*std::move(own));
  }
  // What has none of its own is answered with the one for its class.
  GatewayResponse response;
  const Standard* standard = findStandard(type);
  if (standard && standard->status) {
    const char* general = standard->status[0] == '5' ? "DEFAULT_5XX" : "DEFAULT_4XX";
    response = store_.find<GatewayResponse>(scope, kind::kGatewayResponse, general).value_or(GatewayResponse{});
  }
  response.responseType = type;
  response.defaultResponse = true;
  return withDefaults(std::move(response));
}

Result<GatewayResponse> ApiGatewayService::putGatewayResponse(const api::Call& call, PutGatewayResponseInput in) {
  HEARTH_CHECK(getApi(call, in.restApiId));
  GatewayResponse response;
  response.responseType = in.responseType;
  response.statusCode = in.statusCode;
  response.responseParameters = in.responseParameters;
  response.responseTemplates = in.responseTemplates;
  response.defaultResponse = false;
  HEARTH_CHECK(checkGatewayResponse(response));
  const Scope scope = scopeOf(call, in.restApiId);
  store_.put(scope, kind::kGatewayResponse, in.responseType, response);
  return shownResponse(scope, in.responseType);
}

Result<GatewayResponse> ApiGatewayService::getGatewayResponse(const api::Call& call,
                                                              GetGatewayResponseInput in) const {
  HEARTH_CHECK(getApi(call, in.restApiId));
  HEARTH_CHECK(checkType(in.responseType));
  return shownResponse(scopeOf(call, in.restApiId), in.responseType);
}

Result<GatewayResponses> ApiGatewayService::getGatewayResponses(const api::Call& call,
                                                                GetGatewayResponsesInput in) const {
  HEARTH_CHECK(getApi(call, in.restApiId));
  const Scope scope = scopeOf(call, in.restApiId);
  GatewayResponses out;
  auto& items = out.items.emplace();
  // All of them, as AWS does it: `limit` and `position` are not looked at.
  for (const Standard& standard : kStandards) items.push_back(shownResponse(scope, standard.type));
  return out;
}

Result<GatewayResponse> ApiGatewayService::updateGatewayResponse(const api::Call& call,
                                                                 UpdateGatewayResponseInput in) {
  HEARTH_CHECK(getApi(call, in.restApiId));
  HEARTH_CHECK(checkType(in.responseType));
  const Scope scope = scopeOf(call, in.restApiId);
  auto response = store_.find<GatewayResponse>(scope, kind::kGatewayResponse, in.responseType);
  if (!response) response.emplace().responseType = in.responseType;
  for (const PatchOperation& operation : in.patchOperations.value_or(std::vector<PatchOperation>{}))
    if (operation.path == "/statusCode" && operation.op != "replace")
      return badRequest("Invalid patch path /statusCode");
  HEARTH_TRY(GatewayResponse changed,
             patched(*response, in.patchOperations, {"statusCode", "responseParameters", "responseTemplates"}));
  changed.defaultResponse = false;
  HEARTH_CHECK(checkGatewayResponse(changed));
  store_.put(scope, kind::kGatewayResponse, in.responseType, changed);
  return shownResponse(scope, in.responseType);
}

Result<DeleteGatewayResponseOutput> ApiGatewayService::deleteGatewayResponse(const api::Call& call,
                                                                             DeleteGatewayResponseInput in) {
  HEARTH_CHECK(getApi(call, in.restApiId));
  HEARTH_CHECK(checkType(in.responseType));
  if (!store_.remove(scopeOf(call, in.restApiId), kind::kGatewayResponse, in.responseType))
    return notFound("Gateway response type not defined on api");
  return DeleteGatewayResponseOutput{};
}

}  // namespace hearth::services::apigateway
