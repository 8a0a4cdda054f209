#include "server/guarded_provider.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "server/type_reads.h"
#include "services/apigateway/apigateway_access.h"
#include "services/cloudformation/cloudformation_access.h"
#include "services/events/events_access.h"
#include "services/iam/iam_access.h"
#include "services/lambda/lambda_access.h"
#include "services/logs/logs_access.h"
#include "services/s3/s3_access.h"
#include "services/scheduler/scheduler_access.h"
#include "services/secretsmanager/secretsmanager_access.h"
#include "services/ses/ses_access.h"
#include "services/ssm/ssm_access.h"

namespace hearth::server {
namespace {

using api::TypeNeed;
using Texts = std::vector<std::string>;

Texts needs(const api::ServiceAccess& service, std::string_view type, TypeNeed::When when,
            std::string_view properties, std::string_view former = "{}") {
  ports::ResourceRequest request;
  request.account = "111122223333";
  request.region = "eu-central-1";
  request.properties = base::parseJson(properties).value().as_object();
  request.oldProperties = base::parseJson(former).value().as_object();
  Texts texts;
  for (const api::TypeRule& rule : service.types) {
    if (rule.type != type) continue;
    for (const api::Access& access : accessesOf(rule, request, when, "the-id")) {
      texts.push_back(access.action + " " + access.resource);
      for (const auto& [key, values] : access.conditions) texts.back() += " " + key + "=" + values.at(0);
    }
  }
  return texts;
}

const std::string kFunction = "arn:aws:lambda:eu-central-1:111122223333:function:";
const std::string kIam = "arn:aws:iam::111122223333:";

TEST(GuardedProvider, WhatAFunctionNeeds) {
  const auto lambda = services::lambda::lambdaAccess();
  EXPECT_EQ(needs(lambda, "AWS::Lambda::Function", TypeNeed::kMake,
                  R"({"Role":"arn:aws:iam::111122223333:role/r","Code":{"S3Bucket":"b","S3Key":"k"},"Tags":[]})"),
            (Texts{"lambda:CreateFunction " + kFunction + "the-id",
                   "iam:PassRole " + kIam + "role/r iam:PassedToService=lambda.amazonaws.com",
                   "s3:GetObject arn:aws:s3:::b/k", "lambda:TagResource " + kFunction + "the-id"}));
  EXPECT_EQ(needs(lambda, "AWS::Lambda::Function", TypeNeed::kChange, R"({"Role":"r","Timeout":5})",
                  R"({"Role":"r","Timeout":3})"),
            Texts{"lambda:UpdateFunctionConfiguration " + kFunction + "the-id"});
  EXPECT_EQ(needs(lambda, "AWS::Lambda::Function", TypeNeed::kRemove, R"({"Role":"r"})"),
            Texts{"lambda:DeleteFunction " + kFunction + "the-id"});
  EXPECT_EQ(needs(lambda, "AWS::Lambda::Permission", TypeNeed::kMake,
                  "{\"FunctionName\":\"" + kFunction + R"(f","Principal":"events.amazonaws.com"})"),
            Texts{"lambda:AddPermission " + kFunction + "f lambda:Principal=events.amazonaws.com"});
}

// Of S3: whoever may read what is current may not therefore read what was there before.
TEST(GuardedProvider, AVersionOfAnObjectIsAnotherRight) {
  const auto lambda = services::lambda::lambdaAccess();
  const auto code = [](const std::string& version) {
    return R"({"Code":{"S3Bucket":"b","S3Key":"k","S3ObjectVersion":")" + version + R"("}})";
  };
  const std::string create = "lambda:CreateFunction " + kFunction + "the-id";
  const std::string read = "s3:GetObjectVersion arn:aws:s3:::b/k s3:VersionId=v";
  EXPECT_EQ(needs(lambda, "AWS::Lambda::Function", TypeNeed::kMake, code("v")), (Texts{create, read}));
  EXPECT_EQ(needs(lambda, "AWS::Lambda::Function", TypeNeed::kChange, code("v"), code("u")),
            (Texts{"lambda:UpdateFunctionCode " + kFunction + "the-id", read}));
  EXPECT_EQ(needs(lambda, "AWS::Lambda::Function", TypeNeed::kMake, code("")),
            (Texts{create, "s3:GetObject arn:aws:s3:::b/k"}));
  const auto apigateway = services::apigateway::apigatewayAccess();
  EXPECT_EQ(needs(apigateway, "AWS::ApiGateway::RestApi", TypeNeed::kMake,
                  R"({"BodyS3Location":{"Bucket":"b","Key":"k","Version":"v"}})")
                .back(),
            read);
  const auto stacks = services::cloudformation::cloudformationAccess({});
  const auto nested = [&](const std::string& query) {
    return needs(stacks, "AWS::CloudFormation::Stack", TypeNeed::kMake,
                 R"({"TemplateURL":"https://b.s3.amazonaws.com/k)" + query + R"("})")
        .back();
  };
  EXPECT_EQ(nested("?versionId=v"), read);
  EXPECT_EQ(nested("?a=b&versionId=v&c=d"), read);
  EXPECT_EQ(nested(""), "s3:GetObject arn:aws:s3:::b/k");
  EXPECT_EQ(nested("?versionId="), "s3:GetObject arn:aws:s3:::b/k");
  // The document is read again where another part of it changes.
  EXPECT_EQ(needs(apigateway, "AWS::ApiGateway::RestApi", TypeNeed::kChange,
                  R"({"BodyS3Location":{"Bucket":"b","Key":"k"},"Parameters":{"a":"1"}})",
                  R"({"BodyS3Location":{"Bucket":"b","Key":"k"}})")
                .back(),
            "s3:GetObject arn:aws:s3:::b/k");
}

TEST(GuardedProvider, WhatParametersAndSecretsNeed) {
  const auto ssm = services::ssm::ssmAccess();
  const std::string parameter = " arn:aws:ssm:eu-central-1:111122223333:parameter/";
  EXPECT_EQ(needs(ssm, "AWS::SSM::Parameter", TypeNeed::kMake, R"({"Name":"/a/b","Tags":{"k":"v"}})"),
            (Texts{"ssm:PutParameter" + parameter + "a/b", "ssm:AddTagsToResource" + parameter + "a/b"}));
  EXPECT_EQ(needs(ssm, "AWS::SSM::Parameter", TypeNeed::kMake, R"({"Value":"v"})"),
            Texts{"ssm:PutParameter" + parameter + "CFN-*"});
  EXPECT_EQ(needs(ssm, "AWS::SSM::Parameter", TypeNeed::kRemove, "{}"),
            Texts{"ssm:DeleteParameter" + parameter + "the-id"});
  const auto secrets = services::secretsmanager::secretsmanagerAccess({});
  EXPECT_EQ(needs(secrets, "AWS::SecretsManager::Secret", TypeNeed::kMake, R"({"GenerateSecretString":{}})"),
            (Texts{"secretsmanager:CreateSecret the-id", "secretsmanager:GetRandomPassword *"}));
  EXPECT_EQ(needs(secrets, "AWS::SecretsManager::Secret", TypeNeed::kChange, R"({"SecretString":"a"})"),
            Texts{"secretsmanager:UpdateSecret the-id"});
}

TEST(GuardedProvider, WhatADocumentOfAnApiNeeds) {
  const auto apigateway = services::apigateway::apigatewayAccess();
  const std::string apis = "arn:aws:apigateway:eu-central-1::/restapis";
  EXPECT_EQ(needs(apigateway, "AWS::ApiGateway::RestApi", TypeNeed::kMake, R"({"Name":"n"})"),
            Texts{"apigateway:POST " + apis});
  // Roles wherever they stand in it are handed on.
  EXPECT_EQ(needs(apigateway, "AWS::ApiGateway::RestApi", TypeNeed::kMake, R"({"Body":{"paths":{"/a":{"get":
      {"x-amazon-apigateway-integration":{"credentials":"arn:aws:iam::111122223333:role/r"}}}},"x":[{"credentials":
      "arn:aws:iam::111122223333:role/s"}]}})"),
            (Texts{"apigateway:POST " + apis, "apigateway:PUT " + apis + "/the-id",
                   "iam:PassRole " + kIam + "role/r iam:PassedToService=apigateway.amazonaws.com",
                   "iam:PassRole " + kIam + "role/s iam:PassedToService=apigateway.amazonaws.com"}));
  // Who may call it is said in it, or not any more.
  const std::string policy = R"({"Body":{"x-amazon-apigateway-policy":{}}})";
  const Texts changed = {"apigateway:PATCH " + apis + "/the-id", "apigateway:PUT " + apis + "/the-id",
                         "apigateway:UpdateRestApiPolicy " + apis + "/the-id"};
  const auto change = [&](const std::string& now, const std::string& before) {
    return needs(apigateway, "AWS::ApiGateway::RestApi", TypeNeed::kChange, now, before);
  };
  EXPECT_EQ(change(policy, R"({"Body":{}})"), changed);
  EXPECT_EQ(change(R"({"Body":{}})", policy), changed);
  EXPECT_EQ(change(policy, policy), (Texts{"apigateway:PATCH " + apis + "/the-id"}));
  EXPECT_EQ(
      needs(apigateway, "AWS::ApiGateway::RestApi", TypeNeed::kChange,
            R"({"BodyS3Location":{"Bucket":"b","Key":"k"}})", R"({"BodyS3Location":{"Bucket":"b","Key":"j"}})"),
      (Texts{"apigateway:PATCH " + apis + "/the-id", "apigateway:PUT " + apis + "/the-id",
             "s3:GetObject arn:aws:s3:::b/k"}));
}

