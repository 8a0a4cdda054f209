#include "stacks/sam/api.h"

#include <algorithm>
#include <array>
#include <utility>

#include "stacks/sam/api_auth.h"
#include "stacks/sam/api_document.h"
#include "stacks/sam/faults.h"
#include "stacks/sam/function_code.h"
#include "stacks/sam/json.h"
#include "stacks/sam/properties.h"
#include "stacks/sam/swagger.h"
#include "stacks/sam/usage_plan.h"
#include "stacks/scalars.h"

namespace hearth::stacks::sam {
namespace {

constexpr std::array kProperties = {
    Property{"__MANAGE_SWAGGER", Shape::kBoolean},
    Property{"AccessLogSetting", Shape::kMap},
    Property{"AlwaysDeploy", Shape::kBoolean},
    Property{"ApiKeySourceType", Shape::kText},
    Property{"Auth", Shape::kMap},
    Property{"BinaryMediaTypes", Shape::kList},
    Property{"CacheClusterEnabled", Shape::kBoolean},
    Property{"CacheClusterSize", Shape::kText},
    Property{"CanarySetting", Shape::kMap},
    Property{"Cors", Shape::kTextOrMap},
    Property{"DefinitionBody", Shape::kMap},
    Property{"DefinitionUri", Shape::kTextOrMap},
    Property{"Description", Shape::kText},
    Property{"DisableExecuteApiEndpoint", Shape::kBoolean},
    Property{"EndpointAccessMode", Shape::kText},
    Property{"EndpointConfiguration", Shape::kTextOrMap},
    Property{"FailOnWarnings", Shape::kBoolean},
    Property{"GatewayResponses", Shape::kMap},
    Property{"MethodSettings", Shape::kList},
    Property{"MinimumCompressionSize", Shape::kInteger},
    Property{"Mode", Shape::kText},
    Property{"Models", Shape::kMap},
    Property{"Name", Shape::kTextOrMap},
    Property{"OpenApiVersion", Shape::kText},
    Property{"Policy", Shape::kTextOrMap},
    Property{"PropagateTags", Shape::kBoolean},
    Property{"SecurityPolicy", Shape::kText},
    Property{"StageName", Shape::kTextOrMap, true},
    Property{"Tags", Shape::kMap},
    Property{"TracingEnabled", Shape::kBoolean},
    Property{"Variables", Shape::kMap},
};

constexpr std::array<std::string_view, 7> kOfRestApi = {
    "Name", "Description", "Mode", "ApiKeySourceType", "Policy", "SecurityPolicy", "EndpointAccessMode"};
constexpr std::array<std::string_view, 8> kOfStage = {"StageName",     "CacheClusterEnabled", "CacheClusterSize",
                                                      "Variables",     "MethodSettings",      "AccessLogSetting",
                                                      "CanarySetting", "TracingEnabled"};

class ApiExpansion final {
 public:
  ApiExpansion(Context& context, Source source) : context_(context), source_(std::move(source)) {}

  Result<void> run() {
    HEARTH_CHECK(check());
    for (const std::string_view name : {"BinaryMediaTypes", "Auth"}) {
      Json* value = source_.properties.if_contains(name);
      if (!value) continue;
      HEARTH_TRY(*value, context_.parameters.resolve(*value));
    }
    if (const Json* auth = source_.property("Auth"); auth && !auth->is_object()) {
      return invalidResource(source_.id, "Property 'Auth' should be a map.");
    }
    HEARTH_CHECK(writeDocument(context_, source_));
    HEARTH_TRY(Generated api, restApi());
    Generated deployed = deployment(api);
    Generated staged = stage(deployed.id);
    context_.references[source_.id + ".Stage"] = staged.id;
    context_.references[source_.id + ".Deployment"] = deployed.id;
    const std::string stageId = staged.id;
    std::vector<Generated> made;
    made.push_back(std::move(api));
    made.push_back(std::move(deployed));
    made.push_back(std::move(staged));
    HEARTH_TRY(std::vector<Generated> permissions, authorizerPermissions(source_));
    for (Generated& one : permissions) made.push_back(std::move(one));
    HEARTH_TRY(std::vector<Generated> plan, usagePlan(context_, source_, stageId));
    for (Generated& one : plan) made.push_back(std::move(one));
    propagateTags(made);
    for (Generated& one : made) HEARTH_CHECK(context_.add(std::move(one)));
    return {};
  }

 private:
  Result<void> check() {
    if (source_.property("Domain")) return invalidResource(source_.id, "Domain is not supported.");
    if (source_.says("MergeDefinitions")) return invalidResource(source_.id, "MergeDefinitions is not supported.");
    source_.properties.stable_erase("MergeDefinitions");
    HEARTH_CHECK(checkProperties(source_.id, source_.type, source_.properties, kProperties));
    if (source_.says("AlwaysDeploy")) return invalidResource(source_.id, "AlwaysDeploy is not supported.");
    if (source_.says("DefinitionUri") && source_.says("DefinitionBody")) {
      return invalidResource(source_.id,
                             "Specify either 'DefinitionUri' or 'DefinitionBody' property and not both.");
    }
    const Json* version = source_.property("OpenApiVersion");
    const auto text = version ? textOf(*version) : std::nullopt;
    if (text && *text != "2.0" && !isOpenApi3(version)) {
      return invalidResource(source_.id, "The OpenApiVersion value must be of the format '3.0.0'.");
    }
    return {};
  }

