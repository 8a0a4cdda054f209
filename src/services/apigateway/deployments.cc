// Deployments and stages. A deployment freezes the API as it is: resources with their methods, models, validators
// and gateway responses, in one record. A stage serves a deployment; what is changed afterwards is not seen until
// the next.
#include <algorithm>

#include "base/json.h"
#include "base/log.h"
#include "services/apigateway/apigateway_service.h"
#include "services/apigateway/faults.h"
#include "services/apigateway/integration_target.h"
#include "services/apigateway/paging.h"
#include "services/apigateway/patch.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

// The kinds that a deployment freezes.
constexpr const char* kFrozen[] = {kind::kResource, kind::kModel, kind::kValidator, kind::kGatewayResponse};

Result<void> checkStageName(const std::string& name) {
  bool good = !name.empty() && name.size() <= 128 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-';
  });
  if (good) return {};
  return badRequest("Stage name only allows a-zA-Z0-9_-");
}

Result<void> checkVariables(const std::optional<std::map<std::string, std::string>>& variables) {
  if (!variables) return {};
  for (const auto& [name, value] : *variables) {
    bool good = !name.empty() &&
                std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_'; });
    if (!good || value.size() > 512)
      return badRequest("Stage variable names are alphanumeric, values have at most 512 characters: " +
                        name.substr(0, 64));
  }
  return {};
}

Fault noStage() { return notFound("Invalid stage identifier specified"); }

template <class Input>
Result<void> refuseUnsupported(const Input& in) {
  if (in.cacheClusterEnabled.value_or(false))
    return badRequest("Hearth does not cache responses (cacheClusterEnabled).");
  if (in.canarySettings) return badRequest("Hearth does not support canary releases.");
  if (in.tracingEnabled.value_or(false)) return badRequest("Hearth does not support X-Ray tracing.");
  return {};
}

gateway::TextMap textMap(const std::optional<std::map<std::string, std::string>>& map) {
  return map.value_or(gateway::TextMap{});
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
  return definition;
}

// A snapshot, read back.
struct Frozen {
  std::vector<Resource> resources;
  std::vector<Model> models;
  std::map<std::string, RequestValidator> validators;
  std::vector<GatewayResponse> gatewayResponses;
};

template <class T>
std::vector<T> readList(const Json& snapshot, const char* kind) {
  std::vector<T> list;
  if (const Json* items = base::findMember(snapshot, kind))
    for (const Json& item : items->as_array()) list.push_back(api::fromDocument<T>(item).value());
  return list;
}

Frozen readSnapshot(const std::string& text) {
  Json snapshot = base::parseJson(text).value();
  Frozen frozen;
  frozen.resources = readList<Resource>(snapshot, kind::kResource);
  frozen.models = readList<Model>(snapshot, kind::kModel);
  for (auto& validator : readList<RequestValidator>(snapshot, kind::kValidator))
    frozen.validators[validator.id.value_or("")] = validator;
  frozen.gatewayResponses = readList<GatewayResponse>(snapshot, kind::kGatewayResponse);
  return frozen;
}

