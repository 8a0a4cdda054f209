// AWS::ApiGateway::Deployment, Stage.
#include <set>

#include "services/apigateway/patch.h"
#include "services/apigateway/resource_base.h"

namespace hearth::services::apigateway {

using namespace api::apigateway;

namespace {

// Members of a method's settings, and the end of the patch path of each.
constexpr std::pair<const char*, const char*> kSettings[] = {{"ThrottlingRateLimit", "throttling/rateLimit"},
                                                             {"ThrottlingBurstLimit", "throttling/burstLimit"},
                                                             {"LoggingLevel", "logging/loglevel"},
                                                             {"DataTraceEnabled", "logging/dataTrace"},
                                                             {"MetricsEnabled", "metrics/enabled"},
                                                             {"CachingEnabled", "caching/enabled"}};

PropertySpec settingsProperty() {
  return listOf("MethodSettings",
                object("Setting", {text("ResourcePath"), text("HttpMethod"), number("ThrottlingRateLimit"),
                                   integer("ThrottlingBurstLimit"), text("LoggingLevel"), flag("DataTraceEnabled"),
                                   flag("MetricsEnabled"), flag("CachingEnabled")}));
}

// "/*" is every resource, "/" the root; others are given as "/~1v1~1tests", and taken as "/v1/tests" as well.
std::string settingPath(const Json& setting) {
  std::string path = base::findString(setting, "ResourcePath").value_or("/*");
  if (path == "/*" || path == "*")
    path = "*";
  else if (path.starts_with("/~1"))
    path = unescapePointer(std::string_view(path).substr(1));
  return "/" + escapedSegment(path) + "/" + base::findString(setting, "HttpMethod").value_or("*");
}

const JsonArray& settingsOf(const JsonObject& properties) {
  static const JsonArray kNone;
  const Json* settings = properties.if_contains("MethodSettings");
  return settings && settings->is_array() ? settings->get_array() : kNone;
}

void addSettings(const JsonObject& properties, std::vector<PatchOperation>& operations) {
  for (const Json& setting : settingsOf(properties))
    for (const auto& [member, name] : kSettings)
      if (const Json* value = base::findMember(setting, member))
        operations.push_back(
            patchOf("replace", settingPath(setting) + "/" + name, base::scalarText(*value).value_or("")));
}

// Those of a stage that the template said before.
void removeSettings(const JsonObject& former, const Stage& stage, std::vector<PatchOperation>& operations) {
  std::set<std::string> gone;
  for (const Json& setting : settingsOf(former)) gone.insert(settingPath(setting));
  const auto standing = stage.methodSettings.value_or(std::map<std::string, MethodSetting>{});
  for (const std::string& path : gone)
    if (standing.contains(path.substr(1))) operations.push_back(patchOf("remove", path));
}

void changeVariables(const JsonObject& former, const JsonObject& now, std::vector<PatchOperation>& operations) {
  const auto variables = [](const JsonObject& properties) {
    const Json* map = properties.if_contains("Variables");
    return map && map->is_object() ? map->get_object() : JsonObject();
  };
  const JsonObject wanted = variables(now);
  for (const auto& [name, value] : variables(former))
    if (!wanted.contains(name))
      operations.push_back(patchOf("remove", "/variables/" + escapedSegment(std::string(name))));
  for (const auto& [name, value] : wanted)
    operations.push_back(patchOf("replace", "/variables/" + escapedSegment(std::string(name)),
                                 base::scalarText(value).value_or("")));
}

// The stage that a deployment describes: "/*/*" of its own settings, then those by method.
JsonObject describedStage(const JsonObject& properties) {
  const Json* given = properties.if_contains("StageDescription");
  if (!given || !given->is_object()) return {};
  JsonObject stage = given->get_object();
  JsonArray settings;
  JsonObject all{{"ResourcePath", "/*"}, {"HttpMethod", "*"}};
  for (const auto& [member, name] : kSettings)
    if (const Json* value = stage.if_contains(member)) all[member] = *value;
  settings.push_back(std::move(all));
  for (const Json& setting : settingsOf(stage)) settings.push_back(setting);
  stage["MethodSettings"] = std::move(settings);
  return stage;
}

class DeploymentProvider final : public Provider {
 public:
  using Provider::Provider;

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::ApiGateway::Deployment",
        .properties = {fixed(required(text("RestApiId"))), text("StageName"), text("Description"),
                       object("StageDescription",
                              {text("Description"), mapOf("Variables", text("Value")), settingsProperty(),
                               number("ThrottlingRateLimit"), integer("ThrottlingBurstLimit"), text("LoggingLevel"),
                               flag("DataTraceEnabled"), flag("MetricsEnabled"), flag("CachingEnabled"),
                               flag("CacheClusterEnabled"), flag("TracingEnabled")})},
        .attributes = {"DeploymentId"}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_TRY(auto in, inputOf<CreateDeploymentRequest>(request, {"StageDescription"}));
    const JsonObject described = describedStage(request.properties);
    HEARTH_TRY(auto stage, api::fromDocument<CreateDeploymentRequest>(without(described, "MethodSettings"),
                                                                      api::Leniency::kCoerce));
    in.cacheClusterEnabled = stage.cacheClusterEnabled;
    in.tracingEnabled = stage.tracingEnabled;
    HEARTH_TRY(Deployment made, service_.createDeployment(callFor(request), std::move(in)));
    HEARTH_CHECK(describeStage(request, JsonObject(), described));
    return stateOf(*made.id);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    UpdateDeploymentInput in;
    in.restApiId = property(request, "RestApiId");
    in.deploymentId = request.physicalId;
    in.patchOperations = {{patchOf("replace", "/description", property(request, "Description"))}};
    HEARTH_CHECK(service_.updateDeployment(callFor(request), std::move(in)));
    HEARTH_CHECK(describeStage(request, describedStage(request.oldProperties), describedStage(request.properties)));
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

