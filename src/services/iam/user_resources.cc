// AWS::IAM::User, Group, AccessKey and UserToGroupAddition.
#include "api/document.h"
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

ResourceState stateOf(const Entity& entity) { return {entity.name, {{"Arn", entity.arn}}}; }

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-user.html
class UserProvider final : public ports::ResourceProvider {
 public:
  explicit UserProvider(IamService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{.type = "AWS::IAM::User",
                                    .properties = {stringList("Groups"),
                                                   stringList("ManagedPolicyArns"),
                                                   {.name = "Path"},
                                                   {.name = "PermissionsBoundary"},
                                                   inlinePolicies(),
                                                   tagsProperty(),
                                                   {.name = "UserName", .update = UpdateBehavior::kReplacement}},
                                    .attributes = {"Arn"},
                                    .taggable = true};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    api::iam::CreateUserInput in;
    in.userName = base::findString(request.properties, "UserName").value_or(request.generatedName(64));
    in.path = base::findString(request.properties, "Path");
    HEARTH_CHECK(service_.createUser(callOf(request, service_.clock()), in));
    HEARTH_TRY(Entity user, service_.getEntity(EntityKind::kUser, request.account, in.userName));
    HEARTH_CHECK(apply(user, request, {}));
    return stateOf(user);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    api::iam::UpdateUserInput in{.userName = request.physicalId};
    in.newPath = base::findString(request.properties, "Path").value_or("/");
    HEARTH_CHECK(service_.updateUser(callOf(request, service_.clock()), in));
    HEARTH_TRY(Entity user, service_.getEntity(EntityKind::kUser, request.account, request.physicalId));
    HEARTH_CHECK(apply(user, request, request.oldProperties));
    return stateOf(user);
  }

  Result<void> remove(const ResourceRequest& request) override {
    auto user = service_.getEntity(EntityKind::kUser, request.account, request.physicalId);
    if (!user.ok()) return {};
    HEARTH_CHECK(applyPolicies(service_, *user, request.properties, {}));
    HEARTH_CHECK(applyGroups(*user, request, textsOf(request.properties, "Groups"), {}));
    HEARTH_CHECK(service_.deleteUser(callOf(request, service_.clock()), {.userName = user->name}));
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    auto user = service_.getEntity(EntityKind::kUser, request.account, request.physicalId);
    if (!user.ok()) return resourceMissing(request);
    HEARTH_TRY(const auto got, service_.getUser(callOf(request, service_.clock()), {.userName = user->name}));
    JsonObject properties = inTemplateTerms(spec().properties, api::toDocument(got.user).as_object());
    if (got.user.permissionsBoundary)
      properties["PermissionsBoundary"] = got.user.permissionsBoundary->permissionsBoundaryArn.value_or("");
    readPolicies(service_, *user, request, properties);
    const auto groups = service_.store().groupsOf(user->id);
    JsonArray names;
    for (const std::string& name : textsOf(request.properties, "Groups"))
      if (std::any_of(groups.begin(), groups.end(), [&](const auto& group) { return group.name == name; }))
        names.emplace_back(name);
    properties["Groups"] = std::move(names);
    dropAddedTags(properties);
    ResourceState state = stateOf(*user);
    state.properties = std::move(properties);
    return state;
  }

 private:
  Result<void> apply(const Entity& user, const ResourceRequest& request, const JsonObject& before) {
    HEARTH_CHECK(service_.setBoundary(user, base::findString(request.properties, "PermissionsBoundary")));
    HEARTH_CHECK(applyPolicies(service_, user, before, request.properties));
    HEARTH_CHECK(applyGroups(user, request, textsOf(before, "Groups"), textsOf(request.properties, "Groups")));
    return applyTags(service_, user, request);
  }

  Result<void> applyGroups(const Entity& user, const ResourceRequest& request,
                           const std::vector<std::string>& before, const std::vector<std::string>& after) {
    api::Call call = callOf(request, service_.clock());
    for (const std::string& group : without(before, after)) {
      auto left = service_.removeUserFromGroup(call, {.groupName = group, .userName = user.name});
      if (!left.ok()) HEARTH_CHECK(unlessMissing(std::move(left).fault()));
    }
    for (const std::string& group : after)
      HEARTH_CHECK(service_.addUserToGroup(call, {.groupName = group, .userName = user.name}));
    return {};
  }

