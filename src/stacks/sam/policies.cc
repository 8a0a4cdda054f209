#include "stacks/sam/policies.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "stacks/sam/faults.h"
#include "stacks/sam/json.h"

namespace hearth::stacks::sam {
namespace {

enum class PolicyKind : unsigned char { kManaged, kDocument, kTemplate, kUnknown };

// Where AWS keeps those of its policies that are not at the root.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kPaths = {{
    {"AWSCodeDeployRoleForLambda", "service-role/"},
    {"AWSLambdaBasicExecutionRole", "service-role/"},
    {"AWSLambdaDynamoDBExecutionRole", "service-role/"},
    {"AWSLambdaKinesisExecutionRole", "service-role/"},
    {"AWSLambdaMSKExecutionRole", "service-role/"},
    {"AWSLambdaRole", "service-role/"},
    {"AWSLambdaSQSQueueExecutionRole", "service-role/"},
    {"AWSLambdaVPCAccessExecutionRole", "service-role/"},
    {"AmazonAPIGatewayPushToCloudWatchLogs", "service-role/"},
    {"AmazonS3ObjectLambdaExecutionRolePolicy", "service-role/"},
    {"CloudWatchEventsInvocationAccess", "service-role/"},
    {"ViewOnlyAccess", "job-function/"},
}};

// What is no name stays as it is: an ARN, or a mistake that IAM will name.
std::string arnOf(std::string_view name) {
  if (name.find_first_of(":/{") != std::string_view::npos) return std::string(name);
  const auto* path = std::find_if(kPaths.begin(), kPaths.end(), [&](const auto& one) { return one.first == name; });
  return managedPolicyArn(std::string(path == kPaths.end() ? "" : path->second) + std::string(name));
}

// The name of a policy template looks like this, whether there is one of it here or not.
bool isTemplateName(std::string_view name) {
  return name.ends_with("Policy") || name.ends_with("Policy_v2") || name.ends_with("FullAccess");
}

bool isTemplate(const Json& policy) {
  const auto* object = policy.if_object();
  return object && object->size() == 1 && isTemplateName(object->begin()->key());
}

Result<PolicyKind> kindOf(const Json& policy) {
  if (policy.is_string()) return PolicyKind::kManaged;
  if (isFnIf(policy)) {
    const Json& arguments = policy.get_object().at("Fn::If");
    if (!arguments.is_array() || arguments.get_array().size() != 3) {
      return invalidStructure("Fn::If requires 3 arguments");
    }
    const Json& yes = arguments.get_array()[1];
    const Json& no = arguments.get_array()[2];
    HEARTH_TRY(const PolicyKind whenTrue, kindOf(yes));
    HEARTH_TRY(const PolicyKind whenFalse, kindOf(no));
    if (whenTrue == whenFalse || isNoValue(no)) return whenTrue;
    if (isNoValue(yes)) return whenFalse;
    return invalidStructure(
        "Different policy types within the same Fn::If statement is unsupported. Separate different policy types "
        "into different Fn::If statements");
  }
  if (isIntrinsic(policy)) return PolicyKind::kManaged;
  if (policy.is_object() && policy.get_object().contains("Statement")) return PolicyKind::kDocument;
  return isTemplate(policy) ? PolicyKind::kTemplate : PolicyKind::kUnknown;
}

// Applies `convert` to both outcomes of an Fn::If, or to what is none; what stands for nothing stays.
template <class Convert>
Result<Json> convertOutcomes(const Json& policy, const Convert& convert) {
  if (isNoValue(policy)) return policy;
  if (!isFnIf(policy)) return convert(policy);
  Json converted = policy;
  for (const std::size_t outcome : {1U, 2U}) {
    Json& one = converted.get_object().at("Fn::If").get_array()[outcome];
    if (!isNoValue(one)) {
      HEARTH_TRY(one, convert(one));
    }
  }
  return converted;
}

Result<Json> expandTemplate(const std::string& functionId, const Json& policy) {
  if (!isTemplate(policy)) {
    return invalidResource(functionId, "Nested Fn::If in the 'Policies' property is not supported.");
  }
  const auto& [name, values] = *policy.get_object().begin();
  HEARTH_TRY(auto expanded, expandPolicyTemplate(functionId, name, values));
  if (expanded) return *std::move(expanded);
  return invalidResource(functionId, "Policy template '" + std::string(name) + "' is not supported.");
}

}  // namespace

std::string managedPolicyArn(std::string_view pathAndName) {
  return "arn:aws:iam::aws:policy/" + std::string(pathAndName);
}

JsonObject trustOf(std::string_view service) {
  JsonObject statement;
  statement.emplace("Effect", "Allow");
  statement.emplace("Action", JsonArray{Json("sts:AssumeRole")});
  statement.emplace("Principal", JsonObject{{"Service", JsonArray{Json(service)}}});
  JsonObject document;
  document.emplace("Version", "2012-10-17");
  document.emplace("Statement", JsonArray{Json(std::move(statement))});
  return document;
}

JsonObject inlinePolicy(std::string_view name, std::string_view action, const Json& resource) {
  JsonObject statement;
  statement.emplace("Action", action);
  statement.emplace("Effect", "Allow");
  statement.emplace("Resource", resource);
  JsonObject policy;
  policy.emplace("PolicyName", name);
  policy.emplace("PolicyDocument", JsonObject{{"Statement", JsonArray{Json(std::move(statement))}}});
  return policy;
}

Result<void> addPolicies(const std::string& functionId, const Json* policies, RolePolicies& role) {
  if (!isTruthy(policies)) return {};
  const JsonArray list = policies->is_array() ? policies->get_array() : JsonArray{*policies};
  std::set<std::string> seen;
  for (const Json& managed : role.managed) seen.insert(canonicalText(managed));
  for (std::size_t at = 0; at < list.size(); ++at) {
    Json policy = list[at];
    HEARTH_TRY(const PolicyKind kind, kindOf(policy));
    if (kind == PolicyKind::kUnknown) {
      return invalidResource(functionId,
                             "Policy at index " + std::to_string(at) + " in the 'Policies' property is not valid");
    }
    if (kind == PolicyKind::kManaged) {
      HEARTH_TRY(const Json arn, convertOutcomes(policy, [](const Json& name) -> Result<Json> {
                   return name.is_string() ? Json(arnOf(name.get_string())) : name;
                 }));
      if (seen.insert(canonicalText(arn)).second) role.managed.push_back(arn);
      continue;
    }
    if (kind == PolicyKind::kTemplate) {
      HEARTH_TRY(policy, convertOutcomes(policy, [&](const Json& one) { return expandTemplate(functionId, one); }));
    }
    const std::string name = functionId + "RolePolicy" + std::to_string(at);
    HEARTH_TRY(Json document, convertOutcomes(policy, [&](const Json& one) -> Result<Json> {
                 return Json(JsonObject{{"PolicyName", name}, {"PolicyDocument", one}});
               }));
    role.documents.push_back(std::move(document));
  }
  return {};
}

}  // namespace hearth::stacks::sam
