// API Gateway: the control plane of REST APIs, and the source of what the data plane serves.
// https://docs.aws.amazon.com/apigateway/latest/api/API_Operations.html
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "api/apigateway.h"
#include "api/call.h"
#include "base/executor.h"
#include "base/random.h"
#include "base/task.h"
#include "gateway/authorizer_trial.h"
#include "gateway/gateway.h"
#include "ports/object_reader.h"
#include "ports/policy_reader.h"
#include "ports/usage_meter.h"
#include "services/apigateway/api_definition.h"
#include "services/apigateway/apigateway_store.h"
#include "services/apigateway/openapi_reader.h"

namespace hearth::services::apigateway {

enum class ImportMode : unsigned char { kMerge, kOverwrite };

// A document that was read, and what is to be done with it.
struct ImportOrder {
  ApiDefinition definition;
  ImportMode mode = ImportMode::kMerge;
  bool failOnWarnings = false;
  api::apigateway::CreateRestApiInput given;  // wins over the document
};

class ApiGatewayService final : public gateway::StageSource, public ports::UsageMeter {
 public:
  // `accountThrottle` is what GetAccount tells of the data plane. All else outlives the service.
  ApiGatewayService(store::Database& database, const store::Keyring& keyring, ports::ObjectReader& objects,
                    const ports::PolicyReader& policies, base::ThreadPool& pool, const base::Clock& clock,
                    base::Random& random, gateway::Throttle accountThrottle)
      : database_(database),
        objects_(objects),
        policies_(policies),
        pool_(pool),
        clock_(clock),
        random_(random),
        accountThrottle_(accountThrottle),
        store_(database, keyring) {}

  const base::Clock& clock() const { return clock_; }

  // --- gateway::StageSource, on the loop
  std::shared_ptr<const gateway::Stage> findStage(const std::string& apiId, const std::string& stage) override;
  std::shared_ptr<const gateway::ApiKeys> apiKeys() override;

  // --- ports::UsageMeter
  std::int64_t used(const std::string& planId, const std::string& keyId, std::int64_t firstDay,
                    std::int64_t lastDay) override;
  void add(std::vector<ports::UsageCount> counts) override;

  // --- imports and exports
  Task<Result<api::apigateway::ImportRestApiOutput>> importRestApi(const api::Call& call,
                                                                   api::apigateway::ImportRestApiInput in);
  Task<Result<api::apigateway::PutRestApiOutput>> putRestApi(const api::Call& call,
                                                             api::apigateway::PutRestApiInput in);
  Result<api::apigateway::GetExportOutput> getExport(const api::Call& call,
                                                     api::apigateway::GetExportInput in) const;
  // For CloudFormation, too: within a write. An import that is refused leaves nothing of itself when the write is
  // rolled back.
  Result<api::apigateway::RestApi> importNew(const api::Call& call, std::string apiId, ImportOrder order);
  Result<api::apigateway::RestApi> importInto(const api::Call& call, const std::string& apiId, ImportOrder order);
  const ports::PolicyReader& policyReader() const { return policies_; }
  std::string newApiId() { return newId(10); }
  // A document of an S3 bucket, read and kept until it is asked for; on an engine's thread.
  ports::ObjectReader& objects() { return objects_; }

  // --- authorizers
  Result<api::apigateway::CreateAuthorizerOutput> createAuthorizer(const api::Call& call,
                                                                   api::apigateway::CreateAuthorizerInput in);
  Result<api::apigateway::DeleteAuthorizerOutput> deleteAuthorizer(const api::Call& call,
                                                                   api::apigateway::DeleteAuthorizerInput in);
  Result<api::apigateway::FlushStageAuthorizersCacheOutput> flushStageAuthorizersCache(
      const api::Call& call, api::apigateway::FlushStageAuthorizersCacheInput in);
  Result<api::apigateway::GetAuthorizerOutput> getAuthorizer(const api::Call& call,
                                                             api::apigateway::GetAuthorizerInput in) const;
  Result<api::apigateway::GetAuthorizersOutput> getAuthorizers(const api::Call& call,
                                                               api::apigateway::GetAuthorizersInput in) const;
  Task<Result<api::apigateway::TestInvokeAuthorizerOutput>> testInvokeAuthorizer(
      const api::Call& call, api::apigateway::TestInvokeAuthorizerInput in);
  // Who asks authorizers for testInvokeAuthorizer(); before the first call of it.
  void setAuthorizerTester(gateway::AuthorizerTester tester) { tester_ = std::move(tester); }
  Result<api::apigateway::UpdateAuthorizerOutput> updateAuthorizer(const api::Call& call,
                                                                   api::apigateway::UpdateAuthorizerInput in);