  IamService& service_;
};

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-group.html
class GroupProvider final : public ports::ResourceProvider {
 public:
  explicit GroupProvider(IamService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{.type = "AWS::IAM::Group",
                                    .properties = {{.name = "GroupName", .update = UpdateBehavior::kReplacement},
                                                   stringList("ManagedPolicyArns"),
                                                   {.name = "Path"},
                                                   inlinePolicies()},
                                    .attributes = {"Arn"}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    api::iam::CreateGroupInput in;
    in.groupName = base::findString(request.properties, "GroupName").value_or(request.generatedName(128));
    in.path = base::findString(request.properties, "Path");
    HEARTH_CHECK(service_.createGroup(callOf(request, service_.clock()), in));
    HEARTH_TRY(Entity group, service_.getEntity(EntityKind::kGroup, request.account, in.groupName));
    HEARTH_CHECK(applyPolicies(service_, group, {}, request.properties));
    return stateOf(group);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    api::iam::UpdateGroupInput in{.groupName = request.physicalId};
    in.newPath = base::findString(request.properties, "Path").value_or("/");
    HEARTH_CHECK(service_.updateGroup(callOf(request, service_.clock()), in));
    HEARTH_TRY(Entity group, service_.getEntity(EntityKind::kGroup, request.account, request.physicalId));
    HEARTH_CHECK(applyPolicies(service_, group, request.oldProperties, request.properties));
    return stateOf(group);
  }

  Result<void> remove(const ResourceRequest& request) override {
    auto group = service_.getEntity(EntityKind::kGroup, request.account, request.physicalId);
    if (!group.ok()) return {};
    HEARTH_CHECK(applyPolicies(service_, *group, request.properties, {}));
    HEARTH_CHECK(service_.deleteGroup(callOf(request, service_.clock()), {.groupName = group->name}));
    return {};
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    auto group = service_.getEntity(EntityKind::kGroup, request.account, request.physicalId);
    if (!group.ok()) return resourceMissing(request);
    HEARTH_TRY(const auto got, service_.getGroup(callOf(request, service_.clock()), {.groupName = group->name}));
    JsonObject properties = inTemplateTerms(spec().properties, api::toDocument(got.group).as_object());
    readPolicies(service_, *group, request, properties);
    ResourceState state = stateOf(*group);
    state.properties = std::move(properties);
    return state;
  }

 private:
  IamService& service_;
};

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-accesskey.html
class AccessKeyProvider final : public ports::ResourceProvider {
 public:
  explicit AccessKeyProvider(IamService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec{
        .type = "AWS::IAM::AccessKey",
        .properties = {{.name = "Serial", .kind = PropertyKind::kInteger, .update = UpdateBehavior::kReplacement},
                       {.name = "Status"},
                       {.name = "UserName", .required = true, .update = UpdateBehavior::kReplacement}},
        .attributes = {"SecretAccessKey"}};
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_TRY(auto made, service_.createAccessKey(callOf(request, service_.clock()),
                                                   {.userName = textOf(request.properties, "UserName")}));
    HEARTH_CHECK(applyStatus(request, made.accessKey.accessKeyId));
    return stateOf(made.accessKey.accessKeyId);
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    HEARTH_CHECK(applyStatus(request, request.physicalId));
    return stateOf(request.physicalId);
  }

  Result<void> remove(const ResourceRequest& request) override {
    auto gone = service_.deleteAccessKey(
        callOf(request, service_.clock()),
        {.userName = textOf(request.properties, "UserName"), .accessKeyId = request.physicalId});
    return gone.ok() ? Result<void>() : unlessMissing(std::move(gone).fault());
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    auto key = service_.directory().findAccessKey(request.physicalId);
    if (!key || key->account != request.account) return resourceMissing(request);
    const std::string userName = textOf(request.properties, "UserName");
    auto listed = service_.listAccessKeys(callOf(request, service_.clock()), {.userName = userName});
    if (!listed.ok()) return goneOr(listed.fault(), request);
    ResourceState state = stateOf(request.physicalId);
    for (const auto& one : listed->accessKeyMetadata) {
      if (one.accessKeyId != request.physicalId) continue;
      auto& properties = state.properties.emplace();
      properties["UserName"] = userName;
      properties["Status"] = one.status.value_or("");
      takeAsGiven(request, {"Serial"}, properties);
    }
    if (!state.properties) return resourceMissing(request);
    return state;
  }

