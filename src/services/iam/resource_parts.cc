#include "services/iam/resource_parts.h"

#include "base/bytes.h"
#include "base/json.h"
#include "services/iam/faults.h"
#include "services/iam/iam_resources.h"
#include "services/resource_support.h"

namespace hearth::services::iam {
namespace {

std::vector<InlinePolicy> policiesIn(const JsonObject& properties) {
  std::vector<InlinePolicy> policies;
  if (const Json* list = properties.if_contains("Policies"); list && list->is_array())
    for (const Json& item : list->get_array())
      if (const auto* policy = item.if_object())
        policies.push_back({textOf(*policy, "PolicyName"), documentOf(*policy, "PolicyDocument")});
  return policies;
}

bool hasName(const std::vector<InlinePolicy>& policies, const std::string& name) {
  return std::any_of(policies.begin(), policies.end(),
                     [&](const InlinePolicy& policy) { return policy.name == name; });
}

}  // namespace

std::string textOf(const JsonObject& properties, std::string_view name) {
  const Json* value = properties.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::vector<std::string> textsOf(const JsonObject& properties, std::string_view name) {
  std::vector<std::string> texts;
  if (const Json* list = properties.if_contains(name); list && list->is_array())
    for (const Json& item : list->get_array())
      if (item.is_string()) texts.emplace_back(item.get_string());
  return texts;
}

std::string documentOf(const JsonObject& properties, std::string_view name) {
  const Json* value = properties.if_contains(name);
  if (!value) return "";
  return value->is_string() ? std::string(value->get_string()) : base::writeJson(*value);
}

ports::PropertySpec stringList(std::string name) {
  return {.name = std::move(name), .kind = ports::PropertyKind::kList, .members = {{.name = "Item"}}};
}

ports::PropertySpec inlinePolicies() {
  using ports::PropertyKind;
  return {.name = "Policies",
          .kind = PropertyKind::kList,
          .members = {{.name = "Policy",
                       .kind = PropertyKind::kObject,
                       .members = {{.name = "PolicyName", .required = true},
                                   {.name = "PolicyDocument", .kind = PropertyKind::kJson, .required = true}}}}};
}

Result<void> unlessMissing(Result<void> done) {
  if (!done.ok() && done.fault().code == "NoSuchEntity") return {};
  return done;
}

Fault resourceMissing(const ports::ResourceRequest& request) {
  return {"NotFound", "The resource " + request.physicalId + " does not exist."};
}

Result<void> applyPolicies(IamService& service, const Entity& entity, const JsonObject& before,
                           const JsonObject& after) {
  auto oldArns = textsOf(before, "ManagedPolicyArns");
  auto newArns = textsOf(after, "ManagedPolicyArns");
  // Going first makes room below the limits.
  for (const std::string& arn : without(oldArns, newArns))
    HEARTH_CHECK(unlessMissing(service.detachPolicy(entity, arn)));
  for (const std::string& arn : newArns) HEARTH_CHECK(service.attachPolicy(entity, arn));

  auto newPolicies = policiesIn(after);
  for (const InlinePolicy& policy : policiesIn(before))
    if (!hasName(newPolicies, policy.name))
      HEARTH_CHECK(unlessMissing(service.deleteInlinePolicy(entity, policy.name)));
  for (const InlinePolicy& policy : newPolicies)
    HEARTH_CHECK(service.putInlinePolicy(entity, policy.name, policy.document));
  return {};
}

void readPolicies(IamService& service, const Entity& entity, const ports::ResourceRequest& request,
                  JsonObject& properties) {
  const auto attached = service.store().listAttached(entity.id);
  JsonArray arns;
  for (const std::string& arn : textsOf(request.properties, "ManagedPolicyArns"))
    if (std::find(attached.begin(), attached.end(), arn) != attached.end()) arns.emplace_back(arn);
  properties["ManagedPolicyArns"] = std::move(arns);
  JsonArray policies;
  for (const InlinePolicy& wanted : policiesIn(request.properties)) {
    const auto document = service.store().findInline(entity.id, wanted.name);
    if (document) policies.push_back(JsonObject{{"PolicyName", wanted.name}, {"PolicyDocument", *document}});
  }
  properties["Policies"] = std::move(policies);
}

Result<void> applyTags(IamService& service, const Entity& entity, const ports::ResourceRequest& request) {
  Tags tags = tagsOf(request);
  std::vector<api::iam::Tag> own;
  for (const auto& [key, value] : tags)
    if (!base::toLower(key).starts_with("aws:")) own.push_back({key, value});
  HEARTH_CHECK(readTags(own, TagKeys::kAnyCase));
  service.replaceTags(entity, tags);
  return {};
}

std::string shortName(const ports::ResourceRequest& request) {
  constexpr std::size_t kPart = 5;
  return request.stackName.substr(0, kPart) + "-" + request.logicalId.substr(0, kPart) + "-" + request.uniqueToken;
}

std::vector<std::unique_ptr<ports::ResourceProvider>> makeIamResources(IamService& service) {
  std::vector<std::unique_ptr<ports::ResourceProvider>> providers;
  providers.push_back(makeRoleResource(service));
  providers.push_back(makeUserResource(service));
  providers.push_back(makeGroupResource(service));
  providers.push_back(makeAccessKeyResource(service));
  providers.push_back(makeUserToGroupAdditionResource(service));
  providers.push_back(makePolicyResource(service));
  providers.push_back(makeManagedPolicyResource(service));
  return providers;
}

}  // namespace hearth::services::iam