  // --- APIs, resources, models, validators, gateway responses
  Result<api::apigateway::CreateModelOutput> createModel(const api::Call& call,
                                                         api::apigateway::CreateModelInput in);
  Result<api::apigateway::CreateRequestValidatorOutput> createRequestValidator(
      const api::Call& call, api::apigateway::CreateRequestValidatorInput in);
  Result<api::apigateway::CreateResourceOutput> createResource(const api::Call& call,
                                                               api::apigateway::CreateResourceInput in);
  Result<api::apigateway::CreateRestApiOutput> createRestApi(const api::Call& call,
                                                             api::apigateway::CreateRestApiInput in);
  Result<api::apigateway::DeleteGatewayResponseOutput> deleteGatewayResponse(
      const api::Call& call, api::apigateway::DeleteGatewayResponseInput in);
  Result<api::apigateway::DeleteModelOutput> deleteModel(const api::Call& call,
                                                         api::apigateway::DeleteModelInput in);
  Result<api::apigateway::DeleteRequestValidatorOutput> deleteRequestValidator(
      const api::Call& call, api::apigateway::DeleteRequestValidatorInput in);
  Result<api::apigateway::DeleteResourceOutput> deleteResource(const api::Call& call,
                                                               api::apigateway::DeleteResourceInput in);
  Result<api::apigateway::DeleteRestApiOutput> deleteRestApi(const api::Call& call,
                                                             api::apigateway::DeleteRestApiInput in);
  Result<api::apigateway::GetGatewayResponseOutput> getGatewayResponse(
      const api::Call& call, api::apigateway::GetGatewayResponseInput in) const;
  Result<api::apigateway::GetGatewayResponsesOutput> getGatewayResponses(
      const api::Call& call, api::apigateway::GetGatewayResponsesInput in) const;
  Result<api::apigateway::GetModelOutput> getModel(const api::Call& call, api::apigateway::GetModelInput in) const;
  Result<api::apigateway::GetModelsOutput> getModels(const api::Call& call,
                                                     api::apigateway::GetModelsInput in) const;
  Result<api::apigateway::GetRequestValidatorOutput> getRequestValidator(
      const api::Call& call, api::apigateway::GetRequestValidatorInput in) const;
  Result<api::apigateway::GetRequestValidatorsOutput> getRequestValidators(
      const api::Call& call, api::apigateway::GetRequestValidatorsInput in) const;
  Result<api::apigateway::GetResourceOutput> getResource(const api::Call& call,
                                                         api::apigateway::GetResourceInput in) const;
  Result<api::apigateway::GetResourcesOutput> getResources(const api::Call& call,
                                                           api::apigateway::GetResourcesInput in) const;
  Result<api::apigateway::GetRestApiOutput> getRestApi(const api::Call& call,
                                                       api::apigateway::GetRestApiInput in) const;
  Result<api::apigateway::GetRestApisOutput> getRestApis(const api::Call& call,
                                                         api::apigateway::GetRestApisInput in) const;
  Result<api::apigateway::PutGatewayResponseOutput> putGatewayResponse(const api::Call& call,
                                                                       api::apigateway::PutGatewayResponseInput in);
  Result<api::apigateway::UpdateGatewayResponseOutput> updateGatewayResponse(
      const api::Call& call, api::apigateway::UpdateGatewayResponseInput in);
  Result<api::apigateway::UpdateModelOutput> updateModel(const api::Call& call,
                                                         api::apigateway::UpdateModelInput in);
  Result<api::apigateway::UpdateRequestValidatorOutput> updateRequestValidator(
      const api::Call& call, api::apigateway::UpdateRequestValidatorInput in);
  Result<api::apigateway::UpdateResourceOutput> updateResource(const api::Call& call,
                                                               api::apigateway::UpdateResourceInput in);
  Result<api::apigateway::UpdateRestApiOutput> updateRestApi(const api::Call& call,
                                                             api::apigateway::UpdateRestApiInput in);