TEST(GuardedProvider, WhatARoleNeeds) {
  const auto iam = services::iam::iamAccess({});
  EXPECT_EQ(needs(iam, "AWS::IAM::Role", TypeNeed::kMake,
                  R"({"Path":"/app/","ManagedPolicyArns":["arn:a","arn:b"],"PermissionsBoundary":"arn:p"})"),
            (Texts{"iam:CreateRole " + kIam + "role/app/the-id iam:PermissionsBoundary=arn:p",
                   "iam:AttachRolePolicy " + kIam + "role/app/the-id iam:PolicyARN=arn:a",
                   "iam:AttachRolePolicy " + kIam + "role/app/the-id iam:PolicyARN=arn:b"}));
  EXPECT_EQ(needs(iam, "AWS::IAM::Role", TypeNeed::kRemove, R"({"Policies":[{}]})"),
            (Texts{"iam:DeleteRolePolicy " + kIam + "role/the-id", "iam:DeleteRole " + kIam + "role/the-id"}));
  EXPECT_EQ(needs(iam, "AWS::IAM::Policy", TypeNeed::kMake, R"({"PolicyName":"p","Roles":["r","s"]})"),
            (Texts{"iam:PutRolePolicy " + kIam + "role/r", "iam:PutRolePolicy " + kIam + "role/s"}));
}

