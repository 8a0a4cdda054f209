// AWS::ApiGateway::Deployment, Stage, ApiKey, UsagePlan, UsagePlanKey.
#include "services/apigateway/apigateway_resources.h"
#include "services/apigateway/resource_base.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

PatchOperation operation(const char* op, std::string path, std::string value = {}) {
  PatchOperation patch;
  patch.op = op;
  patch.path = std::move(path);
  patch.value = std::move(value);
  return patch;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) out += c == '/' ? std::string("~1") : c == '~' ? std::string("~0") : std::string(1, c);
  return out;
}

class DeploymentProvider final : public Provider {
 public:
  using Provider::Provider;

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::ApiGateway::Deployment",
        .properties = {fixed(required(text("RestApiId"))), text("StageName"), text("Description")},
        .attributes = {"DeploymentId"}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_TRY(auto in, inputOf<CreateDeploymentRequest>(request));
    HEARTH_TRY(Deployment made, service_.createDeployment(callFor(request), std::move(in)));
    return stateOf(*made.id);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    UpdateDeploymentInput in;
    in.restApiId = property(request, "RestApiId");
    in.deploymentId = request.physicalId;
    in.patchOperations = {{operation("replace", "/description", property(request, "Description"))}};
    HEARTH_CHECK(service_.updateDeployment(callFor(request), std::move(in)));
    return stateOf(request.physicalId);
  }

  Result<void> remove(const ResourceRequest& request) override {
    api::Call call = callFor(request);
    std::string apiId = property(request, "RestApiId");
    // The stage that this deployment made goes with it, unless it serves another one by now.
    if (std::string name = property(request, "StageName"); !name.empty()) {
      auto stage = service_.getStage(call, {apiId, name});
      if (stage.ok() && stage->deploymentId == request.physicalId)
        HEARTH_CHECK(removed(service_.deleteStage(call, {apiId, name})));
    }
    return removed(service_.deleteDeployment(call, {apiId, request.physicalId}));
  }

  Result<ResourceState> read(const ResourceRequest& request) override { return stateOf(request.physicalId); }

 private:
  static ResourceState stateOf(const std::string& id) { return {id, {{"DeploymentId", id}}}; }
};

class StageProvider final : public Provider {
 public:
  using Provider::Provider;

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::ApiGateway::Stage",
        .properties = {fixed(required(text("RestApiId"))), fixed(text("StageName")), text("DeploymentId"),
                       text("Description"), text("DocumentationVersion"), mapOf("Variables", text("Value")),
                       listOf("MethodSettings",
                              object("Setting", {text("ResourcePath"), text("HttpMethod"),
                                                 number("ThrottlingRateLimit"), integer("ThrottlingBurstLimit")})),
                       tagsProperty()},
        .taggable = true};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_TRY(auto in, inputOf<CreateStageRequest>(request, {"MethodSettings"}));
    if (in.stageName.empty()) in.stageName = "stage" + request.uniqueToken;
    in.tags = tagsOf(request);
    std::string name = in.stageName;
    HEARTH_CHECK(service_.createStage(callFor(request), std::move(in)));
    UpdateStageInput settings;
    settings.restApiId = property(request, "RestApiId");
    settings.stageName = name;
    addSettings(request.properties, "replace", settings.patchOperations.emplace());
    if (!settings.patchOperations->empty())
      HEARTH_CHECK(service_.updateStage(callFor(request), std::move(settings)));
    return ResourceState{name, {}};
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    UpdateStageInput in;
    in.restApiId = property(request, "RestApiId");
    in.stageName = request.physicalId;
    auto& operations = in.patchOperations.emplace();
    if (std::string id = property(request, "DeploymentId"); !id.empty())
      operations.push_back(operation("replace", "/deploymentId", id));
    operations.push_back(operation("replace", "/description", property(request, "Description")));
    auto variables = [](const JsonObject& properties) {
      const Json* map = properties.if_contains("Variables");
      return map ? map->as_object() : JsonObject();
    };
    JsonObject wanted = variables(request.properties);
    for (const auto& [name, value] : variables(request.oldProperties))
      if (!wanted.contains(name))
        operations.push_back(operation("remove", "/variables/" + escaped(std::string(name))));
    for (const auto& [name, value] : wanted)
      operations.push_back(
          operation("replace", "/variables/" + escaped(std::string(name)), std::string(value.as_string())));
    addSettings(request.oldProperties, "remove", operations);
    addSettings(request.properties, "replace", operations);
    HEARTH_CHECK(service_.updateStage(callFor(request), std::move(in)));
    return ResourceState{request.physicalId, {}};
  }

  Result<void> remove(const ResourceRequest& request) override {
    return removed(service_.deleteStage(callFor(request), {property(request, "RestApiId"), request.physicalId}));
  }
  Result<ResourceState> read(const ResourceRequest& request) override {
    return ResourceState{request.physicalId, {}};
  }

 private:
  static void addSettings(const JsonObject& properties, const char* op, std::vector<PatchOperation>& operations) {
    const Json* settings = properties.if_contains("MethodSettings");
    if (!settings) return;
    for (const Json& setting : settings->as_array()) {
      std::string path = base::findString(setting, "ResourcePath").value_or("/*");
      // "/*" means every resource; in a patch that is "*".
      if (path == "/*") path = "*";
      std::string prefix =
          "/" + escaped(path) + "/" + base::findString(setting, "HttpMethod").value_or("*") + "/throttling/";
      for (auto [property, name] :
           {std::pair{"ThrottlingRateLimit", "rateLimit"}, std::pair{"ThrottlingBurstLimit", "burstLimit"}})
        if (const Json* value = base::findMember(setting, property))
          operations.push_back(operation(op, prefix + name, base::scalarText(*value).value_or("")));
    }
  }
};

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
    in.patchOperations = {{operation("replace", "/description", wanted.description.value_or("")),
                           operation("replace", "/customerId", wanted.customerId.value_or("")),
                           operation("replace", "/enabled", wanted.enabled.value_or(false) ? "true" : "false")}};
    HEARTH_CHECK(service_.updateApiKey(callFor(request), std::move(in)));
    return stateOf(request.physicalId);
  }

  Result<void> remove(const ResourceRequest& request) override {
    return removed(service_.deleteApiKey(callFor(request), {request.physicalId}));
  }
  Result<ResourceState> read(const ResourceRequest& request) override { return stateOf(request.physicalId); }

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
  Result<ResourceState> read(const ResourceRequest& request) override { return stateOf(request.physicalId); }

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
  Result<ResourceState> update(const ResourceRequest& request) override { return read(request); }
  Result<void> remove(const ResourceRequest& request) override {
    return removed(service_.deleteUsagePlanKey(callFor(request),
                                               {property(request, "UsagePlanId"), property(request, "KeyId")}));
  }
  Result<ResourceState> read(const ResourceRequest& request) override {
    return ResourceState{request.physicalId, {{"Id", request.physicalId}}};
  }
};

}  // namespace

std::vector<std::unique_ptr<ports::ResourceProvider>> makeApiGatewayResources(ApiGatewayService& service) {
  auto providers = makeApiResources(service);
  providers.push_back(std::make_unique<DeploymentProvider>(service));
  providers.push_back(std::make_unique<StageProvider>(service));
  providers.push_back(std::make_unique<ApiKeyProvider>(service));
  providers.push_back(std::make_unique<UsagePlanProvider>(service));
  providers.push_back(std::make_unique<UsagePlanKeyProvider>(service));
  return providers;
}

}  // namespace hearth::services::apigateway
