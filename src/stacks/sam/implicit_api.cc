#include "stacks/sam/implicit_api.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "stacks/sam/faults.h"
#include "stacks/sam/json.h"
#include "stacks/sam/swagger.h"
#include "stacks/scalars.h"

namespace hearth::stacks::sam {
namespace {

constexpr std::string_view kImplicit = "ServerlessRestApi";
constexpr std::string_view kApiType = "AWS::Serverless::Api";
constexpr std::string_view kFunctionType = "AWS::Serverless::Function";
constexpr std::size_t kMostOfOr = 10;  // conditions of one Fn::Or

std::string typeOf(const Json& resource) { return base::findString(resource, "Type").value_or(""); }

// The outcome of a name like C1 || C2 || ..., as many conditions as it takes. The last one has the bare name.
void combine(JsonObject& into, const std::string& name, std::vector<std::string> conditions) {
  std::size_t more = (conditions.size() - 2) / (kMostOfOr - 1);
  while (conditions.size() > 1) {
    const std::string made = more > 0 ? name + std::to_string(more--) : name;
    JsonArray any;
    const std::size_t taken = std::min(conditions.size(), kMostOfOr);
    for (std::size_t at = 0; at < taken; ++at) any.emplace_back(JsonObject{{"Condition", conditions[at]}});
    conditions.erase(conditions.begin(), conditions.begin() + static_cast<std::ptrdiff_t>(taken));
    conditions.push_back(made);
    into.insert_or_assign(made, JsonObject{{"Fn::Or", std::move(any)}});
  }
}

std::string pathConditionName(const std::string& apiId, const std::string& path) {
  std::string name = apiId;
  for (const char c : path) {
    if (c == '/') {
      name += "SLASH";
    } else if (c == '{') {
      name += "OB";
    } else if (c == '}') {
      name += "CB";
    } else {
      name += c;
    }
  }
  return name + "PathCondition";
}

class ApiPreparation final {
 public:
  explicit ApiPreparation(Context& context) : context_(context) {}

  Result<void> run() {
    HEARTH_CHECK(manageEmptyApis());
    HEARTH_CHECK(addImplicitApi());
    for (auto& [id, resource] : context_.resources()) {
      if (typeOf(resource) != kFunctionType) continue;
      auto done = enterEvents(resource);
      if (done.ok()) continue;
      if (done.fault().code != kEventFault) return done;
      context_.problems.push_back(invalidResource(std::string(id), done.fault().message).message);
    }
    if (!context_.problems.empty()) return {};
    setImplicitAttributes();
    setPathConditions();
    if (!isImplicitUsed_) restoreImplicit();
    return {};
  }

 private:
  static JsonObject* propertiesOf(Json& resource) {
    Json& properties = resource.get_object()["Properties"];
    if (properties.is_null()) properties = JsonObject();
    return properties.if_object();
  }

  // An API of the template without a definition gets its methods from the events.
  Result<void> manageEmptyApis() {
    for (auto& [id, resource] : context_.resources()) {
      if (typeOf(resource) != kApiType) continue;
      JsonObject* properties = propertiesOf(resource);
      if (properties->contains("__MANAGE_SWAGGER")) {
        return invalidDocument(
            invalidResource(std::string(id),
                            "property __MANAGE_SWAGGER not defined for resource of type " + std::string(kApiType))
                .message);
      }
      if (isTruthy(*properties, "DefinitionBody") || isTruthy(*properties, "DefinitionUri")) continue;
      properties->insert_or_assign("DefinitionBody", Swagger::skeleton());
      properties->insert_or_assign("__MANAGE_SWAGGER", true);
    }
    return {};
  }

  // In place of one of this name in the template, which comes back if no event is without an API.
  Result<void> addImplicitApi() {
    if (const Json* existing = context_.resources().if_contains(kImplicit)) {
      HEARTH_CHECK(context_.budget.spend(weightOf(*existing)));
      existing_ = *existing;
    }
    JsonObject properties;
    properties.emplace("StageName", "Prod");
    properties.emplace("DefinitionBody", Swagger::skeleton());
    properties.emplace("__MANAGE_SWAGGER", true);
    JsonObject api;
    api.emplace("Type", kApiType);
    api.emplace("Properties", std::move(properties));
    context_.resources().insert_or_assign(kImplicit, std::move(api));
    return {};
  }

  void restoreImplicit() {
    if (existing_) {
      context_.resources().insert_or_assign(kImplicit, *std::move(existing_));
    } else {
      context_.resources().stable_erase(kImplicit);
    }
  }

  Result<void> enterEvents(Json& function) {
    JsonObject* properties = propertiesOf(function);
    Json* events = properties ? properties->if_contains("Events") : nullptr;
    if (!events || !events->is_object()) return {};
    for (auto& [name, event] : events->get_object()) {
      if (typeOf(event) != "Api") continue;
      Json* given = base::findMember(event, "Properties");
      if (!isTruthy(given)) continue;
      if (!given->is_object()) return invalidEvent(std::string(name), "Properties should be a map.");
      HEARTH_CHECK(enter(function, std::string(name), given->get_object()));
    }
    return {};
  }

  // The conditions that an API's methods depend on, by path; an empty one for a method that is always there.
  struct Policies {
    std::map<std::string, std::set<std::string>> conditions;
    std::set<std::string> deletion;
    std::set<std::string> replacement;
  };