TEST(GuardedProvider, WhatAChangeTakesAwayIsAskedFor) {
  const auto iam = services::iam::iamAccess({});
  const std::string role = kIam + "role/the-id";
  EXPECT_EQ(needs(iam, "AWS::IAM::Role", TypeNeed::kChange, R"({"ManagedPolicyArns":["arn:b"]})",
                  R"({"ManagedPolicyArns":["arn:a","arn:b"],"PermissionsBoundary":"arn:p",
                      "Policies":[{"PolicyName":"x"}],"Tags":[{"Key":"k","Value":"v"}]})"),
            (Texts{"iam:PutRolePolicy " + role, "iam:AttachRolePolicy " + role + " iam:PolicyARN=arn:b",
                   "iam:DeleteRolePolicy " + role, "iam:DetachRolePolicy " + role + " iam:PolicyARN=arn:a",
                   "iam:DeleteRolePermissionsBoundary " + role, "iam:PutRolePermissionsBoundary " + role,
                   "iam:UntagRole " + role, "iam:TagRole " + role}));
  EXPECT_EQ(needs(iam, "AWS::IAM::Role", TypeNeed::kChange, R"({"PermissionsBoundary":"arn:q"})",
                  R"({"PermissionsBoundary":"arn:p"})"),
            Texts{"iam:PutRolePermissionsBoundary " + role + " iam:PermissionsBoundary=arn:q"});
  EXPECT_EQ(needs(iam, "AWS::IAM::Policy", TypeNeed::kChange, R"({"PolicyName":"p","Roles":["s"]})",
                  R"({"PolicyName":"p","Roles":["r","s"]})"),
            (Texts{"iam:PutRolePolicy " + kIam + "role/s", "iam:DeleteRolePolicy " + kIam + "role/r"}));
  EXPECT_EQ(needs(iam, "AWS::IAM::UserToGroupAddition", TypeNeed::kChange, R"({"GroupName":"h","Users":["ann"]})",
                  R"({"GroupName":"g","Users":["ann","eve"]})"),
            (Texts{"iam:AddUserToGroup " + kIam + "group/h", "iam:RemoveUserFromGroup " + kIam + "group/g",
                   "iam:RemoveUserFromGroup " + kIam + "group/g"}));
}

