// Deployments and stages. A deployment freezes the API as it is (snapshot.h), in one record. A stage serves a
// deployment; what is changed afterwards is not seen until the next.
#include <algorithm>

#include "base/json.h"
#include "base/log.h"
#include "services/apigateway/apigateway_service.h"
#include "services/apigateway/faults.h"
#include "services/apigateway/integration_target.h"
#include "services/apigateway/paging.h"
#include "services/apigateway/patch.h"
#include "services/apigateway/snapshot.h"
#include "services/apigateway/stage_settings.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

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

}  // namespace

Result<Deployment> ApiGatewayService::createDeployment(const api::Call& call, CreateDeploymentInput in) {
  HEARTH_TRY(RestApi rest, getApi(call, in.restApiId));
  HEARTH_CHECK(refuseUnsupported(in));
  Scope scope = scopeOf(call, in.restApiId);
  const std::string text = takeSnapshot(store_, scope);
  const Snapshot snapshot = readSnapshot(text, rest);
  bool any = false;
  for (const Resource& resource : snapshot.resources)
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
  auto compiled = gateway::compileStage(definitionOf(scope, stage, snapshot), policies_);
  if (!compiled.ok()) return std::move(compiled).fault();
  store_.put(scope, kind::kDeployment, *deployment.id, deployment);
  store_.putText(scope, kind::kSnapshot, *deployment.id, text);
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
  stagesChanged(in.restApiId);
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
  stagesChanged(in.restApiId);
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

Result<Stage> ApiGatewayService::updateStage(const api::Call& call, UpdateStageInput in) {
  GetStageInput get;
  get.restApiId = in.restApiId;
  get.stageName = in.stageName;
  HEARTH_TRY(Stage stage, getStage(call, get));
  std::vector<PatchOperation> plain;
  for (const PatchOperation& operation : in.patchOperations.value_or(std::vector<PatchOperation>{})) {
    if (isSettingPath(operation.path.value_or("")))
      HEARTH_CHECK(patchSetting(stage, operation));
    else
      plain.push_back(operation);
  }
  HEARTH_TRY(stage, patched<Stage>(stage, plain,
                                   {"deploymentId", "description", "variables", "documentationVersion",
                                    "tracingEnabled", "cacheClusterEnabled"}));
  HEARTH_CHECK(refuseUnsupported(stage));
  HEARTH_CHECK(checkVariables(stage.variables));
  Scope scope = scopeOf(call, in.restApiId);
  if (!store_.findText(scope, kind::kDeployment, stage.deploymentId.value_or("")))
    return badRequest("Deployment id does not exist");
  stage.lastUpdatedDate = call.now;
  store_.put(scope, kind::kStage, in.stageName, stage);
  stagesChanged(in.restApiId);
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
  const Scope scope = scopeOf(call, in.restApiId);
  if (!store_.remove(scope, kind::kStage, in.stageName)) return noStage();
  store_.remove(scope, kind::kFlush, in.stageName);
  stagesChanged(in.restApiId);
  return DeleteStageOutput{};
}

// --- what the data plane asks
// --------------------------------------------------------------------------------------

std::optional<std::shared_ptr<const gateway::Stage>> ApiGatewayService::loadStage(const std::string& apiId,
                                                                                  const std::string& name) const {
  store::Database::Snapshot view(database_);
  auto scope = store_.findScope(apiId);
  if (!scope) return std::nullopt;
  auto rest = store_.find<RestApi>(*scope, kind::kRestApi, apiId);
  auto stage = store_.find<Stage>(*scope, kind::kStage, name);
  if (!rest || !stage || rest->disableExecuteApiEndpoint.value_or(false)) return std::nullopt;
  auto frozen = store_.findText(*scope, kind::kSnapshot, stage->deploymentId.value_or(""));
  if (!frozen) return std::nullopt;
  auto definition = definitionOf(*scope, *stage, readSnapshot(*frozen, *rest));
  definition.authorizerGeneration = store_.findText(*scope, kind::kFlush, name).value_or("");
  auto compiled = gateway::compileStage(definition, policies_);
  if (!compiled.ok()) {
    base::logError("apigateway", "a stage cannot be served",
                   {{"api", apiId}, {"stage", name}, {"reason", compiled.fault().message}});
    return nullptr;
  }
  return *compiled;
}

void ApiGatewayService::forgetChanged() {
  if (!anyChanged_.exchange(false, std::memory_order_acquire)) return;
  std::set<std::string> apis;
  {
    const std::lock_guard lock(changedMutex_);
    apis.swap(changedApis_);
  }
  if (apis.size() >= kMostChanged) stages_.clear();
  for (const std::string& api : apis) {
    const std::string prefix = api + "/";
    const auto first = stages_.lower_bound(prefix);
    stages_.erase(first, std::find_if_not(first, stages_.end(),
                                          [&](const auto& stage) { return stage.first.starts_with(prefix); }));
  }
}

std::shared_ptr<const gateway::Stage> ApiGatewayService::findStage(const std::string& apiId,
                                                                   const std::string& stage) {
  forgetChanged();
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