  Result<Generated> restApi() {
    Generated api{source_.id, "AWS::ApiGateway::RestApi", {}, source_.attributes, source_.dependsOn};
    if (source_.says("DefinitionUri")) {
      HEARTH_TRY(JsonObject location, s3Location(source_.id, "DefinitionUri", *source_.property("DefinitionUri")));
      api.properties.emplace("BodyS3Location", std::move(location));
    } else if (source_.says("DefinitionBody")) {
      api.copy("Body", source_.property("DefinitionBody"));
    }
    api.copy("BinaryMediaTypes", source_.property("BinaryMediaTypes"));
    api.copy("MinimumCompressionSize", source_.property("MinimumCompressionSize"));
    if (source_.says("FailOnWarnings")) api.copy("FailOnWarnings", source_.property("FailOnWarnings"));
    for (const std::string_view name : kOfRestApi) {
      if (source_.says(name)) api.copy(name, source_.property(name));
    }
    HEARTH_CHECK(setEndpoint(api));
    return api;
  }

  Result<void> setEndpoint(Generated& api) const {
    const Json* given = source_.property("EndpointConfiguration");
    if (!isTruthy(given)) return {};
    const Json* type = base::findMember(*given, "Type");
    const Json& kind = isTruthy(type) ? *type : *given;
    JsonObject endpoint;
    endpoint.emplace("Types", JsonArray{Json(kind)});
    if (isTruthy(type)) {
      const Json* vpc = base::findMember(*given, "VpcEndpointIds");
      const Json* other = base::findMember(*given, "VPCEndpointIds");
      if (vpc && other) {
        return invalidResource(
            api.id, "'VPCEndpointIds' and 'VpcEndpointIds' cannot be used together in EndpointConfiguration.");
      }
      if (vpc || other) endpoint.emplace("VpcEndpointIds", vpc ? *vpc : *other);
      if (const Json* address = base::findMember(*given, "IpAddressType"))
        endpoint.emplace("IpAddressType", *address);
    }
    api.properties.emplace("EndpointConfiguration", std::move(endpoint));
    api.properties.emplace("Parameters", JsonObject{{"endpointConfigurationTypes", kind}});
    return {};
  }

  // Its logical id changes with the document and with the names of the functions behind it, so that a stack's
  // update deploys again. SAM's own hash is of the text that its language gives to the document; this one is of its
  // JSON.
  Generated deployment(const Generated& api) const {
    const Json* document = api.properties.if_contains("Body");
    if (!document) document = api.properties.if_contains("BodyS3Location");
    std::string seen = document ? canonicalText(*document) : "";
    const bool hasVersion = source_.says("OpenApiVersion");
    if (document && hasVersion) seen += "||" + textOf(*source_.property("OpenApiVersion")).value_or("");
    const auto names = context_.functionNames.find(source_.id);
    if (document && names != context_.functionNames.end()) seen += "||" + names->second;
    Generated made{
        source_.id + "Deployment" + hashOf(seen), "AWS::ApiGateway::Deployment", {}, source_.inheritedAttributes()};
    if (document) made.properties.emplace("Description", "RestApi deployment id: " + hashOf(seen, 40));
    made.properties.emplace("RestApiId", refTo(source_.id));
    if (!hasVersion) made.properties.emplace("StageName", "Stage");
    return made;
  }

  Generated stage(const std::string& deploymentId) const {
    const Json& given = *source_.property("StageName");
    const std::string name = given.is_string() ? std::string(given.get_string()) : std::string();
    const std::string id = isAlphanumeric(name) ? source_.id + name + "Stage" : source_.id + "Stage" + hashOf(name);
    Generated made{id, "AWS::ApiGateway::Stage", {}, source_.inheritedAttributes()};
    made.properties.emplace("DeploymentId", refTo(deploymentId));
    made.properties.emplace("RestApiId", refTo(source_.id));
    for (const std::string_view property : kOfStage) made.copy(property, source_.property(property));
    if (const Json* tags = source_.property("Tags"); tags && tags->is_object()) {
      made.properties.emplace("Tags", tagList(tags->get_object()));
    }
    return made;
  }

  void propagateTags(std::vector<Generated>& made) const {
    if (!source_.says("PropagateTags") || !source_.says("Tags")) return;
    const JsonArray tags = tagList(source_.property("Tags")->get_object());
    for (Generated& one : made) {
      const bool isTaggable = one.type == "AWS::ApiGateway::RestApi" || one.type == "AWS::ApiGateway::Stage" ||
                              one.type == "AWS::ApiGateway::UsagePlan" || one.type == "AWS::ApiGateway::ApiKey";
      if (isTaggable) one.properties.insert_or_assign("Tags", tags);
    }
  }

  Context& context_;
  Source source_;
};

}  // namespace

Result<void> expandApi(Context& context, Source source) { return ApiExpansion(context, std::move(source)).run(); }

}  // namespace hearth::stacks::sam