  Result<void> enter(const Json& function, const std::string& name, JsonObject& event) {
    propagateTags(function, event);
    if (!event.contains("RestApiId")) event.emplace("RestApiId", refTo(kImplicit));
    for (const std::string property : {"Path", "Method"}) {
      const Json* value = event.if_contains(property);
      if (!value) return invalidEvent(name, "Property '" + property + "' is required.");
      if (!value->is_string()) return invalidEvent(name, "Property '" + property + "' should be a string.");
    }
    const Json& given = event.at("RestApiId");
    const Json* named = base::findMember(given, "Ref");
    const Json& apiId = named ? *named : given;
    if (!apiId.is_string()) return invalidEvent(name, "Property 'RestApiId' should be a string.");
    const std::string id(apiId.get_string());
    const std::string path(event.at("Path").get_string());
    const Json* condition = base::findMember(function, "Condition");
    if (condition && !condition->is_string()) return invalidStructure("Every Condition member must be a string.");
    Policies& policies = policies_[id];
    policies.conditions[path].insert(condition ? std::string(condition->get_string()) : std::string());
    policies.deletion.insert(base::findString(function, "DeletionPolicy").value_or(""));
    policies.replacement.insert(base::findString(function, "UpdateReplacePolicy").value_or(""));
    isImplicitUsed_ = isImplicitUsed_ || id == kImplicit;
    return addMethod(name, id, path, std::string(event.at("Method").get_string()));
  }

  Result<void> addMethod(const std::string& name, const std::string& id, const std::string& path,
                         const std::string& method) {
    Json* api = context_.resources().if_contains(id);
    if (!api || !api->is_object() || typeOf(*api) == "AWS::Serverless::HttpApi") {
      return invalidEvent(
          name, "RestApiId must be a valid reference to an 'AWS::Serverless::Api' resource in same template.");
    }
    JsonObject* properties = propertiesOf(*api);
    if (!properties || !isTruthy(*properties, "__MANAGE_SWAGGER")) return {};
    Json* body = properties->if_contains("DefinitionBody");
    if (!Swagger::isValid(body)) return {};
    return Swagger::edit(body->get_object()).addPath(path, method);
  }

  // The implicit API has the tags of the functions that propagate theirs.
  void propagateTags(const Json& function, const JsonObject& event) {
    if (event.contains("RestApiId")) return;
    const Json* properties = base::findMember(function, "Properties");
    const Json* globals = context_.document.if_contains("Globals");
    const Json* general = globals ? base::findMember(*globals, "Function") : nullptr;
    const auto said = [&](std::string_view name) {
      const Json* own = base::findMember(*properties, name);
      return isTruthy(own) || !general ? own : base::findMember(*general, name);
    };
    const Json* tags = said("Tags");
    if (!isTruthy(tags) || !tags->is_object() || !isTruthy(said("PropagateTags"))) return;
    JsonObject& api = context_.resources().at(kImplicit).get_object().at("Properties").get_object();
    Json& into = api["Tags"];
    if (into.is_null()) into = JsonObject();
    for (const auto& [key, value] : tags->get_object()) into.get_object().insert_or_assign(key, value);
    api.insert_or_assign("PropagateTags", true);
  }

  // The implicit API is there when one of its functions is, and stays when one of them stays.
  void setImplicitAttributes() {
    const auto found = policies_.find(std::string(kImplicit));
    if (found == policies_.end()) return;
    JsonObject& api = context_.resources().at(kImplicit).get_object();
    std::set<std::string> conditions;
    for (const auto& [path, ofPath] : found->second.conditions) conditions.insert(ofPath.begin(), ofPath.end());
    if (!conditions.contains("")) {
      if (conditions.size() > 1) {
        combine(context_.conditions(), "ServerlessRestApiCondition", {conditions.begin(), conditions.end()});
      }
      api.insert_or_assign("Condition",
                           conditions.size() == 1 ? *conditions.begin() : "ServerlessRestApiCondition");
    }
    for (const std::string policy : {"Retain", "Delete"}) {
      if (!found->second.deletion.contains(policy)) continue;
      api.insert_or_assign("DeletionPolicy", policy);
      break;
    }
    for (const std::string policy : {"Retain", "Snapshot", "Delete"}) {
      if (!found->second.replacement.contains(policy)) continue;
      api.insert_or_assign("UpdateReplacePolicy", policy);
      break;
    }
  }

  void setPathConditions() {
    for (const auto& [id, policies] : policies_) {
      Json* api = context_.resources().if_contains(id);
      JsonObject* properties = api && api->is_object() && typeOf(*api) == kApiType ? propertiesOf(*api) : nullptr;
      if (!properties || !isTruthy(*properties, "__MANAGE_SWAGGER")) continue;
      Swagger swagger = Swagger::edit(properties->at("DefinitionBody").get_object());
      for (const auto& [path, conditions] : policies.conditions) {
        if (conditions.contains("")) continue;
        std::string name = *conditions.begin();
        if (conditions.size() > 1) {
          name = pathConditionName(id, path);
          combine(context_.conditions(), name, {conditions.begin(), conditions.end()});
        }
        swagger.makeConditional(path, name);
      }
    }
  }

  Context& context_;
  std::optional<Json> existing_;
  bool isImplicitUsed_ = false;
  std::map<std::string, Policies> policies_;
};

}  // namespace

Result<void> prepareApis(Context& context) { return ApiPreparation(context).run(); }

}  // namespace hearth::stacks::sam