TEST(GuardedProvider, WhatARulesTargetsNeed) {
  const auto events = services::events::eventsAccess();
  const std::string rule = "arn:aws:events:eu-central-1:111122223333:rule/the-id";
  EXPECT_EQ(needs(events, "AWS::Events::Rule", TypeNeed::kChange, R"({"Targets":[{"Id":"1","Arn":"a"}]})",
                  R"({"Targets":[{"Id":"1","Arn":"a"},{"Id":"2","Arn":"b"}]})"),
            (Texts{"events:PutRule " + rule, "events:PutTargets " + rule + " events:TargetArn=a",
                   "events:RemoveTargets " + rule}));
}

TEST(GuardedProvider, NamesStandForTheirArns) {
  const services::iam::IamNames names{
      .arnOf =
          [](std::string_view kind, const std::string& account, const std::string& name) {
            return "arn:aws:iam::" + account + ":" + std::string(kind) + "/p/" + name;
          },
      .boundaryOf = {},
      .userOfKey = {}};
  const auto iam = services::iam::iamAccess(names);
  EXPECT_EQ(needs(iam, "AWS::IAM::Policy", TypeNeed::kMake, R"({"Roles":["r"],"Users":["u"],"Groups":["g"]})"),
            (Texts{"iam:PutRolePolicy " + kIam + "role/p/r", "iam:PutUserPolicy " + kIam + "user/p/u",
                   "iam:PutGroupPolicy " + kIam + "group/p/g"}));
  EXPECT_EQ(needs(iam, "AWS::IAM::AccessKey", TypeNeed::kMake, R"({"UserName":"u"})"),
            Texts{"iam:CreateAccessKey " + kIam + "user/p/u"});
  EXPECT_EQ(needs(iam, "AWS::IAM::User", TypeNeed::kMake, R"({"Path":"/q/"})"),
            Texts{"iam:CreateUser " + kIam + "user/q/the-id"});
  EXPECT_EQ(needs(iam, "AWS::IAM::User", TypeNeed::kChange, R"({"Path":"/q/"})", R"({"Path":"/p/"})"),
            (Texts{"iam:UpdateUser " + kIam + "user/p/the-id", "iam:UpdateUser " + kIam + "user/q/the-id"}));
  EXPECT_EQ(needs(iam, "AWS::IAM::User", TypeNeed::kRemove, "{}"),
            Texts{"iam:DeleteUser " + kIam + "user/p/the-id"});
  const auto lambda = services::lambda::lambdaAccess();
  EXPECT_EQ(needs(lambda, "AWS::Lambda::Permission", TypeNeed::kRemove, R"({"FunctionName":"f:prod"})"),
            Texts{"lambda:RemovePermission " + kFunction + "f:prod"});
  EXPECT_EQ(needs(lambda, "AWS::Lambda::Version", TypeNeed::kMake, R"({"FunctionName":"111122223333:function:f"})"),
            Texts{"lambda:PublishVersion " + kFunction + "f"});
}