  // --- methods and integrations
  Result<api::apigateway::DeleteIntegrationOutput> deleteIntegration(const api::Call& call,
                                                                     api::apigateway::DeleteIntegrationInput in);
  Result<api::apigateway::DeleteIntegrationResponseOutput> deleteIntegrationResponse(
      const api::Call& call, api::apigateway::DeleteIntegrationResponseInput in);
  Result<api::apigateway::DeleteMethodOutput> deleteMethod(const api::Call& call,
                                                           api::apigateway::DeleteMethodInput in);
  Result<api::apigateway::DeleteMethodResponseOutput> deleteMethodResponse(
      const api::Call& call, api::apigateway::DeleteMethodResponseInput in);
  Result<api::apigateway::GetIntegrationOutput> getIntegration(const api::Call& call,
                                                               api::apigateway::GetIntegrationInput in) const;
  Result<api::apigateway::GetIntegrationResponseOutput> getIntegrationResponse(
      const api::Call& call, api::apigateway::GetIntegrationResponseInput in) const;
  Result<api::apigateway::GetMethodOutput> getMethod(const api::Call& call,
                                                     api::apigateway::GetMethodInput in) const;
  Result<api::apigateway::GetMethodResponseOutput> getMethodResponse(
      const api::Call& call, api::apigateway::GetMethodResponseInput in) const;
  Result<api::apigateway::PutIntegrationOutput> putIntegration(const api::Call& call,
                                                               api::apigateway::PutIntegrationInput in);
  Result<api::apigateway::PutIntegrationResponseOutput> putIntegrationResponse(
      const api::Call& call, api::apigateway::PutIntegrationResponseInput in);
  Result<api::apigateway::PutMethodOutput> putMethod(const api::Call& call, api::apigateway::PutMethodInput in);
  Result<api::apigateway::PutMethodResponseOutput> putMethodResponse(const api::Call& call,
                                                                     api::apigateway::PutMethodResponseInput in);
  Task<Result<api::apigateway::TestInvokeMethodOutput>> testInvokeMethod(const api::Call& call,
                                                                         api::apigateway::TestInvokeMethodInput in);
  // Who carries out testInvokeMethod(); before the first call of it.
  void setMethodTester(gateway::MethodTester tester) { methodTester_ = std::move(tester); }
  Result<api::apigateway::UpdateIntegrationOutput> updateIntegration(const api::Call& call,
                                                                     api::apigateway::UpdateIntegrationInput in);
  Result<api::apigateway::UpdateIntegrationResponseOutput> updateIntegrationResponse(
      const api::Call& call, api::apigateway::UpdateIntegrationResponseInput in);
  Result<api::apigateway::UpdateMethodOutput> updateMethod(const api::Call& call,
                                                           api::apigateway::UpdateMethodInput in);
  Result<api::apigateway::UpdateMethodResponseOutput> updateMethodResponse(
      const api::Call& call, api::apigateway::UpdateMethodResponseInput in);

  // --- deployments and stages
  Result<api::apigateway::CreateDeploymentOutput> createDeployment(const api::Call& call,
                                                                   api::apigateway::CreateDeploymentInput in);
  Result<api::apigateway::CreateStageOutput> createStage(const api::Call& call,
                                                         api::apigateway::CreateStageInput in);
  Result<api::apigateway::DeleteDeploymentOutput> deleteDeployment(const api::Call& call,
                                                                   api::apigateway::DeleteDeploymentInput in);
  Result<api::apigateway::DeleteStageOutput> deleteStage(const api::Call& call,
                                                         api::apigateway::DeleteStageInput in);
  Result<api::apigateway::GetDeploymentOutput> getDeployment(const api::Call& call,
                                                             api::apigateway::GetDeploymentInput in) const;
  Result<api::apigateway::GetDeploymentsOutput> getDeployments(const api::Call& call,
                                                               api::apigateway::GetDeploymentsInput in) const;
  Result<api::apigateway::GetStageOutput> getStage(const api::Call& call, api::apigateway::GetStageInput in) const;
  Result<api::apigateway::GetStagesOutput> getStages(const api::Call& call,
                                                     api::apigateway::GetStagesInput in) const;
  Result<api::apigateway::UpdateDeploymentOutput> updateDeployment(const api::Call& call,
                                                                   api::apigateway::UpdateDeploymentInput in);
  Result<api::apigateway::UpdateStageOutput> updateStage(const api::Call& call,
                                                         api::apigateway::UpdateStageInput in);