gateway::StageDefinition definitionOf(const Scope& scope, const RestApi& rest, const Stage& stage,
                                      const Frozen& frozen) {
  gateway::StageDefinition definition;
  definition.account = scope.account;
  definition.region = scope.region;
  definition.apiId = scope.apiId;
  definition.name = stage.stageName.value_or("");
  definition.deploymentId = stage.deploymentId.value_or("");
  definition.variables = textMap(stage.variables);
  definition.binaryMediaTypes = rest.binaryMediaTypes.value_or(std::vector<std::string>{});
  for (const Model& model : frozen.models)
    definition.models.push_back(
        {model.name.value_or(""), model.contentType.value_or(""), model.schema.value_or("{}")});
  for (const Resource& resource : frozen.resources) {
    gateway::ResourceDefinition item{resource.id.value_or(""), resource.path.value_or("/"), {}};
    for (const auto& [verb, method] : resource.resourceMethods.value_or(std::map<std::string, Method>{})) {
      gateway::MethodDefinition one;
      one.httpMethod = verb;
      one.authorizationType = method.authorizationType.value_or("NONE");
      one.apiKeyRequired = method.apiKeyRequired.value_or(false);
      auto validator = frozen.validators.find(method.requestValidatorId.value_or(""));
      if (validator != frozen.validators.end()) {
        one.validateRequestBody = validator->second.validateRequestBody.value_or(false);
        one.validateRequestParameters = validator->second.validateRequestParameters.value_or(false);
      }
      one.requestParameters = method.requestParameters.value_or(std::map<std::string, bool>{});
      one.requestModels = textMap(method.requestModels);
      if (method.methodIntegration) one.integration = definitionOf(*method.methodIntegration);
      item.methods.push_back(std::move(one));
    }
    definition.resources.push_back(std::move(item));
  }
  for (const GatewayResponse& response : frozen.gatewayResponses)
    definition.gatewayResponses.push_back({response.responseType.value_or(""), response.statusCode.value_or(""),
                                           textMap(response.responseParameters),
                                           textMap(response.responseTemplates)});
  for (const auto& [path, setting] : stage.methodSettings.value_or(std::map<std::string, MethodSetting>{})) {
    // "~1v1~1tests/POST", "*/*"
    auto slash = path.rfind('/');
    gateway::MethodSettingDefinition one;
    one.resourcePath = unescapePointer(path.substr(0, slash));
    one.httpMethod = slash == std::string::npos ? "*" : path.substr(slash + 1);
    if (setting.throttlingRateLimit || setting.throttlingBurstLimit)
      one.throttle = gateway::Throttle{setting.throttlingRateLimit.value_or(10'000),
                                       setting.throttlingBurstLimit.value_or(5'000)};
    definition.methodSettings.push_back(std::move(one));
  }
  return definition;
}

}  // namespace

std::string ApiGatewayService::writeSnapshot(const Scope& scope) const {
  std::string text = "{";
  for (const char* kind : kFrozen) {
    if (text.size() > 1) text += ',';
    text += "\"" + std::string(kind) + "\":[";
    bool first = true;
    for (const Record& record : store_.list(scope, kind)) {
      if (!first) text += ',';
      first = false;
      text += record.text;
    }
    text += ']';
  }
  return text + "}";
}

Result<Deployment> ApiGatewayService::createDeployment(const api::Call& call, CreateDeploymentInput in) {
  HEARTH_TRY(RestApi rest, getApi(call, in.restApiId));
  HEARTH_CHECK(refuseUnsupported(in));
  Scope scope = scopeOf(call, in.restApiId);
  std::string snapshot = writeSnapshot(scope);
  Frozen frozen = readSnapshot(snapshot);
  bool any = false;
  for (const Resource& resource : frozen.resources)
    for (const auto& [verb, method] : resource.resourceMethods.value_or(std::map<std::string, Method>{})) {
      any = true;
      if (!method.methodIntegration) return badRequest("No integration defined for method");
      HEARTH_CHECK(checkTarget(call, *method.methodIntegration));
    }
  if (!any) return badRequest("The REST API doesn't contain any methods");
  Deployment deployment;
  deployment.id = newId(6);
  deployment.description = in.description;
  deployment.createdDate = call.now;
  Stage stage;
  stage.deploymentId = deployment.id;
  stage.stageName = in.stageName.value_or("check");
  // What the data plane cannot serve is refused now.
  auto compiled = gateway::compileStage(definitionOf(scope, rest, stage, frozen));
  if (!compiled.ok()) return std::move(compiled).fault();
  store_.put(scope, kind::kDeployment, *deployment.id, deployment);
  store_.putText(scope, kind::kSnapshot, *deployment.id, snapshot);
  if (in.stageName) {
    HEARTH_CHECK(checkStageName(*in.stageName));
    HEARTH_CHECK(checkVariables(in.variables));
    if (auto existing = store_.find<Stage>(scope, kind::kStage, *in.stageName))
      stage = *existing;
    else
      stage.createdDate = call.now;
    stage.deploymentId = deployment.id;
    stage.lastUpdatedDate = call.now;
    if (in.stageDescription) stage.description = in.stageDescription;
    if (in.variables) stage.variables = in.variables;
    store_.put(scope, kind::kStage, *in.stageName, stage);
  }
  changed();
  return deployment;
}

Result<Deployment> ApiGatewayService::getDeployment(const api::Call& call, GetDeploymentInput in) const {
  HEARTH_CHECK(getApi(call, in.restApiId));
  auto deployment = store_.find<Deployment>(scopeOf(call, in.restApiId), kind::kDeployment, in.deploymentId);
  if (!deployment) return notFound("Invalid Deployment identifier specified");
  return *std::move(deployment);
}

Result<Deployments> ApiGatewayService::getDeployments(const api::Call& call, GetDeploymentsInput in) const {
  HEARTH_CHECK(getApi(call, in.restApiId));
  Deployments out;
  fillPage<Deployment>(out, store_, scopeOf(call, in.restApiId), kind::kDeployment, in.position, in.limit);
  return out;
}

Result<Deployment> ApiGatewayService::updateDeployment(const api::Call& call, UpdateDeploymentInput in) {
  GetDeploymentInput get;
  get.restApiId = in.restApiId;
  get.deploymentId = in.deploymentId;
  HEARTH_TRY(Deployment deployment, getDeployment(call, get));
  HEARTH_TRY(deployment, patched(deployment, in.patchOperations, {"description"}));
  store_.put(scopeOf(call, in.restApiId), kind::kDeployment, in.deploymentId, deployment);
  return deployment;
}

Result<DeleteDeploymentOutput> ApiGatewayService::deleteDeployment(const api::Call& call,
                                                                   DeleteDeploymentInput in) {
  HEARTH_CHECK(getApi(call, in.restApiId));
  Scope scope = scopeOf(call, in.restApiId);
  for (const Record& record : store_.list(scope, kind::kStage))
    if (ApiGatewayStore::parse<Stage>(record.text).deploymentId == in.deploymentId)
      return badRequest("Active stages pointing to this deployment must be moved or deleted");
  if (!store_.remove(scope, kind::kDeployment, in.deploymentId))
    return notFound("Invalid Deployment identifier specified");
  store_.remove(scope, kind::kSnapshot, in.deploymentId);
  return DeleteDeploymentOutput{};
}

// --- stages ------------------------------------------------------------------------------------------------------

Result<Stage> ApiGatewayService::createStage(const api::Call& call, CreateStageInput in) {
  HEARTH_CHECK(getApi(call, in.restApiId));
  HEARTH_CHECK(refuseUnsupported(in));
  HEARTH_CHECK(checkStageName(in.stageName));
  HEARTH_CHECK(checkVariables(in.variables));
  Scope scope = scopeOf(call, in.restApiId);
  if (!store_.findText(scope, kind::kDeployment, in.deploymentId))
    return badRequest("Deployment id does not exist");
  if (store_.findText(scope, kind::kStage, in.stageName)) return conflict("Stage already exists");
  Stage stage;
  stage.stageName = in.stageName;
  stage.deploymentId = in.deploymentId;
  stage.description = in.description;
  stage.variables = in.variables;
  stage.documentationVersion = in.documentationVersion;
  stage.cacheClusterEnabled = false;
  stage.cacheClusterStatus = "NOT_AVAILABLE";
  stage.methodSettings.emplace();
  stage.tracingEnabled = false;
  if (in.tags && !in.tags->empty()) stage.tags = in.tags;
  stage.createdDate = call.now;
  stage.lastUpdatedDate = call.now;
  store_.put(scope, kind::kStage, in.stageName, stage);
  changed();
  return stage;
}

Result<Stage> ApiGatewayService::getStage(const api::Call& call, GetStageInput in) const {
  HEARTH_CHECK(getApi(call, in.restApiId));
  auto stage = store_.find<Stage>(scopeOf(call, in.restApiId), kind::kStage, in.stageName);
  if (!stage) return noStage();
  return *std::move(stage);
}

Result<Stages> ApiGatewayService::getStages(const api::Call& call, GetStagesInput in) const {
  HEARTH_CHECK(getApi(call, in.restApiId));
  Stages out;
  auto& items = out.item.emplace();
  for (const Record& record : store_.list(scopeOf(call, in.restApiId), kind::kStage)) {
    auto stage = ApiGatewayStore::parse<Stage>(record.text);
    if (!in.deploymentId || stage.deploymentId == in.deploymentId) items.push_back(std::move(stage));
  }
  return out;
}

namespace {

// "/{resource}/{verb}/throttling/rateLimit" and the like; other settings of methods are refused by name.
Result<void> patchMethodSetting(Stage& stage, const PatchOperation& operation) {
  auto segments = splitPointer(operation.path.value_or(""));
  std::string name = segments.size() == 4 ? segments[2] + "/" + segments[3] : "";
  if (name != "throttling/rateLimit" && name != "throttling/burstLimit")
    return badRequest("Hearth supports the method settings throttling/rateLimit and throttling/burstLimit, not: " +
                      operation.path.value_or("").substr(0, 200));
  std::string escaped;
  for (char c : segments[0]) escaped += c == '/' ? std::string("~1") : std::string(1, c);
  if (!stage.methodSettings) stage.methodSettings.emplace();
  MethodSetting& setting = (*stage.methodSettings)[escaped + "/" + segments[1]];
  char* end = nullptr;
  double value = std::strtod(operation.value.value_or("").c_str(), &end);
  bool removed = operation.op == "remove";
  if (!removed && (operation.value.value_or("").empty() || *end != '\0' || value < 0))
    return badRequest("Invalid patch value for " + operation.path.value_or("").substr(0, 200));
  if (segments[3] == "rateLimit")
    setting.throttlingRateLimit = removed ? std::nullopt : std::optional<double>(value);
  else
    setting.throttlingBurstLimit =
        removed ? std::nullopt : std::optional<std::int64_t>(static_cast<std::int64_t>(value));
  return {};
}

}  // namespace

Result<Stage> ApiGatewayService::updateStage(const api::Call& call, UpdateStageInput in) {
  GetStageInput get;
  get.restApiId = in.restApiId;
  get.stageName = in.stageName;
  HEARTH_TRY(Stage stage, getStage(call, get));
  std::vector<PatchOperation> plain;
  for (const PatchOperation& operation : in.patchOperations.value_or(std::vector<PatchOperation>{})) {
    if (splitPointer(operation.path.value_or("")).size() == 4)
      HEARTH_CHECK(patchMethodSetting(stage, operation));
    else
      plain.push_back(operation);
  }
  HEARTH_TRY(stage,
             patched<Stage>(stage, plain, {"deploymentId", "description", "variables", "documentationVersion"}));
  HEARTH_CHECK(checkVariables(stage.variables));
  Scope scope = scopeOf(call, in.restApiId);
  if (!store_.findText(scope, kind::kDeployment, stage.deploymentId.value_or("")))
    return badRequest("Deployment id does not exist");
  stage.lastUpdatedDate = call.now;
  store_.put(scope, kind::kStage, in.stageName, stage);
  changed();
  return stage;
}

Result<DeleteStageOutput> ApiGatewayService::deleteStage(const api::Call& call, DeleteStageInput in) {
  HEARTH_CHECK(getApi(call, in.restApiId));
  for (const Record& record : store_.list(scopeOf(call), kind::kUsagePlan)) {
    auto plan = ApiGatewayStore::parse<UsagePlan>(record.text);
    for (const ApiStage& stage : plan.apiStages.value_or(std::vector<ApiStage>{}))
      if (stage.apiId == in.restApiId && stage.stage == in.stageName)
        return badRequest("Cannot delete the stage " + in.stageName + ": it belongs to the usage plan " +
                          record.id + ".");
  }
  if (!store_.remove(scopeOf(call, in.restApiId), kind::kStage, in.stageName)) return noStage();
  changed();
  return DeleteStageOutput{};
}

// --- what the data plane asks
// --------------------------------------------------------------------------------------

std::optional<std::shared_ptr<const gateway::Stage>> ApiGatewayService::loadStage(const std::string& apiId,
                                                                                  const std::string& name) const {
  store::Database::Snapshot snapshot(database_);
  auto scope = store_.findScope(apiId);
  if (!scope) return std::nullopt;
  auto rest = store_.find<RestApi>(*scope, kind::kRestApi, apiId);
  auto stage = store_.find<Stage>(*scope, kind::kStage, name);
  if (!rest || !stage || rest->disableExecuteApiEndpoint.value_or(false)) return std::nullopt;
  auto frozen = store_.findText(*scope, kind::kSnapshot, stage->deploymentId.value_or(""));
  if (!frozen) return std::nullopt;
  auto compiled = gateway::compileStage(definitionOf(*scope, *rest, *stage, readSnapshot(*frozen)));
  if (!compiled.ok()) {
    base::logError("apigateway", "a stage cannot be served",
                   {{"api", apiId}, {"stage", name}, {"reason", compiled.fault().message}});
    return nullptr;
  }
  return *compiled;
}

void ApiGatewayService::refresh() {
  std::uint64_t now = generation_.load(std::memory_order_acquire);
  if (now == cachedGeneration_) return;
  cachedGeneration_ = now;
  stages_.clear();
  keys_.reset();
}

std::shared_ptr<const gateway::Stage> ApiGatewayService::findStage(const std::string& apiId,
                                                                   const std::string& stage) {
  refresh();
  constexpr std::size_t kMostCached = 1024;
  std::string key = apiId + "/" + stage;
  auto found = stages_.find(key);
  if (found != stages_.end()) return found->second;
  auto loaded = loadStage(apiId, stage);
  // Names that do not exist are not remembered: strangers choose them.
  if (!loaded) return nullptr;
  if (stages_.size() >= kMostCached) stages_.clear();
  stages_[key] = *loaded;
  return *loaded;
}

}  // namespace hearth::services::apigateway