TEST(GuardedProvider, WhatAScheduleNeeds) {
  const auto scheduler = services::scheduler::schedulerAccess();
  const std::string schedule = "arn:aws:scheduler:eu-central-1:111122223333:schedule/default/the-id";
  EXPECT_EQ(needs(scheduler, "AWS::Scheduler::Schedule", TypeNeed::kMake,
                  R"({"Target":{"RoleArn":"arn:aws:iam::111122223333:role/r"}})"),
            (Texts{"scheduler:CreateSchedule " + schedule,
                   "iam:PassRole " + kIam + "role/r iam:PassedToService=scheduler.amazonaws.com"}));
}

// --- in somebody's rights

const std::string kActor = kIam + "role/deploy";

// The policies of one role, and of one bucket.
class Policies final : public ports::PolicySource, public ports::ResourcePolicySource {
 public:
  std::vector<ports::PolicyText> texts;
  std::optional<std::string> ofBucket;  // absent: there is no bucket
  std::uint64_t generation = 1;

  ports::PrincipalPolicies policiesOf(const std::string& arn) const override { return {arn, {}, texts}; }
  std::uint64_t policyGeneration() const override { return generation; }
  std::string_view policyHolder(std::string_view action, std::string_view resource) const override {
    return action == "s3:CreateBucket" ? std::string_view() : resource;
  }
  Result<ports::ResourcePolicy> resourcePolicyOf(const std::string&) const override {
    if (!ofBucket) return Fault("NoSuchBucket", "The specified bucket does not exist", 404);
    return ports::ResourcePolicy{"111122223333", *ofBucket};
  }
  bool hasPolicies() const override { return true; }
  std::uint64_t resourcePolicyGeneration() const override { return generation; }
};

class Roles final : public ports::CredentialIssuer {
 public:
  std::string account = "111122223333";
  Result<void> checkAssumable(const std::string&, const std::string& service, const std::string& asked) override {
    if (service == "cloudformation.amazonaws.com" && asked == account) return {};
    return Fault("AccessDenied", "The role cannot be taken.", 403);
  }
  Result<ports::RoleCredentials> assumeForService(const std::string&, const std::string&, const std::string&,
                                                  const std::string&) override {
    return Fault("AccessDenied", "Stacks take no credentials.", 403);
  }
};

// Makes what it is told to make; that may be what lets its own actor do so.
class Maker final : public ports::ResourceProvider {
 public:
  Maker(std::string type, std::function<void()> make) : spec_{.type = std::move(type)}, make_(std::move(make)) {}
  const ports::ResourceSpec& spec() const override { return spec_; }
  Result<ports::ResourceState> create(const ports::ResourceRequest&) override { return make(); }
  Result<ports::ResourceState> update(const ports::ResourceRequest&) override { return make(); }
  Result<void> remove(const ports::ResourceRequest&) override {
    make_();
    return {};
  }
  Result<ports::ResourceState> read(const ports::ResourceRequest&) override { return ports::ResourceState{}; }

 private:
  Result<ports::ResourceState> make() {
    make_();
    return ports::ResourceState{"the-id", {}};
  }
  ports::ResourceSpec spec_;
  std::function<void()> make_;
};

std::string allowing(const std::string& action, const std::string& rest = "") {
  return R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":")" + action + R"(","Resource":"*")" +
         rest + "}}";
}