  Result<ResourceState> read(const ResourceRequest& request) override {
    GetDeploymentInput in;
    in.restApiId = property(request, "RestApiId");
    in.deploymentId = request.physicalId;
    return stateFrom(service_.getDeployment(callFor(request), std::move(in)), request, stateOf(request.physicalId),
                     {"RestApiId", "StageName", "StageDescription"});
  }

 private:
  static ResourceState stateOf(const std::string& id) { return {id, {{"DeploymentId", id}}}; }
  static JsonObject without(JsonObject object, const char* member) {
    object.erase(member);
    return object;
  }

  Result<void> describeStage(const ResourceRequest& request, const JsonObject& former, const JsonObject& now) {
    const std::string name = property(request, "StageName");
    if (name.empty() || (former.empty() && now.empty())) return {};
    UpdateStageInput in;
    in.restApiId = property(request, "RestApiId");
    in.stageName = name;
    HEARTH_TRY(Stage stage, service_.getStage(callFor(request), {in.restApiId, name}));
    auto& operations = in.patchOperations.emplace();
    if (auto description = base::findString(now, "Description"))
      operations.push_back(patchOf("replace", "/description", *description));
    changeVariables(former, now, operations);
    removeSettings(former, stage, operations);
    addSettings(now, operations);
    if (operations.empty()) return {};
    HEARTH_CHECK(service_.updateStage(callFor(request), std::move(in)));
    return {};
  }
};

class StageProvider final : public Provider {
 public:
  using Provider::Provider;

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::ApiGateway::Stage",
        .properties = {fixed(required(text("RestApiId"))), fixed(text("StageName")), text("DeploymentId"),
                       text("Description"), text("DocumentationVersion"), mapOf("Variables", text("Value")),
                       settingsProperty(), flag("CacheClusterEnabled"), flag("TracingEnabled"), tagsProperty()},
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
    addSettings(request.properties, settings.patchOperations.emplace());
    if (!settings.patchOperations->empty())
      HEARTH_CHECK(service_.updateStage(callFor(request), std::move(settings)));
    return ResourceState{name, {}};
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    UpdateStageInput in;
    in.restApiId = property(request, "RestApiId");
    in.stageName = request.physicalId;
    HEARTH_TRY(Stage stage, service_.getStage(callFor(request), {in.restApiId, in.stageName}));
    auto& operations = in.patchOperations.emplace();
    if (std::string id = property(request, "DeploymentId"); !id.empty())
      operations.push_back(patchOf("replace", "/deploymentId", id));
    operations.push_back(patchOf("replace", "/description", property(request, "Description")));
    for (auto [name, path] :
         {std::pair{"TracingEnabled", "/tracingEnabled"}, std::pair{"CacheClusterEnabled", "/cacheClusterEnabled"}})
      if (const Json* value = request.properties.if_contains(name))
        operations.push_back(patchOf("replace", path, base::scalarText(*value).value_or("")));
    changeVariables(request.oldProperties, request.properties, operations);
    removeSettings(request.oldProperties, stage, operations);
    addSettings(request.properties, operations);
    HEARTH_CHECK(service_.updateStage(callFor(request), std::move(in)));
    HEARTH_CHECK(
        applyTags(request, "/restapis/" + property(request, "RestApiId") + "/stages/" + request.physicalId));
    return ResourceState{request.physicalId, {}};
  }

