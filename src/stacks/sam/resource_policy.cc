#include "stacks/sam/resource_policy.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "stacks/sam/faults.h"
#include "stacks/sam/json.h"

namespace hearth::stacks::sam {
namespace {

constexpr std::size_t kMostStatements = 500;  // far more than fit into the 8192 bytes of a policy

JsonArray listOf(const Json& value) { return value.is_array() ? value.get_array() : JsonArray{value}; }

// execute-api:/STAGE/METHOD/PATH of every method.
Result<JsonArray> methodArns(Swagger& swagger, const std::string& path, const Json& stage) {
  JsonArray arns;
  Json& item = swagger.document().at("paths").get_object().at(path);
  HEARTH_TRY(const std::vector<Json*> outcomes, outcomesOf(item));
  for (const Json* outcome : outcomes) {
    if (!outcome->is_object()) continue;
    for (const auto& [name, definition] : outcome->get_object()) {
      const bool isAny = methodName(name) == methodName("any");
      const std::string method = isAny ? "*" : base::toUpper(name);
      arns.push_back(
          subText("execute-api:/${__Stage__}/" + method + pathPattern(path), JsonObject{{"__Stage__", stage}}));
    }
  }
  return arns;
}

Json statement(std::string_view effect, const JsonArray& resources, const Json& principal) {
  JsonObject made;
  made.emplace("Effect", effect);
  made.emplace("Action", "execute-api:Invoke");
  made.emplace("Resource", resources);
  made.emplace("Principal", principal);
  return Json(std::move(made));
}

Result<JsonObject*> policyOf(Swagger& swagger) {
  Json& policy = swagger.document()["x-amazon-apigateway-policy"];
  if (!isTruthy(&policy)) policy = JsonObject();
  if (!policy.is_object()) return invalidStructure("x-amazon-apigateway-policy must be a dictionary.");
  policy.get_object().insert_or_assign("Version", "2012-10-17");
  return &policy.get_object();
}

// Appends each statement unless the policy has it.
Result<void> append(Budget& budget, Swagger& swagger, const JsonArray& statements) {
  HEARTH_TRY(JsonObject * policy, policyOf(swagger));
  Json& list = (*policy)["Statement"];
  if (list.is_null()) list = JsonArray();
  if (!list.is_array()) list = JsonArray{Json(list)};
  for (const Json& one : statements) {
    HEARTH_CHECK(budget.spend(weightOf(one)));
    if (list.get_array().size() >= kMostStatements) {
      return invalidStructure("A resource policy has at most " + std::to_string(kMostStatements) + " statements.");
    }
    const auto& known = list.get_array();
    if (std::find(known.begin(), known.end(), one) == known.end()) list.get_array().push_back(one);
  }
  return {};
}

// What comes first is the whole: one statement, several, or a function that gives some.
Result<void> addSole(Budget& budget, Swagger& swagger, const Json& statements) {
  HEARTH_TRY(JsonObject * policy, policyOf(swagger));
  if (policy->contains("Statement")) return append(budget, swagger, listOf(statements));
  HEARTH_CHECK(budget.spend(weightOf(statements)));
  policy->emplace("Statement", statements);
  return {};
}

// Everybody may, but who is denied by the condition.
JsonArray allowedBut(const JsonArray& resources, std::string_view test, JsonObject values) {
  Json denied = statement("Deny", resources, Json("*"));
  JsonObject condition;
  condition.emplace(test, std::move(values));
  denied.get_object().emplace("Condition", std::move(condition));
  return JsonArray{statement("Allow", resources, Json("*")), std::move(denied)};
}

// The VPCs and endpoints of SourceVpcWhitelist and the like.
Result<JsonObject> networks(const JsonObject& policy, const std::string& list) {
  JsonArray vpcs;
  JsonArray endpoints;
  if (const Json* given = policy.if_contains("SourceVpc" + list)) {
    for (const Json& one : listOf(*given)) {
      if (!one.is_string()) {
        return invalidStructure("SourceVpc" + list + " must be a list of strings. Use IntrinsicVpc" + list +
                                " instead for values that use Intrinsic Functions");
      }
      const std::string_view id = one.get_string();
      if (id.starts_with("vpce-")) endpoints.push_back(one);
      if (id.starts_with("vpc-")) vpcs.push_back(one);
    }
  }
  if (const Json* given = policy.if_contains("IntrinsicVpc" + list)) {
    for (const Json& one : listOf(*given)) vpcs.push_back(one);
  }
  if (const Json* given = policy.if_contains("IntrinsicVpce" + list)) {
    for (const Json& one : listOf(*given)) endpoints.push_back(one);
  }
  JsonObject values;
  if (!vpcs.empty()) values.emplace("aws:SourceVpc", std::move(vpcs));
  if (!endpoints.empty()) values.emplace("aws:SourceVpce", std::move(endpoints));
  return values;
}

}  // namespace

Result<void> addResourcePolicy(Budget& budget, Swagger& swagger, const JsonObject& policy, const std::string& path,
                               const Json& stage) {
  HEARTH_TRY(const JsonArray resources, methodArns(swagger, path, stage));
  for (const auto& [name, effect] :
       {std::pair{"AwsAccountWhitelist", "Allow"}, std::pair{"AwsAccountBlacklist", "Deny"}}) {
    const Json* accounts = policy.if_contains(name);
    if (!isTruthy(accounts)) continue;
    const Json principal = JsonObject{{"AWS", listOf(*accounts)}};
    HEARTH_CHECK(addSole(budget, swagger, statement(effect, resources, principal)));
  }
  for (const auto& [name, test] :
       {std::pair{"IpRangeWhitelist", "NotIpAddress"}, std::pair{"IpRangeBlacklist", "IpAddress"}}) {
    const Json* ranges = policy.if_contains(name);
    if (!isTruthy(ranges)) continue;
    JsonObject values;
    values.emplace("aws:SourceIp", listOf(*ranges));
    HEARTH_CHECK(append(budget, swagger, allowedBut(resources, test, std::move(values))));
  }
  for (const auto& [list, test] :
       {std::pair{"Blacklist", "StringEquals"}, std::pair{"Whitelist", "StringNotEquals"}}) {
    HEARTH_TRY(JsonObject values, networks(policy, list));
    if (values.empty()) continue;
    HEARTH_CHECK(append(budget, swagger, allowedBut(resources, test, std::move(values))));
  }
  return {};
}

Result<void> addCustomStatements(Budget& budget, Swagger& swagger, const Json& statements) {
  return addSole(budget, swagger, statements);
}

}  // namespace hearth::stacks::sam