class InRightsTest : public ::testing::Test {
 protected:
  InRightsTest()
      : folder_(makeFolder()), database_(folder_ + "/hearth.db"), authority_(database_, policies_, clock_) {
    authority_.addResourcePolicies("s3", policies_);
    authority_.addKeys({"iam:PermissionsBoundary", "iam:PassedToService", "iam:PolicyARN", "s3:x-amz-acl"});
    request_.account = "111122223333";
    request_.region = "eu-central-1";
    request_.actor = kActor;
  }
  ~InRightsTest() override {
    database_.stop();
    base::removeTree(folder_);
  }
  static std::string makeFolder() {
    std::string pattern = ::testing::TempDir() + "hearth-guard-XXXXXX";
    return ::mkdtemp(pattern.data());
  }
  void grant(const std::string& document, ports::PolicyPart part = ports::PolicyPart::kGrant) {
    policies_.texts.push_back({part, "p", "", kActor, document});
    ++policies_.generation;
  }
  // On the writer thread, as in the engine; what `make` does is not committed when it is asked about.
  std::string run(
      const std::string& type, TypeNeed::When when, const std::string& properties,
      std::function<void()> make = [] {}) {
    const std::vector<api::ServiceAccess> all = {services::iam::iamAccess({}), services::s3::s3Access()};
    const api::TypeRule* rule = nullptr;
    for (const api::ServiceAccess& service : all)
      for (const api::TypeRule& each : service.types)
        if (each.type == type) rule = &each;
    GuardedProvider provider(std::make_unique<Maker>(type, std::move(make)), rule, authority_, roles_, clock_);
    request_.properties = base::parseJson(properties).value().as_object();
    request_.physicalId = when == TypeNeed::kMake ? "" : "the-id";
    auto done = database_.writeAndWait([&]() -> Result<void> {
      if (when == TypeNeed::kRemove) return provider.remove(request_);
      auto state = when == TypeNeed::kMake ? provider.create(request_) : provider.update(request_);
      if (!state.ok()) return std::move(state).fault();
      return {};
    });
    return done.ok() ? "done" : done.fault().code;
  }

  std::string folder_;
  store::Database database_;
  base::ManualClock clock_{base::parseIso8601("2026-03-01T12:00:00Z").value()};
  Policies policies_;
  Roles roles_;
  identity::Authority authority_;
  ports::ResourceRequest request_;
};

const std::string kOwnPolicy = R"({"PolicyName":"p","Roles":["deploy"]})";

TEST_F(InRightsTest, AStackDoesWhatItsRoleMay) {
  EXPECT_EQ(run("AWS::IAM::Policy", TypeNeed::kMake, kOwnPolicy), "AccessDenied");
  grant(allowing("iam:PutRolePolicy"));
  EXPECT_EQ(run("AWS::IAM::Policy", TypeNeed::kMake, kOwnPolicy), "done");
  EXPECT_EQ(run("AWS::IAM::Policy", TypeNeed::kChange, kOwnPolicy), "done");
  EXPECT_EQ(run("AWS::IAM::Policy", TypeNeed::kRemove, kOwnPolicy), "AccessDenied");
  roles_.account = "444455556666";
  EXPECT_EQ(run("AWS::IAM::Policy", TypeNeed::kMake, kOwnPolicy), "AccessDenied");
}

TEST_F(InRightsTest, APolicyDoesNotAllowItsOwnMaking) {
  const auto letIn = [&] { grant(allowing("*")); };
  EXPECT_EQ(run("AWS::IAM::Policy", TypeNeed::kMake, kOwnPolicy, letIn), "AccessDenied");
  policies_.texts.clear();
  EXPECT_EQ(run("AWS::IAM::Policy", TypeNeed::kChange, kOwnPolicy, letIn), "AccessDenied");
  policies_.texts.clear();
  ++policies_.generation;
  EXPECT_EQ(run("AWS::IAM::Role", TypeNeed::kMake, R"({"Policies":[{"PolicyName":"p"}]})", letIn), "AccessDenied");
}