  // --- keys and usage plans
  Result<api::apigateway::CreateApiKeyOutput> createApiKey(const api::Call& call,
                                                           api::apigateway::CreateApiKeyInput in);
  Result<api::apigateway::CreateUsagePlanOutput> createUsagePlan(const api::Call& call,
                                                                 api::apigateway::CreateUsagePlanInput in);
  Result<api::apigateway::CreateUsagePlanKeyOutput> createUsagePlanKey(const api::Call& call,
                                                                       api::apigateway::CreateUsagePlanKeyInput in);
  Result<api::apigateway::DeleteApiKeyOutput> deleteApiKey(const api::Call& call,
                                                           api::apigateway::DeleteApiKeyInput in);
  Result<api::apigateway::DeleteUsagePlanOutput> deleteUsagePlan(const api::Call& call,
                                                                 api::apigateway::DeleteUsagePlanInput in);
  Result<api::apigateway::DeleteUsagePlanKeyOutput> deleteUsagePlanKey(const api::Call& call,
                                                                       api::apigateway::DeleteUsagePlanKeyInput in);
  Result<api::apigateway::GetApiKeyOutput> getApiKey(const api::Call& call,
                                                     api::apigateway::GetApiKeyInput in) const;
  Result<api::apigateway::GetApiKeysOutput> getApiKeys(const api::Call& call,
                                                       api::apigateway::GetApiKeysInput in) const;
  Result<api::apigateway::GetUsageOutput> getUsage(const api::Call& call, api::apigateway::GetUsageInput in) const;
  Result<api::apigateway::GetUsagePlanOutput> getUsagePlan(const api::Call& call,
                                                           api::apigateway::GetUsagePlanInput in) const;
  Result<api::apigateway::GetUsagePlanKeyOutput> getUsagePlanKey(const api::Call& call,
                                                                 api::apigateway::GetUsagePlanKeyInput in) const;
  Result<api::apigateway::GetUsagePlanKeysOutput> getUsagePlanKeys(const api::Call& call,
                                                                   api::apigateway::GetUsagePlanKeysInput in) const;
  Result<api::apigateway::GetUsagePlansOutput> getUsagePlans(const api::Call& call,
                                                             api::apigateway::GetUsagePlansInput in) const;
  Result<api::apigateway::UpdateApiKeyOutput> updateApiKey(const api::Call& call,
                                                           api::apigateway::UpdateApiKeyInput in);
  Result<api::apigateway::UpdateUsagePlanOutput> updateUsagePlan(const api::Call& call,
                                                                 api::apigateway::UpdateUsagePlanInput in);

  // Everything of a plan at once, for CloudFormation.
  Result<void> replaceUsagePlan(const api::Call& call, api::apigateway::UsagePlan plan);

  // --- the account, tags
  Result<api::apigateway::GetAccountOutput> getAccount(const api::Call& call,
                                                       api::apigateway::GetAccountInput in) const;
  Result<api::apigateway::GetTagsOutput> getTags(const api::Call& call, api::apigateway::GetTagsInput in) const;
  Result<api::apigateway::TagResourceOutput> tagResource(const api::Call& call,
                                                         api::apigateway::TagResourceInput in);
  Result<api::apigateway::UntagResourceOutput> untagResource(const api::Call& call,
                                                             api::apigateway::UntagResourceInput in);
  Result<api::apigateway::UpdateAccountOutput> updateAccount(const api::Call& call,
                                                             api::apigateway::UpdateAccountInput in);

