#include "stacks/sam/usage_plan.h"

#include <algorithm>
#include <array>
#include <utility>

#include "stacks/sam/faults.h"
#include "stacks/sam/json.h"

namespace hearth::stacks::sam {
namespace {

constexpr std::string_view kSharedCondition = "SharedUsagePlanCondition";
constexpr std::array<std::string_view, 6> kKnown = {"CreateUsagePlan", "Description",  "Quota", "Tags",
                                                    "Throttle",        "UsagePlanName"};

// "Retain" of one of them is for all; "Snapshot" goes before "Delete".
void keepStronger(std::optional<Json>& policy, const Json* given) {
  if (!given) return;
  if (!policy || *given == "Retain" || (*given == "Snapshot" && *policy == "Delete")) policy = *given;
}

// The attributes that all the APIs with the shared plan have together.
JsonObject sharedAttributes(Context& context, const JsonObject& ofApi) {
  SharedUsagePlan& plan = context.sharedPlan;
  keepStronger(plan.deletionPolicy, ofApi.if_contains("DeletionPolicy"));
  keepStronger(plan.updateReplacePolicy, ofApi.if_contains("UpdateReplacePolicy"));
  const Json* condition = ofApi.if_contains("Condition");
  if (!condition || !condition->is_string()) plan.isUnconditional = true;
  if (plan.isUnconditional) {
    if (!plan.conditions.empty()) context.conditions().stable_erase(kSharedCondition);
    plan.conditions.clear();
  } else if (plan.conditions.insert(std::string(condition->get_string())).second) {
    JsonArray any;
    for (const std::string& one : plan.conditions) any.emplace_back(JsonObject{{"Condition", one}});
    Json combined = any.size() == 1 ? any.front() : Json(JsonObject{{"Fn::Or", any}});
    context.conditions().insert_or_assign(kSharedCondition, std::move(combined));
  }
  JsonObject attributes;
  if (plan.deletionPolicy) attributes.emplace("DeletionPolicy", *plan.deletionPolicy);
  if (plan.updateReplacePolicy) attributes.emplace("UpdateReplacePolicy", *plan.updateReplacePolicy);
  if (!plan.conditions.empty()) attributes.emplace("Condition", kSharedCondition);
  return attributes;
}

}  // namespace

Result<std::vector<Generated>> usagePlan(Context& context, const Source& source, const std::string& stageId) {
  std::vector<Generated> made;
  const Json* auth = source.property("Auth");
  const Json* given = auth ? base::findMember(*auth, "UsagePlan") : nullptr;
  if (!given) return made;
  if (!given->is_object()) return invalidResource(source.id, "'UsagePlan' must be a dictionary");
  for (const auto& [name, value] : given->get_object()) {
    if (std::find(kKnown.begin(), kKnown.end(), name) == kKnown.end()) {
      return invalidResource(source.id, "Invalid property for 'UsagePlan'");
    }
  }
  const Json* create = given->get_object().if_contains("CreateUsagePlan");
  if (!create) return invalidResource(source.id, "'CreateUsagePlan' is a required field for UsagePlan.");
  if (*create == "NONE") return made;
  const bool isShared = *create == "SHARED";
  if (!isShared && *create != "PER_API") {
    return invalidResource(source.id, "'CreateUsagePlan' accepts one of ['SHARED', 'PER_API', 'NONE'].");
  }
  const JsonObject ofApi = source.inheritedAttributes();
  const JsonObject attributes = isShared ? sharedAttributes(context, ofApi) : ofApi;
  const std::string prefix = isShared ? "Serverless" : source.id;
  SharedUsagePlan own;
  SharedUsagePlan& plan = isShared ? context.sharedPlan : own;
  plan.apis.emplace_back(source.id);
  plan.apiStages.emplace_back(JsonObject{{"ApiId", refTo(source.id)}, {"Stage", refTo(stageId)}});
  plan.stageKeys.emplace_back(JsonObject{{"RestApiId", refTo(source.id)}, {"StageName", refTo(stageId)}});

  Generated usage{prefix + "UsagePlan", "AWS::ApiGateway::UsagePlan", {}, attributes, Json(plan.apis)};
  usage.properties.emplace("ApiStages", plan.apiStages);
  for (const std::string_view name : {"UsagePlanName", "Description", "Quota", "Tags", "Throttle"}) {
    if (isTruthy(given->get_object(), name)) usage.copy(name, &given->get_object().at(name));
  }
  Generated key{prefix + "ApiKey", "AWS::ApiGateway::ApiKey", {}, attributes, JsonArray{Json(usage.id)}};
  key.properties.emplace("Enabled", true);
  key.properties.emplace("StageKeys", plan.stageKeys);
  Generated joint{
      prefix + "UsagePlanKey", "AWS::ApiGateway::UsagePlanKey", {}, attributes, JsonArray{Json(key.id)}};
  joint.properties.emplace("KeyId", refTo(key.id));
  joint.properties.emplace("KeyType", "API_KEY");
  joint.properties.emplace("UsagePlanId", refTo(usage.id));
  context.references[source.id + ".UsagePlan"] = usage.id;
  context.references[source.id + ".ApiKey"] = key.id;
  context.references[source.id + ".UsagePlanKey"] = joint.id;
  made.push_back(std::move(usage));
  made.push_back(std::move(key));
  made.push_back(std::move(joint));
  return made;
}

}  // namespace hearth::stacks::sam
