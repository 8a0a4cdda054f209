// AWS::IAM::Policy (an inline policy of several users, groups and roles) and AWS::IAM::ManagedPolicy.
#include "base/bytes.h"
#include "base/clock.h"
#include "services/iam/faults.h"
#include "services/iam/resource_parts.h"
#include "services/resource_reading.h"
#include "services/resource_support.h"

namespace hearth::services::iam {
namespace {

using ports::PropertyKind;
using ports::ResourceRequest;
using ports::ResourceSpec;
using ports::ResourceState;
using ports::UpdateBehavior;

// A user, group or role that the template names.
struct Target {
  EntityKind kind = EntityKind::kUser;
  std::string name;
  bool operator==(const Target&) const = default;
};

std::vector<Target> targetsOf(const JsonObject& properties) {
  std::vector<Target> targets;
  for (auto [kind, property] : {std::pair(EntityKind::kUser, "Users"), std::pair(EntityKind::kGroup, "Groups"),
                                std::pair(EntityKind::kRole, "Roles")})
    for (std::string& name : textsOf(properties, property)) targets.push_back({kind, std::move(name)});
  return targets;
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-policy.html
class PolicyProvider final : public ports::ResourceProvider {
 public:
  explicit PolicyProvider(IamService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::IAM::Policy",
        .properties = {stringList("Groups"),
                       {.name = "PolicyDocument", .kind = PropertyKind::kJson, .required = true},
                       {.name = "PolicyName", .required = true},
                       stringList("Roles"),
                       stringList("Users")},
        .attributes = {"Id"}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_CHECK(put(request));
    return stateOf(shortName(request));
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    bool renamed = textOf(request.oldProperties, "PolicyName") != textOf(request.properties, "PolicyName");
    auto staying = renamed ? std::vector<Target>() : targetsOf(request.properties);
    HEARTH_CHECK(removeFrom(request, without(targetsOf(request.oldProperties), staying),
                            textOf(request.oldProperties, "PolicyName")));
    HEARTH_CHECK(put(request));
    return stateOf(request.physicalId);
  }

  Result<void> remove(const ResourceRequest& request) override {
    return removeFrom(request, targetsOf(request.properties), textOf(request.properties, "PolicyName"));
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    // A document that is another somewhere is the one that stands.
    const std::string name = textOf(request.properties, "PolicyName");
    const std::string wanted = documentOf(request.properties, "PolicyDocument");
    std::optional<std::string> document;
    std::map<EntityKind, JsonArray> bearers;
    for (const Target& target : targetsOf(request.properties)) {
      auto entity = service_.getEntity(target.kind, request.account, target.name);
      const auto found = entity.ok() ? service_.store().findInline(entity->id, name) : std::nullopt;
      if (!found) continue;
      bearers[target.kind].emplace_back(target.name);
      if (!document || *found != wanted) document = found;
    }
    if (!document) return resourceMissing(request);
    ResourceState state = stateOf(request.physicalId);
    state.properties = JsonObject{{"PolicyName", name},
                                  {"PolicyDocument", *document},
                                  {"Users", bearers[EntityKind::kUser]},
                                  {"Groups", bearers[EntityKind::kGroup]},
                                  {"Roles", bearers[EntityKind::kRole]}};
    return state;
  }

 private:
  Result<void> put(const ResourceRequest& request) {
    auto targets = targetsOf(request.properties);
    if (targets.empty()) return validationError("At least one of [Groups,Roles,Users] must be non-empty.");
    for (const Target& target : targets) {
      HEARTH_TRY(Entity entity, service_.getEntity(target.kind, request.account, target.name));
      HEARTH_CHECK(service_.putInlinePolicy(entity, textOf(request.properties, "PolicyName"),
                                            documentOf(request.properties, "PolicyDocument")));
    }
    return {};
  }

  Result<void> removeFrom(const ResourceRequest& request, const std::vector<Target>& targets,
                          const std::string& policyName) {
    for (const Target& target : targets) {
      auto entity = service_.getEntity(target.kind, request.account, target.name);
      if (entity.ok()) HEARTH_CHECK(unlessMissing(service_.deleteInlinePolicy(*entity, policyName)));
    }
    return {};
  }

  static ResourceState stateOf(const std::string& id) { return {id, {{"Id", id}}}; }

  IamService& service_;
};

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html
class ManagedPolicyProvider final : public ports::ResourceProvider {
 public:
  explicit ManagedPolicyProvider(IamService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::IAM::ManagedPolicy",
        .properties = {{.name = "Description", .update = UpdateBehavior::kReplacement},
                       stringList("Groups"),
                       {.name = "ManagedPolicyName", .update = UpdateBehavior::kReplacement},
                       {.name = "Path", .update = UpdateBehavior::kReplacement},
                       {.name = "PolicyDocument", .kind = PropertyKind::kJson, .required = true},
                       stringList("Roles"),
                       stringList("Users")},
        .attributes = {"AttachmentCount", "CreateDate", "DefaultVersionId", "IsAttachable",
                       "PermissionsBoundaryUsageCount", "PolicyArn", "PolicyId", "UpdateDate"}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    api::Call call = callOf(request, service_.clock());
    api::iam::CreatePolicyInput in;
    in.policyName = base::findString(request.properties, "ManagedPolicyName").value_or(request.generatedName(128));
    in.path = base::findString(request.properties, "Path");
    in.description = base::findString(request.properties, "Description");
    in.policyDocument = documentOf(request.properties, "PolicyDocument");
    HEARTH_TRY(auto made, service_.createPolicy(call, in));
    HEARTH_CHECK(attach(request, *made.policy->arn));
    return stateOf(call, *made.policy->arn);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    api::Call call = callOf(request, service_.clock());
    std::string document = documentOf(request.properties, "PolicyDocument");
    if (document != documentOf(request.oldProperties, "PolicyDocument"))
      HEARTH_CHECK(request.verb == ports::ResourceVerb::kRestore
                       ? restoreDocument(call, request.physicalId, document)
                       : replaceDocument(call, request.physicalId, document));
    HEARTH_CHECK(detach(request, without(targetsOf(request.oldProperties), targetsOf(request.properties))));
    HEARTH_CHECK(attach(request, request.physicalId));
    return stateOf(call, request.physicalId);
  }

  Result<void> remove(const ResourceRequest& request) override {
    api::Call call = callOf(request, service_.clock());
    auto versions = service_.listPolicyVersions(call, {.policyArn = request.physicalId});
    if (!versions.ok()) return unlessMissing(std::move(versions).fault());
    HEARTH_CHECK(detach(request, targetsOf(request.properties)));
    for (const auto& version : *versions->versions)
      if (!*version.isDefaultVersion)
        HEARTH_CHECK(
            service_.deletePolicyVersion(call, {.policyArn = request.physicalId, .versionId = *version.versionId}));
    HEARTH_CHECK(service_.deletePolicy(call, {.policyArn = request.physicalId}));
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    const api::Call call = callOf(request, service_.clock());
    auto state = stateOf(call, request.physicalId);
    if (!state.ok()) return resourceMissing(request);
    HEARTH_TRY(const auto got, service_.getPolicy(call, {.policyArn = request.physicalId}));
    HEARTH_TRY(const auto version, service_.getPolicyVersion(call, {.policyArn = request.physicalId,
                                                                    .versionId = *got.policy->defaultVersionId}));
    std::map<EntityKind, JsonArray> bearers;
    for (const Target& target : targetsOf(request.properties)) {
      auto entity = service_.getEntity(target.kind, request.account, target.name);
      if (!entity.ok()) continue;
      const auto attached = service_.store().listAttached(entity->id);
      if (std::find(attached.begin(), attached.end(), request.physicalId) != attached.end())
        bearers[target.kind].emplace_back(target.name);
    }
    state->properties =
        JsonObject{{"ManagedPolicyName", got.policy->policyName.value_or("")},
                   {"Description", got.policy->description.value_or("")},
                   {"Path", got.policy->path.value_or("/")},
                   {"PolicyDocument", base::uriDecode(version.policyVersion->document.value_or(""))},
                   {"Users", bearers[EntityKind::kUser]},
                   {"Groups", bearers[EntityKind::kGroup]},
                   {"Roles", bearers[EntityKind::kRole]}};
    return state;
  }

 private:
  Result<void> attach(const ResourceRequest& request, const std::string& arn) {
    for (const Target& target : targetsOf(request.properties)) {
      HEARTH_TRY(Entity entity, service_.getEntity(target.kind, request.account, target.name));
      HEARTH_CHECK(service_.attachPolicy(entity, arn));
    }
    return {};
  }

  Result<void> detach(const ResourceRequest& request, const std::vector<Target>& targets) {
    for (const Target& target : targets) {
      auto entity = service_.getEntity(target.kind, request.account, target.name);
      if (entity.ok()) HEARTH_CHECK(unlessMissing(service_.detachPolicy(*entity, request.physicalId)));
    }
    return {};
  }

  // The version that has the document becomes the default one again, and the one that took its place goes.
  Result<void> restoreDocument(const api::Call& call, const std::string& arn, const std::string& document) {
    HEARTH_TRY(auto listed, service_.listPolicyVersions(call, {.policyArn = arn}));
    std::string former;
    std::string failed;
    for (const auto& version : *listed.versions) {
      HEARTH_TRY(auto got, service_.getPolicyVersion(call, {.policyArn = arn, .versionId = *version.versionId}));
      if (*version.isDefaultVersion) failed = *version.versionId;
      const bool isSame = base::uriDecode(got.policyVersion->document.value_or("")) == document;
      if (isSame && former.empty() && !*version.isDefaultVersion) former = *version.versionId;
    }
    if (former.empty()) return replaceDocument(call, arn, document);
    HEARTH_CHECK(service_.setDefaultPolicyVersion(call, {.policyArn = arn, .versionId = former}));
    HEARTH_CHECK(service_.deletePolicyVersion(call, {.policyArn = arn, .versionId = failed}));
    return {};
  }

  // The oldest version that is not the default one makes room for a sixth.
  Result<void> replaceDocument(const api::Call& call, const std::string& arn, const std::string& document) {
    constexpr std::size_t kMostVersions = 5;
    HEARTH_TRY(auto listed, service_.listPolicyVersions(call, {.policyArn = arn}));
    auto& versions = *listed.versions;
    if (versions.size() >= kMostVersions) {
      auto oldest =
          std::find_if(versions.rbegin(), versions.rend(), [](const auto& v) { return !*v.isDefaultVersion; });
      HEARTH_CHECK(service_.deletePolicyVersion(call, {.policyArn = arn, .versionId = *oldest->versionId}));
    }
    HEARTH_CHECK(
        service_.createPolicyVersion(call, {.policyArn = arn, .policyDocument = document, .setAsDefault = true}));
    return {};
  }

  Result<ResourceState> stateOf(const api::Call& call, const std::string& arn) {
    HEARTH_TRY(auto got, service_.getPolicy(call, {.policyArn = arn}));
    const api::iam::Policy& policy = *got.policy;
    return ResourceState{arn,
                         {{"PolicyArn", arn},
                          {"PolicyId", *policy.policyId},
                          {"AttachmentCount", *policy.attachmentCount},
                          {"PermissionsBoundaryUsageCount", *policy.permissionsBoundaryUsageCount},
                          {"DefaultVersionId", *policy.defaultVersionId},
                          {"IsAttachable", *policy.isAttachable},
                          {"CreateDate", base::formatIso8601(*policy.createDate)},
                          {"UpdateDate", base::formatIso8601(*policy.updateDate)}}};
  }

  IamService& service_;
};

}  // namespace

std::unique_ptr<ports::ResourceProvider> makePolicyResource(IamService& service) {
  return std::make_unique<PolicyProvider>(service);
}
std::unique_ptr<ports::ResourceProvider> makeManagedPolicyResource(IamService& service) {
  return std::make_unique<ManagedPolicyProvider>(service);
}

}  // namespace hearth::services::iam
