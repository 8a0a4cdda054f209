#include "services/iam/iam_resources.h"

#include "base/json.h"
#include "services/iam/iam_world_test.h"

namespace hearth::services::iam {
namespace {

using ports::ResourceRequest;
using ports::ResourceState;

std::string textOfAttribute(const ResourceState& state, std::string_view name) {
  const Json* value = state.attributes.if_contains(name);
  return value ? base::scalarText(*value).value_or("") : "";
}

class IamResourcesTest : public IamWorld {
 protected:
  void SetUp() override {
    IamWorld::SetUp();
    providers_ = makeIamResources(*service_);
  }

  ports::ResourceProvider& provider(std::string_view type) {
    for (auto& provider : providers_)
      if (provider->spec().type == type) return *provider;
    throw std::invalid_argument("no such type");
  }

  ResourceRequest request(std::string_view properties) const {
    ResourceRequest request;
    request.account = kAccount;
    request.region = "eu-central-1";
    request.stackName = "homework";
    request.stackId = "arn:aws:cloudformation:eu-central-1:111122223333:stack/homework/1";
    request.logicalId = "Thing";
    request.uniqueToken = "ABCDEFGH1234";
    request.properties = base::parseJson(properties).value().get_object();
    request.stackTags = {{"course", "os"}, {"aws:cloudformation:stack-name", "homework"}};
    return request;
  }

  Result<ResourceState> create(std::string_view type, const ResourceRequest& request) {
    return onWriter([&] { return provider(type).create(request); });
  }
  // From the properties of `before` to those of `after`.
  Result<ResourceState> update(std::string_view type, const ResourceRequest& before, const std::string& physicalId,
                               std::string_view after) {
    ResourceRequest change = request(after);
    change.oldProperties = before.properties;
    change.physicalId = physicalId;
    return onWriter([&] { return provider(type).update(change); });
  }
  std::string removalFault(std::string_view type, ResourceRequest gone, const std::string& physicalId) {
    gone.physicalId = physicalId;
    auto done = database_->writeAndWait([&] { return provider(type).remove(gone); });
    return done.ok() ? "" : textOfFault(done.fault());
  }
  std::string readFault(std::string_view type, ResourceRequest wanted, const std::string& physicalId) {
    wanted.physicalId = physicalId;
    auto read = provider(type).read(wanted);
    return read.ok() ? "" : read.fault().code;
  }

  template <class Work>
  Result<ResourceState> onWriter(Work work) {
    ResourceState state;
    auto done = database_->writeAndWait([&]() -> Result<void> {
      HEARTH_TRY(state, work());
      return {};
    });
    if (!done.ok()) return std::move(done).fault();
    return state;
  }

  std::vector<std::string> inlineOf(const std::string& role) {
    return run(&IamService::listRolePolicies, {.roleName = role})->policyNames;
  }
  std::vector<std::string> attachedTo(const std::string& role) {
    std::vector<std::string> names;
    auto attached = run(&IamService::listAttachedRolePolicies, {.roleName = role});
    for (const auto& policy : *attached->attachedPolicies) names.push_back(*policy.policyName);
    return names;
  }

