// AWS::ApiGateway::ApiKey, UsagePlan, UsagePlanKey.
#include "services/apigateway/apigateway_resources.h"
#include "services/apigateway/resource_base.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

class ApiKeyProvider final : public Provider {
 public:
  using Provider::Provider;

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::ApiGateway::ApiKey",
        .properties = {fixed(text("Name")), fixed(text("Value")), fixed(flag("GenerateDistinctId")),
                       text("CustomerId"), text("Description"), flag("Enabled"),
                       fixed(listOf("StageKeys", object("StageKey", {text("RestApiId"), text("StageName")}))),
                       tagsProperty()},
        .attributes = {"APIKeyId"},
        .taggable = true};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_TRY(auto in, inputOf<CreateApiKeyRequest>(request));
    if (!in.name) in.name = request.generatedName(128);
    in.tags = tagsOf(request);
    HEARTH_TRY(ApiKey key, service_.createApiKey(callFor(request), std::move(in)));
    return stateOf(*key.id);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    HEARTH_TRY(auto wanted, inputOf<CreateApiKeyRequest>(request));
    UpdateApiKeyInput in;
    in.apiKey = request.physicalId;
    in.patchOperations = {{patchTo("/description", wanted.description), patchTo("/customerId", wanted.customerId),
                           patchOf("replace", "/enabled", wanted.enabled.value_or(false) ? "true" : "false")}};
    HEARTH_CHECK(service_.updateApiKey(callFor(request), std::move(in)));
    HEARTH_CHECK(applyTags(request, "/apikeys/" + request.physicalId));
    return stateOf(request.physicalId);
  }

  Result<void> remove(const ResourceRequest& request) override {
    return removed(service_.deleteApiKey(callFor(request), {request.physicalId}));
  }
  Result<ResourceState> read(const ResourceRequest& request) override {
    GetApiKeyInput in;
    in.apiKey = request.physicalId;
    in.includeValue = true;
    const auto key = service_.getApiKey(callFor(request), std::move(in));
    if (!key.ok()) return goneOr(key.fault(), request);
    HEARTH_TRY(ResourceState state,
               stateFrom(key, request, stateOf(request.physicalId), {"GenerateDistinctId", "StageKeys"}));
    (*state.properties)["Tags"] = tagList(key->tags.value_or(std::map<std::string, std::string>{}));
    return state;
  }

 private:
  static ResourceState stateOf(const std::string& id) { return {id, {{"APIKeyId", id}}}; }
};

class UsagePlanProvider final : public Provider {
 public:
  using Provider::Provider;

  const ResourceSpec& spec() const override {
    static const PropertySpec kThrottle = object("Throttle", {integer("BurstLimit"), number("RateLimit")});
    static const ResourceSpec kSpec{
        .type = "AWS::ApiGateway::UsagePlan",
        .properties = {text("UsagePlanName"), text("Description"), kThrottle,
                       object("Quota", {integer("Limit"), integer("Offset"), text("Period")}),
                       listOf("ApiStages",
                              object("ApiStage", {text("ApiId"), text("Stage"), mapOf("Throttle", kThrottle)})),
                       tagsProperty()},
        .attributes = {"Id"},
        .taggable = true};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_TRY(auto in, inputOf<CreateUsagePlanRequest>(request, {"UsagePlanName"}));
    in.name = base::findString(request.properties, "UsagePlanName").value_or(request.generatedName(128));
    in.tags = tagsOf(request);
    HEARTH_TRY(UsagePlan plan, service_.createUsagePlan(callFor(request), std::move(in)));
    return stateOf(*plan.id);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    HEARTH_TRY(auto wanted, inputOf<CreateUsagePlanRequest>(request, {"UsagePlanName"}));
    HEARTH_TRY(UsagePlan plan, service_.getUsagePlan(callFor(request), {request.physicalId}));
    if (auto name = base::findString(request.properties, "UsagePlanName")) plan.name = name;
    plan.description = wanted.description;
    plan.throttle = wanted.throttle;
    plan.quota = wanted.quota;
    plan.apiStages = wanted.apiStages;
    HEARTH_CHECK(service_.replaceUsagePlan(callFor(request), std::move(plan)));
    HEARTH_CHECK(applyTags(request, "/usageplans/" + request.physicalId));
    return stateOf(request.physicalId);
  }

  Result<void> remove(const ResourceRequest& request) override {
    api::Call call = callFor(request);
    auto plan = service_.getUsagePlan(call, {request.physicalId});
    if (!plan.ok()) return removed(plan);
    plan->apiStages.emplace();
    HEARTH_CHECK(service_.replaceUsagePlan(call, *std::move(plan)));
    return removed(service_.deleteUsagePlan(call, {request.physicalId}));
  }
  Result<ResourceState> read(const ResourceRequest& request) override {
    const auto plan = service_.getUsagePlan(callFor(request), {request.physicalId});
    HEARTH_TRY(ResourceState state, stateFrom(plan, request, stateOf(request.physicalId)));
    (*state.properties)["UsagePlanName"] = plan->name.value_or("");
    (*state.properties)["Tags"] = tagList(plan->tags.value_or(std::map<std::string, std::string>{}));
    return state;
  }

 private:
  static ResourceState stateOf(const std::string& id) { return {id, {{"Id", id}}}; }
};

class UsagePlanKeyProvider final : public Provider {
 public:
  using Provider::Provider;

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{.type = "AWS::ApiGateway::UsagePlanKey",
                                    .properties = {fixed(required(text("KeyId"))), fixed(required(text("KeyType"))),
                                                   fixed(required(text("UsagePlanId")))},
                                    .attributes = {"Id"}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_TRY(auto in, inputOf<CreateUsagePlanKeyRequest>(request));
    std::string id = in.keyId + ":" + in.usagePlanId;
    HEARTH_CHECK(service_.createUsagePlanKey(callFor(request), std::move(in)));
    return ResourceState{id, {{"Id", id}}};
  }
  Result<ResourceState> update(const ResourceRequest& request) override {
    return ResourceState{request.physicalId, {{"Id", request.physicalId}}};
  }
  Result<void> remove(const ResourceRequest& request) override {
    return removed(service_.deleteUsagePlanKey(callFor(request),
                                               {property(request, "UsagePlanId"), property(request, "KeyId")}));
  }
  Result<ResourceState> read(const ResourceRequest& request) override {
    const auto key =
        service_.getUsagePlanKey(callFor(request), {property(request, "UsagePlanId"), property(request, "KeyId")});
    if (!key.ok()) return goneOr(key.fault(), request);
    HEARTH_TRY(ResourceState state, update(request));
    takeAsGiven(request, {"KeyId", "KeyType", "UsagePlanId"}, state.properties.emplace());
    return state;
  }
};

}  // namespace

std::vector<std::unique_ptr<ports::ResourceProvider>> makePlanResources(ApiGatewayService& service) {
  std::vector<std::unique_ptr<ports::ResourceProvider>> providers;
  providers.push_back(std::make_unique<ApiKeyProvider>(service));
  providers.push_back(std::make_unique<UsagePlanProvider>(service));
  providers.push_back(std::make_unique<UsagePlanKeyProvider>(service));
  return providers;
}

std::vector<std::unique_ptr<ports::ResourceProvider>> makeApiGatewayResources(ApiGatewayService& service) {
  std::vector<std::unique_ptr<ports::ResourceProvider>> providers;
  providers.push_back(makeRestApiResource(service));
  for (auto make : {makeApiResources, makeStageResources, makePlanResources})
    for (auto& provider : make(service)) providers.push_back(std::move(provider));
  return providers;
}

}  // namespace hearth::services::apigateway