 private:
  Result<void> applyStatus(const ResourceRequest& request, const std::string& accessKeyId) {
    HEARTH_CHECK(
        service_.updateAccessKey(callOf(request, service_.clock()),
                                 {.userName = textOf(request.properties, "UserName"),
                                  .accessKeyId = accessKeyId,
                                  .status = base::findString(request.properties, "Status").value_or("Active")}));
    return {};
  }

  // The secret is read from where it is sealed.
  ResourceState stateOf(const std::string& accessKeyId) {
    auto key = service_.directory().findKey(accessKeyId, "");
    return {accessKeyId, {{"SecretAccessKey", key ? key->secretAccessKey : std::string()}}};
  }

  IamService& service_;
};

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-usertogroupaddition.html
class UserToGroupAdditionProvider final : public ports::ResourceProvider {
 public:
  explicit UserToGroupAdditionProvider(IamService& service) : service_(service) {}

  const ResourceSpec& spec() const override {
    static const ResourceSpec kSpec = [] {
      ports::PropertySpec users = stringList("Users");
      users.required = true;
      return ResourceSpec{.type = "AWS::IAM::UserToGroupAddition",
                          .properties = {{.name = "GroupName", .required = true}, users},
                          .attributes = {"Id"}};
    }();
    return kSpec;
  }

  Result<ResourceState> create(const ResourceRequest& request) override {
    HEARTH_CHECK(add(request));
    return stateOf(shortName(request));
  }

  Result<ResourceState> update(const ResourceRequest& request) override {
    bool moved = textOf(request.oldProperties, "GroupName") != textOf(request.properties, "GroupName");
    auto staying = moved ? std::vector<std::string>() : textsOf(request.properties, "Users");
    HEARTH_CHECK(removeAll(request, request.oldProperties, staying));
    HEARTH_CHECK(add(request));
    return stateOf(request.physicalId);
  }

  Result<void> remove(const ResourceRequest& request) override {
    return removeAll(request, request.properties, {});
  }

  Result<ResourceState> read(const ResourceRequest& request) override {
    auto group = service_.getEntity(EntityKind::kGroup, request.account, textOf(request.properties, "GroupName"));
    if (!group.ok()) return resourceMissing(request);
    JsonArray members;
    for (const std::string& name : textsOf(request.properties, "Users")) {
      const auto user = service_.getEntity(EntityKind::kUser, request.account, name);
      if (!user.ok()) continue;
      for (const auto& joined : service_.store().groupsOf(user->id))
        if (joined.name == group->name) members.emplace_back(name);
    }
    ResourceState state = stateOf(request.physicalId);
    state.properties = JsonObject{{"GroupName", group->name}, {"Users", std::move(members)}};
    return state;
  }

 private:
  Result<void> add(const ResourceRequest& request) {
    api::Call call = callOf(request, service_.clock());
    for (const std::string& user : textsOf(request.properties, "Users"))
      HEARTH_CHECK(
          service_.addUserToGroup(call, {.groupName = textOf(request.properties, "GroupName"), .userName = user}));
    return {};
  }

  Result<void> removeAll(const ResourceRequest& request, const JsonObject& properties,
                         const std::vector<std::string>& staying) {
    api::Call call = callOf(request, service_.clock());
    for (const std::string& user : without(textsOf(properties, "Users"), staying)) {
      auto left =
          service_.removeUserFromGroup(call, {.groupName = textOf(properties, "GroupName"), .userName = user});
      if (!left.ok()) HEARTH_CHECK(unlessMissing(std::move(left).fault()));
    }
    return {};
  }

  static ResourceState stateOf(const std::string& id) { return {id, {{"Id", id}}}; }

  IamService& service_;
};

}  // namespace

std::unique_ptr<ports::ResourceProvider> makeUserResource(IamService& service) {
  return std::make_unique<UserProvider>(service);
}
std::unique_ptr<ports::ResourceProvider> makeGroupResource(IamService& service) {
  return std::make_unique<GroupProvider>(service);
}
std::unique_ptr<ports::ResourceProvider> makeAccessKeyResource(IamService& service) {
  return std::make_unique<AccessKeyProvider>(service);
}
std::unique_ptr<ports::ResourceProvider> makeUserToGroupAdditionResource(IamService& service) {
  return std::make_unique<UserToGroupAdditionProvider>(service);
}

}  // namespace hearth::services::iam