  Result<void> remove(const ResourceRequest& request) override {
    return removed(service_.deleteStage(callFor(request), {property(request, "RestApiId"), request.physicalId}));
  }
  Result<ResourceState> read(const ResourceRequest& request) override {
    const auto stage = service_.getStage(callFor(request), {property(request, "RestApiId"), request.physicalId});
    HEARTH_TRY(ResourceState state,
               stateFrom(stage, request, ResourceState{request.physicalId, {}}, {"RestApiId"}));
    (*state.properties)["MethodSettings"] = settingsOf(request.properties, *stage);
    (*state.properties)["Tags"] = tagList(stage->tags.value_or(std::map<std::string, std::string>{}));
    return state;
  }

 private:
  // Each under the path that the template gives it; others under their own.
  static JsonArray settingsOf(const JsonObject& properties, const Stage& stage) {
    JsonArray list;
    auto standing = stage.methodSettings.value_or(std::map<std::string, MethodSetting>{});
    const PropertySpec property = settingsProperty();
    const auto& members = property.members.front().members;
    const auto add = [&](JsonObject shown, const MethodSetting& setting) {
      for (const auto& [name, value] : inTemplateTerms(members, api::toDocument(setting).as_object()))
        shown[name] = value;
      list.push_back(std::move(shown));
    };
    for (const Json& given : apigateway::settingsOf(properties)) {
      const auto found = standing.extract(settingPath(given).substr(1));
      if (found.empty()) continue;
      JsonObject shown;
      for (const char* name : {"ResourcePath", "HttpMethod"})
        if (const auto text = base::findString(given, name)) shown[name] = *text;
      add(std::move(shown), found.mapped());
    }
    for (const auto& [path, setting] : standing) {
      const std::size_t slash = path.rfind('/');
      add({{"ResourcePath", "/" + path.substr(0, slash)},
           {"HttpMethod", slash == std::string::npos ? "*" : path.substr(slash + 1)}},
          setting);
    }
    return list;
  }
};

}  // namespace

std::vector<std::unique_ptr<ports::ResourceProvider>> makeStageResources(ApiGatewayService& service) {
  std::vector<std::unique_ptr<ports::ResourceProvider>> providers;
  providers.push_back(std::make_unique<DeploymentProvider>(service));
  providers.push_back(std::make_unique<StageProvider>(service));
  return providers;
}

}  // namespace hearth::services::apigateway
