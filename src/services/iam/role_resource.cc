// AWS::IAM::Role.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
#include "api/document.h"
#include "base/bytes.h"
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

constexpr std::int64_t kDefaultSession = 3600;

class RoleProvider final : public ports::ResourceProvider {
 public:
  explicit RoleProvider(IamService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::IAM::Role",
        .properties = {{.name = "AssumeRolePolicyDocument", .kind = PropertyKind::kJson, .required = true},
                       {.name = "Description"},
                       stringList("ManagedPolicyArns"),
                       {.name = "MaxSessionDuration", .kind = PropertyKind::kInteger},
                       {.name = "Path", .update = UpdateBehavior::kReplacement},
                       {.name = "PermissionsBoundary"},
                       inlinePolicies(),
                       {.name = "RoleName", .update = UpdateBehavior::kReplacement},
                       tagsProperty()},
        .attributes = {"Arn", "RoleId"},
        .taggable = true};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    const JsonObject& properties = request.properties;
    api::iam::CreateRoleInput in;
    in.roleName = base::findString(properties, "RoleName").value_or(request.generatedName(64));
    in.path = base::findString(properties, "Path");
    in.assumeRolePolicyDocument = documentOf(properties, "AssumeRolePolicyDocument");
    in.description = base::findString(properties, "Description");
    in.maxSessionDuration = sessionOf(properties);
    in.permissionsBoundary = base::findString(properties, "PermissionsBoundary");
    HEARTH_CHECK(service_.createRole(callOf(request, service_.clock()), in));
    HEARTH_TRY(Entity role, service_.getEntity(EntityKind::kRole, request.account, in.roleName));
    HEARTH_CHECK(applyPolicies(service_, role, {}, properties));
    HEARTH_CHECK(applyTags(service_, role, request));
    return stateOf(role);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    const JsonObject& properties = request.properties;
    api::Call call = callOf(request, service_.clock());
    HEARTH_TRY(Entity role, service_.getEntity(EntityKind::kRole, request.account, request.physicalId));
    HEARTH_CHECK(service_.updateAssumeRolePolicy(
        call, {.roleName = role.name, .policyDocument = documentOf(properties, "AssumeRolePolicyDocument")}));
    HEARTH_CHECK(service_.updateRole(call, {.roleName = role.name,
                                            .description = textOf(properties, "Description"),
                                            .maxSessionDuration = sessionOf(properties)}));
    HEARTH_CHECK(service_.setBoundary(role, base::findString(properties, "PermissionsBoundary")));
    HEARTH_CHECK(applyPolicies(service_, role, request.oldProperties, properties));
    HEARTH_CHECK(applyTags(service_, role, request));
    return stateOf(role);
  }

  // Only what the stack itself attached goes with the role; what others attached keeps it, as on AWS.
  Result<void> remove(const ResourceRequest& request) override {
    auto role = service_.getEntity(EntityKind::kRole, request.account, request.physicalId);
    if (!role.ok()) return {};
    HEARTH_CHECK(applyPolicies(service_, *role, request.properties, {}));
    HEARTH_CHECK(service_.deleteRole(callOf(request, service_.clock()), {.roleName = role->name}));
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    auto role = service_.getEntity(EntityKind::kRole, request.account, request.physicalId);
    if (!role.ok()) return resourceMissing(request);
    HEARTH_TRY(const auto got, service_.getRole(callOf(request, service_.clock()), {.roleName = role->name}));
    JsonObject properties = inTemplateTerms(spec().properties, api::toDocument(got.role).as_object());
    properties["AssumeRolePolicyDocument"] = base::uriDecode(got.role.assumeRolePolicyDocument.value_or(""));
    if (got.role.permissionsBoundary)
      properties["PermissionsBoundary"] = got.role.permissionsBoundary->permissionsBoundaryArn.value_or("");
    readPolicies(service_, *role, request, properties);
    dropAddedTags(properties);
    ResourceState state = stateOf(*role);
    state.properties = std::move(properties);
    return state;
  }

 private:
  static std::int64_t sessionOf(const JsonObject& properties) {
    const Json* seconds = properties.if_contains("MaxSessionDuration");
    return seconds && seconds->is_number() ? seconds->to_number<std::int64_t>() : kDefaultSession;
  }
  static ResourceState stateOf(const Entity& role) { return {role.name, {{"Arn", role.arn}, {"RoleId", role.id}}}; }

  IamService& service_;
};

}  // namespace

std::unique_ptr<ports::ResourceProvider> makeRoleResource(IamService& service) {
  return std::make_unique<RoleProvider>(service);
}

}  // namespace hearth::services::iam
