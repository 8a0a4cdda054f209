#include "stacks/sam/globals.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "stacks/sam/faults.h"
#include "stacks/sam/json.h"
#include "stacks/sam/swagger.h"
#include "stacks/scalars.h"

namespace hearth::stacks::sam {
namespace {

constexpr std::string_view kPrefix = "AWS::Serverless::";

// In the order in which SAM lists them in its faults.
constexpr std::array<std::string_view, 39> kOfFunctions = {"Handler",
                                                           "Runtime",
                                                           "CodeUri",
                                                           "DeadLetterQueue",
                                                           "Description",
                                                           "MemorySize",
                                                           "Timeout",
                                                           "VpcConfig",
                                                           "Environment",
                                                           "Tags",
                                                           "PropagateTags",
                                                           "Tracing",
                                                           "KmsKeyArn",
                                                           "AutoPublishAlias",
                                                           "AutoPublishAliasAllProperties",
                                                           "Layers",
                                                           "DeploymentPreference",
                                                           "RolePath",
                                                           "PermissionsBoundary",
                                                           "ReservedConcurrentExecutions",
                                                           "ProvisionedConcurrencyConfig",
                                                           "AssumeRolePolicyDocument",
                                                           "EventInvokeConfig",
                                                           "FileSystemConfigs",
                                                           "CodeSigningConfigArn",
                                                           "Architectures",
                                                           "SnapStart",
                                                           "EphemeralStorage",
                                                           "FunctionUrlConfig",
                                                           "RuntimeManagementConfig",
                                                           "LoggingConfig",
                                                           "RecursiveLoop",
                                                           "SourceKMSKeyArn",
                                                           "TenancyConfig",
                                                           "DurableConfig",
                                                           "CapacityProviderConfig",
                                                           "FunctionScalingConfig",
                                                           "PublishToLatestPublished",
                                                           "VersionDeletionPolicy"};

constexpr std::array<std::string_view, 22> kOfApis = {"Auth",
                                                      "Name",
                                                      "DefinitionUri",
                                                      "CacheClusterEnabled",
                                                      "CacheClusterSize",
                                                      "MergeDefinitions",
                                                      "Variables",
                                                      "EndpointConfiguration",
                                                      "MethodSettings",
                                                      "BinaryMediaTypes",
                                                      "MinimumCompressionSize",
                                                      "Cors",
                                                      "GatewayResponses",
                                                      "AccessLogSetting",
                                                      "CanarySetting",
                                                      "TracingEnabled",
                                                      "OpenApiVersion",
                                                      "Domain",
                                                      "AlwaysDeploy",
                                                      "PropagateTags",
                                                      "SecurityPolicy",
                                                      "EndpointAccessMode"};

// Sections for types that SAM has and Hearth does not make.
constexpr std::array<std::string_view, 6> kOtherSections = {"CapacityProvider", "HttpApi",      "LayerVersion",
                                                            "SimpleTable",      "StateMachine", "WebSocketApi"};

Fault invalidGlobals(const std::string& why) { return invalidDocument("'Globals' section is invalid. " + why); }

std::string listed(std::span<const std::string_view> names) {
  std::vector<std::string> quoted;
  for (const std::string_view name : names) quoted.push_back("'" + std::string(name) + "'");
  return "[" + joinNames(quoted) + "]";
}

// A function stands for a value that is not known yet, so that it is not merged.
bool isMap(const Json& value) { return value.is_object() && !isIntrinsic(value); }

Json merged(const Json& general, const Json& own) {
  if (general.is_array() && own.is_array()) {
    JsonArray list = general.get_array();
    list.insert(list.end(), own.get_array().begin(), own.get_array().end());
    return Json(std::move(list));
  }
  if (!isMap(general) || !isMap(own)) return own;
  JsonObject object = general.get_object();
  for (const auto& [name, value] : own.get_object()) {
    const Json* inherited = object.if_contains(name);
    Json member = inherited ? merged(*inherited, value) : value;
    object.insert_or_assign(name, std::move(member));
  }
  return Json(std::move(object));
}

Result<void> checkSection(std::string_view name, const Json& properties) {
  const bool isFunction = name == "Function";
  const bool isOther = std::find(kOtherSections.begin(), kOtherSections.end(), name) != kOtherSections.end();
  if (!isFunction && name != "Api" && !isOther) {
    return invalidGlobals("'" + std::string(name).substr(0, 200) +
                          "' is not supported. Must be one of the following values - ['Api', 'CapacityProvider', "
                          "'Function', 'HttpApi', 'LayerVersion', 'SimpleTable', 'StateMachine', 'WebSocketApi']");
  }
  if (!properties.is_object()) return invalidGlobals("Value of ${section} must be a dictionary");
  if (isOther) return {};
  const std::span<const std::string_view> known =
      isFunction ? std::span<const std::string_view>(kOfFunctions) : std::span<const std::string_view>(kOfApis);
  for (const auto& [key, value] : properties.get_object()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    return invalidGlobals("'" + std::string(key).substr(0, 200) + "' is not a supported property of '" +
                          std::string(name) + "'. Must be one of the following values - " + listed(known));
  }
  return {};
}

// IgnoreGlobals: "*", or the names of some.
Result<JsonObject> withoutIgnored(const std::string& logicalId, JsonObject general, const Json* ignored) {
  if (!isTruthy(ignored)) return general;
  const std::string wrong = "Resource " + logicalId + " has invalid resource attribute 'IgnoreGlobals'";
  if (*ignored == "*") return JsonObject();
  if (!ignored->is_array()) return invalidResource(logicalId, wrong + ".");
  for (const Json& name : ignored->get_array()) {
    if (!name.is_string() || general.stable_erase(name.get_string()) == 0) {
      return invalidResource(logicalId, wrong + " on item '" + textOf(name).value_or("").substr(0, 200) + "'.");
    }
  }
  return general;
}

// The document that SAM writes is of the version that OpenApiVersion says, which may have come from Globals.
void setDocumentVersion(JsonObject& properties) {
  const Json* version = properties.if_contains("OpenApiVersion");
  if (!properties.contains("__MANAGE_SWAGGER") || !version || !isOpenApi3(version)) return;
  const std::string text = textOf(*version).value_or("");
  properties.insert_or_assign("OpenApiVersion", text);
  Json* body = properties.if_contains("DefinitionBody");
  if (!body || !body->is_object()) return;
  body->get_object().insert_or_assign("openapi", text);
  if (isTruthy(body->get_object(), "swagger")) body->get_object().stable_erase("swagger");
}

}  // namespace

Result<void> applyGlobals(Context& context) {
  const Json* section = context.document.if_contains("Globals");
  const JsonObject none;
  if (section) {
    if (!section->is_object()) return invalidGlobals("It must be a non-empty dictionary");
    for (const auto& [name, properties] : section->get_object()) HEARTH_CHECK(checkSection(name, properties));
  }
  const JsonObject globals = section ? section->get_object() : none;
  context.document.stable_erase("Globals");
  for (auto& [logicalId, resource] : context.resources()) {
    const std::string type = base::findString(resource, "Type").value_or("");
    if (!type.starts_with(kPrefix)) continue;
    Json& properties = resource.get_object()["Properties"];
    if (properties.is_null()) properties = JsonObject();
    if (const Json* found = globals.if_contains(type.substr(kPrefix.size()))) {
      auto general =
          withoutIgnored(std::string(logicalId), found->get_object(), base::findMember(resource, "IgnoreGlobals"));
      if (!general.ok()) return invalidDocument(general.fault().message);
      HEARTH_CHECK(context.budget.spend(weightOf(Json(*general))));
      properties = merged(Json(*std::move(general)), properties);
    }
    if (type == "AWS::Serverless::Api") setDocumentVersion(properties.get_object());
  }
  return {};
}

}  // namespace hearth::stacks::sam