 private:
  static Scope scopeOf(const api::Call& call, const std::string& apiId = {}) {
    return {call.account, call.region, apiId};
  }
  std::string newId(std::size_t size) { return base::randomText(random_, size, base::kLowerAlphanumeric); }
  // Every change of what the data plane serves: stages of an API, keys and plans.
  void stagesChanged(const std::string& apiId);
  void keysChanged();

  friend class ApiImport;
  // Without the models that CreateRestApi adds.
  Result<api::apigateway::RestApi> createBare(const api::Call& call, std::string id,
                                              api::apigateway::CreateRestApiInput in);
  Result<api::apigateway::RestApi> carryOut(const api::Call& call, api::apigateway::RestApi rest,
                                            ImportOrder order);
  Task<Result<ApiDefinition>> readBody(std::string body, ImportOptions options);
  // Whether the API's own settings can be; they are as they are kept then.
  Result<void> settle(const Scope& scope, api::apigateway::RestApi& rest) const;
  // As an answer has it.
  api::apigateway::RestApi shown(const Scope& scope, api::apigateway::RestApi rest) const;
  api::apigateway::GatewayResponse shownResponse(const Scope& scope, const std::string& type) const;
  // Whether a method names what there is.
  Result<void> checkMethod(const api::Call& call, const std::string& apiId,
                           const api::apigateway::Method& method) const;
  Result<api::apigateway::RestApi> getApi(const api::Call& call, const std::string& apiId) const;
  Result<api::apigateway::Resource> getApiResource(const api::Call& call, const std::string& apiId,
                                                   const std::string& resourceId) const;
  struct Place {
    Scope scope;
    api::apigateway::Resource resource;
    api::apigateway::Method method;
  };
  // A stage with this method alone, which nobody is kept from.
  Result<gateway::StageDefinition> trialStage(const api::Call& call,
                                              const api::apigateway::TestInvokeMethodInput& in) const;
  Result<Place> getPlace(const api::Call& call, const std::string& apiId, const std::string& resourceId,
                         const std::string& httpMethod) const;
  void putPlace(Place place);
  Result<api::apigateway::UsagePlan> getPlan(const api::Call& call, const std::string& planId) const;
  Result<void> checkPlanStages(const api::Call& call, const api::apigateway::UsagePlan& plan) const;
  // Nothing when there is no such stage to serve; null when there is one that cannot be served, which is logged.
  std::optional<std::shared_ptr<const gateway::Stage>> loadStage(const std::string& apiId,
                                                                 const std::string& stage) const;
  // The record that an ARN of the tag operations names: kind and id.
  struct Tagged {
    Scope scope;
    const char* kind;
    std::string id;
  };
  Result<Tagged> getTagged(const api::Call& call, const std::string& arn) const;

  store::Database& database_;
  ports::ObjectReader& objects_;
  const ports::PolicyReader& policies_;
  base::ThreadPool& pool_;
  const base::Clock& clock_;
  base::Random& random_;
  const gateway::Throttle accountThrottle_;
  ApiGatewayStore store_;
  gateway::AuthorizerTester tester_;
  gateway::MethodTester methodTester_;

  // What add() could not make durable; it goes with the next one.
  std::mutex unrecordedMutex_;
  std::vector<ports::UsageCount> unrecorded_;  // guarded by unrecordedMutex_

  // What was compiled for the data plane, on the loop; that of an API, or all keys, is made anew after a change.
  std::map<std::string, std::shared_ptr<const gateway::Stage>> stages_;  // by "api/stage"; null: cannot be served
  std::shared_ptr<const gateway::ApiKeys> keys_;
  std::uint64_t keysLoaded_ = 0;  // the generation that keys_ is of
  std::atomic<std::uint64_t> keysGeneration_{0};
  std::atomic<bool> anyChanged_{false};
  std::mutex changedMutex_;
  static constexpr std::size_t kMostChanged = 256;
  std::set<std::string> changedApis_;  // since forgetChanged(); kMostChanged are all; guarded by changedMutex_
  void forgetChanged();
};

}  // namespace hearth::services::apigateway