  std::vector<std::unique_ptr<ports::ResourceProvider>> providers_;
};

using Names = std::vector<std::string>;

std::string roleWith(const std::string& more) { return R"({"AssumeRolePolicyDocument":)" + kTrust + more + "}"; }

TEST_F(IamResourcesTest, Role) {
  const std::string type = "AWS::IAM::Role";
  auto first = request(roleWith(R"(,"Path":"/app/","Description":"does it","MaxSessionDuration":7200,
      "ManagedPolicyArns":[")" + kBasicExecution +
                                R"(","arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
      "Policies":[{"PolicyName":"one","PolicyDocument":)" +
                                kListBuckets + R"(},
                  {"PolicyName":"two","PolicyDocument":)" +
                                kListBuckets + R"(}],
      "Tags":[{"Key":"course","Value":"linux"}])"));
  auto made = create(type, first);
  ASSERT_TRUE(made.ok()) << made.fault().message;
  const std::string name = "homework-Thing-ABCDEFGH1234";
  EXPECT_EQ(made->physicalId, name);
  EXPECT_EQ(textOfAttribute(*made, "Arn"), "arn:aws:iam::111122223333:role/app/" + name);
  auto role = run(&IamService::getRole, {name});
  EXPECT_EQ(textOfAttribute(*made, "RoleId"), role->role.roleId);
  EXPECT_EQ(role->role.maxSessionDuration, 7200);
  auto tags = run(&IamService::listRoleTags, {.roleName = name})->tags;
  ASSERT_EQ(tags.size(), 2U);
  EXPECT_EQ(tags[0].key, "aws:cloudformation:stack-name");
  EXPECT_EQ(tags[1].value, "linux");
  EXPECT_EQ(inlineOf(name), (Names{"one", "two"}));
  EXPECT_EQ(attachedTo(name), (Names{"AmazonS3ReadOnlyAccess", "AWSLambdaBasicExecutionRole"}));

  // Somebody else's additions stay in an update.
  ASSERT_TRUE(run(&IamService::putRolePolicy, {name, "byhand", kListBuckets}).ok());
  std::string after = roleWith(R"(,"Path":"/app/","ManagedPolicyArns":[")" + kBasicExecution +
                               R"("],"Policies":[{"PolicyName":"two","PolicyDocument":)" + kListBuckets + "}]");
  auto changed = update(type, first, name, after);
  ASSERT_TRUE(changed.ok()) << changed.fault().message;
  EXPECT_EQ(changed->attributes, made->attributes);
  EXPECT_EQ(inlineOf(name), (Names{"byhand", "two"}));
  EXPECT_EQ(attachedTo(name), (Names{"AWSLambdaBasicExecutionRole"}));
  role = run(&IamService::getRole, {name});
  EXPECT_FALSE(role->role.description);
  EXPECT_EQ(role->role.maxSessionDuration, 3600);

  EXPECT_EQ(removalFault(type, request(after), name),
            "DeleteConflict 409: Cannot delete entity, must delete policies first.");
  EXPECT_EQ(inlineOf(name), (Names{"byhand", "two"}));  // rolled back
  ASSERT_TRUE(run(&IamService::deleteRolePolicy, {name, "byhand"}).ok());
  EXPECT_EQ(removalFault(type, request(after), name), "");
  EXPECT_EQ(removalFault(type, request(after), name), "");
  EXPECT_EQ(readFault(type, request(after), name), "NotFound");
}

TEST_F(IamResourcesTest, RoleThatCannotBeMadeLeavesNothing) {
  auto bad = create("AWS::IAM::Role", request(roleWith(R"(,"RoleName":"x","ManagedPolicyArns":
      ["arn:aws:iam::aws:policy/NoSuchAccess"])")));
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.fault().code, "NoSuchEntity");
  EXPECT_TRUE(run(&IamService::listRoles, {})->roles.empty());
  auto tagged = create("AWS::IAM::Role", request(roleWith(R"(,"Tags":[{"Key":"a*","Value":""}])")));
  ASSERT_FALSE(tagged.ok());
  EXPECT_EQ(tagged.fault().code, "ValidationError");
}

TEST_F(IamResourcesTest, Policy) {
  const std::string type = "AWS::IAM::Policy";
  makeRole("worker");
  makeRole("other");
  makeUser("ann");
  auto first = request(R"({"PolicyName":"read","PolicyDocument":)" + kListBuckets +
                       R"(,"Roles":["worker"],"Users":["ann"]})");
  auto made = create(type, first);
  ASSERT_TRUE(made.ok()) << made.fault().message;
  EXPECT_EQ(made->physicalId, "homew-Thing-ABCDEFGH1234");
  EXPECT_EQ(inlineOf("worker"), Names{"read"});
  EXPECT_EQ(run(&IamService::listUserPolicies, {.userName = "ann"})->policyNames, Names{"read"});

  std::string after =
      R"({"PolicyName":"read2","PolicyDocument":)" + kListBuckets + R"(,"Roles":["worker","other"]})";
  ASSERT_TRUE(update(type, first, made->physicalId, after).ok());
  EXPECT_EQ(inlineOf("worker"), Names{"read2"});
  EXPECT_EQ(inlineOf("other"), Names{"read2"});
  EXPECT_TRUE(run(&IamService::listUserPolicies, {.userName = "ann"})->policyNames.empty());
  EXPECT_EQ(readFault(type, request(after), made->physicalId), "");

  ASSERT_TRUE(run(&IamService::deleteRolePolicy, {"other", "read2"}).ok());
  ASSERT_TRUE(run(&IamService::deleteRole, {"other"}).ok());
  EXPECT_EQ(removalFault(type, request(after), made->physicalId), "");
  EXPECT_TRUE(inlineOf("worker").empty());
  EXPECT_EQ(readFault(type, request(after), made->physicalId), "NotFound");

  auto nobody = create(type, request(R"({"PolicyName":"read","PolicyDocument":)" + kListBuckets + "}"));
  ASSERT_FALSE(nobody.ok());
  EXPECT_EQ(nobody.fault().message, "At least one of [Groups,Roles,Users] must be non-empty.");
  EXPECT_EQ(create(type, request(R"({"PolicyName":"r","Roles":["none"],"PolicyDocument":)" + kListBuckets + "}"))
                .fault()
                .code,
            "NoSuchEntity");
}

TEST_F(IamResourcesTest, ManagedPolicy) {
  const std::string type = "AWS::IAM::ManagedPolicy";
  makeRole("worker");
  makeGroup("staff");
  auto before =
      request(R"({"ManagedPolicyName":"Read","PolicyDocument":)" + kListBuckets + R"(,"Roles":["worker"]})");
  auto made = create(type, before);
  ASSERT_TRUE(made.ok()) << made.fault().message;
  const std::string arn = "arn:aws:iam::111122223333:policy/Read";
  EXPECT_EQ(made->physicalId, arn);
  EXPECT_EQ(textOfAttribute(*made, "PolicyArn"), arn);
  EXPECT_EQ(textOfAttribute(*made, "AttachmentCount"), "1");
  EXPECT_EQ(textOfAttribute(*made, "DefaultVersionId"), "v1");

  // A new document is a new version; the oldest makes room.
  std::string after;
  for (int i = 2; i <= 7; ++i) {
    std::string document = kListBuckets;
    document.replace(document.find("ListAllMyBuckets"), 16, "Get" + std::to_string(i));
    after = R"({"ManagedPolicyName":"Read","PolicyDocument":)" + document + R"(,"Groups":["staff"]})";
    auto changed = update(type, before, arn, after);
    ASSERT_TRUE(changed.ok()) << changed.fault().message;
    EXPECT_EQ(textOfAttribute(*changed, "DefaultVersionId"), "v" + std::to_string(i));
    before = request(after);
  }
  EXPECT_EQ(run(&IamService::listPolicyVersions, {.policyArn = arn})->versions->size(), 5U);
  EXPECT_TRUE(attachedTo("worker").empty());
  auto same = update(type, before, arn, after);
  EXPECT_EQ(textOfAttribute(*same, "DefaultVersionId"), "v7");
  EXPECT_EQ(readFault(type, before, arn), "");

  ASSERT_TRUE(run(&IamService::attachRolePolicy, {"worker", arn}).ok());
  EXPECT_EQ(removalFault(type, before, arn), "DeleteConflict 409: Cannot delete a policy attached to entities.");
  ASSERT_TRUE(run(&IamService::detachRolePolicy, {"worker", arn}).ok());
  EXPECT_EQ(removalFault(type, before, arn), "");
  EXPECT_EQ(removalFault(type, before, arn), "");
  EXPECT_EQ(readFault(type, before, arn), "NotFound");
}

TEST_F(IamResourcesTest, UserAndGroup) {
  auto group = create("AWS::IAM::Group",
                      request(R"({"GroupName":"staff","ManagedPolicyArns":[")" + kBasicExecution + R"("]})"));
  ASSERT_TRUE(group.ok()) << group.fault().message;
  EXPECT_EQ(textOfAttribute(*group, "Arn"), "arn:aws:iam::111122223333:group/staff");
  makeGroup("other");

  const std::string type = "AWS::IAM::User";
  auto first = request(R"({"UserName":"ann","Path":"/x/","Groups":["staff"],"PermissionsBoundary":")" +
                       kBasicExecution + R"("})");
  auto made = create(type, first);
  ASSERT_TRUE(made.ok()) << made.fault().message;
  EXPECT_EQ(made->physicalId, "ann");
  EXPECT_EQ(textOfAttribute(*made, "Arn"), "arn:aws:iam::111122223333:user/x/ann");
  auto user = run(&IamService::getUser, {"ann"});
  EXPECT_TRUE(user->user.permissionsBoundary);
  EXPECT_EQ(user->user.tags->size(), 2U);

  std::string after = R"({"UserName":"ann","Groups":["other"],"Policies":[{"PolicyName":"p","PolicyDocument":)" +
                      kListBuckets + "}]}";
  auto changed = update(type, first, "ann", after);
  ASSERT_TRUE(changed.ok()) << changed.fault().message;
  EXPECT_EQ(textOfAttribute(*changed, "Arn"), "arn:aws:iam::111122223333:user/ann");
  auto groups = run(&IamService::listGroupsForUser, {.userName = "ann"});
  ASSERT_EQ(groups->groups.size(), 1U);
  EXPECT_EQ(groups->groups[0].groupName, "other");
  EXPECT_FALSE(run(&IamService::getUser, {"ann"})->user.permissionsBoundary);

  EXPECT_EQ(removalFault(type, request(after), "ann"), "");
  EXPECT_EQ(readFault(type, request(after), "ann"), "NotFound");
  EXPECT_EQ(
      removalFault("AWS::IAM::Group", request(R"({"ManagedPolicyArns":[")" + kBasicExecution + R"("]})"), "staff"),
      "");
  EXPECT_EQ(readFault("AWS::IAM::Group", request("{}"), "staff"), "NotFound");
}

TEST_F(IamResourcesTest, AccessKey) {
  const std::string type = "AWS::IAM::AccessKey";
  makeUser("ann");
  auto first = request(R"({"UserName":"ann"})");
  auto made = create(type, first);
  ASSERT_TRUE(made.ok()) << made.fault().message;
  auto signer = directory_->findKey(made->physicalId, "");
  ASSERT_TRUE(signer);
  EXPECT_EQ(textOfAttribute(*made, "SecretAccessKey"), signer->secretAccessKey);
  auto changed = update(type, first, made->physicalId, R"({"UserName":"ann","Status":"Inactive"})");
  ASSERT_TRUE(changed.ok());
  EXPECT_FALSE(directory_->findKey(made->physicalId, "")->active);
  EXPECT_EQ(changed->attributes, made->attributes);
  EXPECT_EQ(removalFault(type, first, made->physicalId), "");
  EXPECT_EQ(removalFault(type, first, made->physicalId), "");
  EXPECT_EQ(readFault(type, first, made->physicalId), "NotFound");
}

TEST_F(IamResourcesTest, UserToGroupAddition) {
  const std::string type = "AWS::IAM::UserToGroupAddition";
  for (const char* name : {"ann", "bob", "cid"}) makeUser(name);
  makeGroup("staff");
  makeGroup("crew");
  auto members = [&](const std::string& group) {
    Names names;
    auto got = run(&IamService::getGroup, {.groupName = group});
    for (const auto& user : got->users) names.push_back(*user.userName);
    return names;
  };
  auto first = request(R"({"GroupName":"staff","Users":["ann","bob"]})");
  auto made = create(type, first);
  ASSERT_TRUE(made.ok()) << made.fault().message;
  EXPECT_EQ(members("staff"), (Names{"ann", "bob"}));
  std::string second = R"({"GroupName":"staff","Users":["bob","cid"]})";
  ASSERT_TRUE(update(type, first, made->physicalId, second).ok());
  EXPECT_EQ(members("staff"), (Names{"bob", "cid"}));
  std::string third = R"({"GroupName":"crew","Users":["bob","cid"]})";
  ASSERT_TRUE(update(type, request(second), made->physicalId, third).ok());
  EXPECT_TRUE(members("staff").empty());
  EXPECT_EQ(members("crew"), (Names{"bob", "cid"}));
  EXPECT_EQ(removalFault(type, request(third), made->physicalId), "");
  EXPECT_TRUE(members("crew").empty());
}

}  // namespace
}  // namespace hearth::services::iam