TEST_F(InRightsTest, ABucketPolicyDoesNotAllowItsOwnMaking) {
  policies_.ofBucket = "";
  const auto letIn = [&] {
    policies_.ofBucket = allowing("s3:*", R"(,"Principal":{"AWS":")" + kActor + R"("})");
    ++policies_.generation;
  };
  EXPECT_EQ(run("AWS::S3::BucketPolicy", TypeNeed::kMake, R"({"Bucket":"b"})", letIn), "AccessDenied");
  policies_.ofBucket = "";
  EXPECT_EQ(run("AWS::S3::BucketPolicy", TypeNeed::kChange, R"({"Bucket":"b"})", letIn), "AccessDenied");
}

TEST_F(InRightsTest, ABoundaryIsNotTakenAwayByWhatItForbids) {
  grant(allowing("*"));
  grant(allowing("s3:*"), ports::PolicyPart::kBoundary);
  const auto takeAway = [&] {
    policies_.texts.pop_back();
    ++policies_.generation;
  };
  request_.oldProperties = base::parseJson(R"({"PermissionsBoundary":"arn:b"})").value().as_object();
  EXPECT_EQ(run("AWS::IAM::Role", TypeNeed::kChange, R"({"PermissionsBoundary":"arn:c"})", takeAway),
            "AccessDenied");
}

// A bucket is not there when its making is asked about, and has no policy afterwards.
TEST_F(InRightsTest, ANewBucketIsAskedAboutByItsName) {
  grant(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*",)"
        R"("Resource":"arn:aws:s3:::the-id"}})");
  const std::string properties = R"({"Tags":[]})";
  EXPECT_EQ(run("AWS::S3::Bucket", TypeNeed::kMake, properties, [&] { policies_.ofBucket = ""; }), "done");
  policies_.texts.clear();
  ++policies_.generation;
  EXPECT_EQ(run("AWS::S3::Bucket", TypeNeed::kMake, properties), "AccessDenied");
}

// What a template says is not what a request would say: a condition on what is not known opens nothing.
TEST_F(InRightsTest, WhatIsNotGivenIsNotTakenForAbsent) {
  grant(
      allowing("iam:PutRolePolicy", R"(,"Condition":{"StringNotEqualsIfExists":{"aws:RequestTag/team":"other"}})"));
  EXPECT_EQ(run("AWS::IAM::Policy", TypeNeed::kMake, kOwnPolicy), "AccessDenied");
}

TEST_F(InRightsTest, AUserWhosePathSaysRoleIsNoRole) {
  request_.actor = kIam + "user/x:role/ann";
  roles_.account = "";  // no role can be taken
  grant(allowing("iam:PutRolePolicy"));
  EXPECT_EQ(run("AWS::IAM::Policy", TypeNeed::kMake, kOwnPolicy), "done");
}

TEST_F(InRightsTest, WhoLooksMustBeAllowedToRead) {
  const auto ssm = services::ssm::ssmAccess();
  GuardedProvider provider(std::make_unique<Maker>("AWS::SSM::Parameter", [] {}), &ssm.types.front(), authority_,
                           roles_, clock_);
  request_.physicalId = "/conf";
  EXPECT_EQ(provider.read(request_).fault().code, "AccessDeniedException");
  grant(allowing("ssm:PutParameter"));
  EXPECT_EQ(provider.read(request_).fault().code, "AccessDeniedException");
  grant(allowing("ssm:GetParameters"));
  EXPECT_TRUE(provider.read(request_).ok());
  request_.actor.clear();
  EXPECT_TRUE(provider.read(request_).ok());
  // Every type that can be made can be seen by somebody.
  const auto check = [](const api::ServiceAccess& service) {
    for (const api::TypeRule& rule : service.types) EXPECT_FALSE(readNeedsOf(rule.type).empty()) << rule.type;
  };
  check(ssm);
  check(services::apigateway::apigatewayAccess());
  check(services::events::eventsAccess());
  check(services::iam::iamAccess({}));
  check(services::lambda::lambdaAccess());
  check(services::logs::logsAccess());
  check(services::s3::s3Access());
  check(services::scheduler::schedulerAccess());
  check(services::secretsmanager::secretsmanagerAccess({}));
  check(services::ses::sesAccess());
}

}  // namespace
}  // namespace hearth::server
