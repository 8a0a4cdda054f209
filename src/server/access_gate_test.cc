#include "server/access_gate.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>

#include "api/apigateway.h"
#include "api/cloudformation.h"
#include "api/document.h"
#include "api/ecr.h"
#include "api/events.h"
#include "api/iam.h"
#include "api/lambda.h"
#include "api/logs.h"
#include "api/s3.h"
#include "api/scheduler.h"
#include "api/secretsmanager.h"
#include "api/ses.h"
#include "api/ssm.h"
#include "api/sts.h"
#include "base/bytes.h"
#include "base/file.h"
#include "services/apigateway/apigateway_access.h"
#include "services/cloudformation/cloudformation_access.h"
#include "services/ecr/ecr_access.h"
#include "services/events/events_access.h"
#include "services/iam/iam_access.h"
#include "services/lambda/lambda_access.h"
#include "services/logs/logs_access.h"
#include "services/s3/s3_access.h"
#include "services/scheduler/scheduler_access.h"
#include "services/secretsmanager/secretsmanager_access.h"
#include "services/ses/ses_access.h"
#include "services/ssm/ssm_access.h"
#include "services/sts/sts_access.h"

namespace hearth::server {
namespace {

using api::Access;
using api::ServiceAccess;

const std::vector<const api::Service*> kServices = {&api::apigateway::kService,
                                                    &api::cloudformation::kService,
                                                    &api::ecr::kService,
                                                    &api::events::kService,
                                                    &api::iam::kService,
                                                    &api::lambda::kService,
                                                    &api::logs::kService,
                                                    &api::s3::kService,
                                                    &api::scheduler::kService,
                                                    &api::ses::kService,
                                                    &api::secretsmanager::kService,
                                                    &api::ssm::kService,
                                                    &api::sts::kService};

services::iam::IamNames names() {
  return {.arnOf =
              [](std::string_view kind, const std::string& account, const std::string& name) {
                return "arn:aws:iam::" + account + ":" + std::string(kind) + "/p/" + name;
              },
          .boundaryOf = [](std::string_view, const std::string&, const std::string&) -> std::optional<std::string> {
            return "arn:aws:iam::aws:policy/ReadOnlyAccess";
          },
          .userOfKey = [](const std::string&, const std::string&) { return std::string("ann"); }};
}

// There is the stack "live", with the resource "bucket-1".
services::cloudformation::StackNames stackNames() {
  const std::string live = "arn:aws:cloudformation:eu-central-1:111122223333:stack/live/7";
  auto when = [live](const std::string& known) {
    return
        [live, known](const api::Call&, const std::string& name) { return name == known ? live : std::string(); };
  };
  return {.ofStack = when("live"), .ofChangeSet = when("arn:set"), .ofResource = when("bucket-1")};
}

std::string secretName(const std::string& account, const std::string& region, const std::string& id) {
  return "arn:aws:secretsmanager:" + region + ":" + account + ":secret:" + id + "-aB3dE6";
}

std::vector<ServiceAccess> allRules() {
  return {services::s3::s3Access(),
          services::lambda::lambdaAccess(),
          services::sts::stsAccess(),
          services::apigateway::apigatewayAccess(),
          services::events::eventsAccess(),
          services::ecr::ecrAccess(),
          services::cloudformation::cloudformationAccess(stackNames()),
          services::logs::logsAccess(),
          services::scheduler::schedulerAccess(),
          services::ses::sesAccess(),
          services::ssm::ssmAccess(),
          services::secretsmanager::secretsmanagerAccess(secretName),
          services::iam::iamAccess(names())};
}

std::string wrongWith(const std::vector<ServiceAccess>& rules) {
  try {
    bindRules(kServices, rules);
    return "";
  } catch (const std::logic_error& error) {
    return error.what();
  }
}

TEST(AccessGate, EveryOperationHasARule) { EXPECT_EQ(wrongWith(allRules()), ""); }

TEST(AccessGate, AnOperationWithoutARuleIsNoticed) {
  auto rules = allRules();
  std::erase_if(rules[0].rules, [](const api::AccessRule& rule) { return rule.operation == "GetObject"; });
  EXPECT_EQ(wrongWith(rules), "no access rule for GetObject");
  rules = allRules();
  rules[0].rules.push_back({"GetObjectTorrent", "s3:GetObjectTorrent", "*"});
  EXPECT_EQ(wrongWith(rules), "an access rule for no operation: GetObjectTorrent");
  rules = allRules();
  rules[0].rules.push_back(rules[0].rules[0]);
  EXPECT_EQ(wrongWith(rules), "two access rules for " + std::string(rules[0].rules[0].operation));
  rules = allRules();
  rules[0].rules[0].resource = "arn:aws:s3:::{Buckett}";
  EXPECT_EQ(wrongWith(rules), std::string(rules[0].rules[0].operation) + " has no member Buckett");
  rules.pop_back();
  rules[0] = services::s3::s3Access();
  EXPECT_EQ(wrongWith(rules), "no access rules for iam");
}

// Every service's actions are its own, and every condition key that a rule gives a value to is declared: what is
// not would be taken for unknown.
TEST(AccessGate, ActionsHaveTheirServicesPrefix) {
  for (const ServiceAccess& service : allRules())
    for (const api::AccessRule& rule : service.rules)
      EXPECT_TRUE(rule.action.starts_with(std::string(service.service) + ":")) << rule.operation;
}

class RulesTest : public ::testing::Test {
 protected:
  RulesTest() {
    call_.account = call_.principal.account = "111122223333";
    call_.principal.arn = "arn:aws:iam::111122223333:user/p/ann";
    call_.region = "eu-central-1";
  }

  // "action resource" of each access, and its conditions behind it.
  std::vector<std::string> needs(const api::Operation& operation, const std::string& input) {
    api::AnyShape shape = operation.makeInput();
    auto document = base::parseJson(input);
    EXPECT_TRUE(document.ok()) << input;
    auto read = api::readJson(*operation.input, shape.data(), *document, api::kRecordStyle);
    EXPECT_TRUE(read.ok()) << input << (read.ok() ? "" : read.fault().message);
    const auto all = allRules();
    const ServiceAccess* service = nullptr;
    const api::AccessRule* found = nullptr;
    for (const ServiceAccess& each : all)
      if (each.service == operation.service->id) service = &each;
    for (const api::AccessRule& rule : service->rules)
      if (rule.operation == operation.name) found = &rule;
    if (!found) return {"no rule"};
    auto accesses = api::accessesOf(*found, call_, api::InputView(*operation.input, shape.data()));
    if (!accesses.ok()) return {accesses.fault().code};
    std::vector<std::string> texts;
    for (const Access& access : *accesses) {
      texts.push_back(access.action + " " + access.resource);
      for (const auto& [key, values] : access.conditions) {
        for (const std::string& value : values) texts.back() += " " + key + "=" + value;
        checkDeclared(all, key);
      }
    }
    return texts;
  }

  static void checkDeclared(const std::vector<ServiceAccess>& all, const std::string& key) {
    const bool declared = std::any_of(all.begin(), all.end(), [&](const ServiceAccess& service) {
      return std::any_of(service.keys.begin(), service.keys.end(), [&](std::string_view each) {
        return base::equalsIgnoreCase(each, key) || (each.ends_with('/') && key.starts_with(each));
      });
    });
    EXPECT_TRUE(declared) << key;
  }

  api::Call call_;
};

using Texts = std::vector<std::string>;

TEST_F(RulesTest, ParametersAndSecrets) {
  const std::string parameter = " arn:aws:ssm:eu-central-1:111122223333:parameter/";
  {
    using namespace api::ssm;
    EXPECT_EQ(needs(kGetParameter, R"({"Name":"/a/b:3"})"), Texts{"ssm:GetParameter" + parameter + "a/b"});
    EXPECT_EQ(needs(kGetParameters, R"({"Names":["x","arn:aws:ssm:eu-central-1:111122223333:parameter/a/b"]})"),
              (Texts{"ssm:GetParameters" + parameter + "x", "ssm:GetParameters" + parameter + "a/b"}));
    EXPECT_EQ(needs(kGetParametersByPath, R"({"Path":"/a"})"),
              Texts{"ssm:GetParametersByPath" + parameter + "a ssm:Recursive=false"});
    EXPECT_EQ(needs(kPutParameter, R"({"Name":"x","Value":"v","Tags":[{"Key":"k","Value":"v"}]})"),
              (Texts{"ssm:PutParameter" + parameter + "x ssm:Overwrite=false",
                     "ssm:AddTagsToResource" + parameter + "x"}));
    EXPECT_EQ(needs(kDescribeParameters, "{}"), Texts{"ssm:DescribeParameters *"});
  }
  using namespace api::secretsmanager;
  const std::string secret = " arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-";
  EXPECT_EQ(needs(kGetSecretValue, R"({"SecretId":"db","VersionStage":"AWSCURRENT"})"),
            Texts{"secretsmanager:GetSecretValue" + secret +
                  "aB3dE6 secretsmanager:SecretId=db secretsmanager:VersionStage=AWSCURRENT"});
  EXPECT_EQ(needs(kCreateSecret, R"({"Name":"db"})"),
            Texts{"secretsmanager:CreateSecret" + secret + "?????? secretsmanager:Name=db"});
}

TEST_F(RulesTest, S3) {
  using namespace api::s3;
  EXPECT_EQ(needs(kGetObject, R"({"Bucket":"b","Key":"a/b c"})"), Texts{"s3:GetObject arn:aws:s3:::b/a/b c"});
  EXPECT_EQ(needs(kHeadObject, R"({"Bucket":"b","Key":"k","VersionId":"v"})"),
            Texts{"s3:GetObjectVersion arn:aws:s3:::b/k s3:VersionId=v"});
  EXPECT_EQ(needs(kDeleteObject, R"({"Bucket":"b","Key":"k","VersionId":"v"})"),
            Texts{"s3:DeleteObjectVersion arn:aws:s3:::b/k s3:VersionId=v"});
  EXPECT_EQ(needs(kListObjectsV2, R"({"Bucket":"b","Prefix":"p/","Delimiter":"/","MaxKeys":5})"),
            Texts{"s3:ListBucket arn:aws:s3:::b s3:prefix=p/ s3:delimiter=/ s3:max-keys=5"});
  EXPECT_EQ(needs(kHeadBucket, R"({"Bucket":"b"})"), Texts{"s3:ListBucket arn:aws:s3:::b"});
  EXPECT_EQ(needs(kListBuckets, "{}"), Texts{"s3:ListAllMyBuckets *"});
  EXPECT_EQ(needs(kPutObject,
                  R"({"Bucket":"b","Key":"k","ACL":"private","Tagging":"a=1","ServerSideEncryption":"AES256"})"),
            (Texts{"s3:PutObject arn:aws:s3:::b/k s3:x-amz-acl=private s3:x-amz-server-side-encryption=AES256 "
                   "s3:RequestObjectTag/a=1 s3:RequestObjectTagKeys=a",
                   "s3:PutObjectAcl arn:aws:s3:::b/k", "s3:PutObjectTagging arn:aws:s3:::b/k"}));
  EXPECT_EQ(needs(kCopyObject, R"({"Bucket":"b","Key":"k","CopySource":"/c/x%20y?versionId=v"})"),
            (Texts{"s3:PutObject arn:aws:s3:::b/k s3:x-amz-copy-source=c/x y",
                   "s3:GetObjectVersion arn:aws:s3:::c/x y s3:VersionId=v"}));
  EXPECT_EQ(needs(kUploadPartCopy, R"({"Bucket":"b","Key":"k","CopySource":"c/x","PartNumber":1,"UploadId":"u"})"),
            (Texts{"s3:PutObject arn:aws:s3:::b/k s3:x-amz-copy-source=c/x", "s3:GetObject arn:aws:s3:::c/x"}));
  EXPECT_EQ(needs(kCopyObject, R"({"Bucket":"b","Key":"k","CopySource":"/c/x?versionId="})").back(),
            "s3:GetObject arn:aws:s3:::c/x");
  EXPECT_EQ(needs(kCopyObject, R"({"Bucket":"b","Key":"k","CopySource":"nothing"})"), Texts{"InvalidArgument"});
  EXPECT_EQ(needs(kGetBucketEncryption, R"({"Bucket":"b"})"),
            Texts{"s3:GetEncryptionConfiguration arn:aws:s3:::b"});
}

TEST_F(RulesTest, Lambda) {
  using namespace api::lambda;
  const std::string function = "arn:aws:lambda:eu-central-1:111122223333:function:f";
  EXPECT_EQ(needs(kInvoke, R"({"FunctionName":"f"})"), Texts{"lambda:InvokeFunction " + function});
  EXPECT_EQ(needs(kInvoke, R"({"FunctionName":"f:live"})"), Texts{"lambda:InvokeFunction " + function + ":live"});
  EXPECT_EQ(needs(kInvoke, R"({"FunctionName":"111122223333:function:f","Qualifier":"7"})"),
            Texts{"lambda:InvokeFunction " + function + ":7"});
  EXPECT_EQ(
      needs(
          kCreateFunction,
          R"({"FunctionName":"f","Role":"arn:aws:iam::111122223333:role/r","Code":{"S3Bucket":"b","S3Key":"k"}})"),
      (Texts{"lambda:CreateFunction " + function,
             "iam:PassRole arn:aws:iam::111122223333:role/r iam:PassedToService=lambda.amazonaws.com "
             "iam:AssociatedResourceArn=" +
                 function,
             "s3:GetObject arn:aws:s3:::b/k"}));
  const std::string code = R"({"FunctionName":"f","S3Bucket":"b","S3Key":"k","S3ObjectVersion":)";
  EXPECT_EQ(
      needs(kUpdateFunctionCode, code + "\"v\"}"),
      (Texts{"lambda:UpdateFunctionCode " + function, "s3:GetObjectVersion arn:aws:s3:::b/k s3:VersionId=v"}));
  EXPECT_EQ(needs(kUpdateFunctionCode, code + "\"\"}"),
            (Texts{"lambda:UpdateFunctionCode " + function, "s3:GetObject arn:aws:s3:::b/k"}));
  EXPECT_EQ(needs(kUpdateFunctionConfiguration, R"({"FunctionName":"f"})"),
            Texts{"lambda:UpdateFunctionConfiguration " + function});
  EXPECT_EQ(needs(kAddPermission, R"({"FunctionName":"f","StatementId":"s","Action":"a","Principal":"p"})"),
            Texts{"lambda:AddPermission " + function + " lambda:Principal=p"});
  EXPECT_EQ(needs(kListTags, "{\"Resource\":\"" + function + "\"}"), Texts{"lambda:ListTags " + function});
  EXPECT_EQ(needs(kListFunctions, "{}"), Texts{"lambda:ListFunctions *"});
}

TEST_F(RulesTest, Logs) {
  using namespace api::logs;
  const std::string groups = "arn:aws:logs:eu-central-1:111122223333:log-group:";
  EXPECT_EQ(needs(kPutLogEvents, R"({"logGroupName":"/g","logStreamName":"s","logEvents":[]})"),
            Texts{"logs:PutLogEvents " + groups + "/g:log-stream:s"});
  EXPECT_EQ(needs(kCreateLogGroup, R"({"logGroupName":"/g"})"),
            Texts{"logs:CreateLogGroup " + groups + "/g:log-stream:"});
  EXPECT_EQ(needs(kFilterLogEvents, "{\"logGroupIdentifier\":\"" + groups + "/g:*\"}"),
            Texts{"logs:FilterLogEvents " + groups + "/g:log-stream:"});
  EXPECT_EQ(needs(kTagResource, "{\"resourceArn\":\"" + groups + "/g:*\",\"tags\":{}}"),
            Texts{"logs:TagResource " + groups + "/g"});
  EXPECT_EQ(needs(kDescribeLogGroups, "{}"), Texts{"logs:DescribeLogGroups " + groups + ":log-stream:"});
}

TEST_F(RulesTest, ApiGateway) {
  using namespace api::apigateway;
  const std::string root = " arn:aws:apigateway:eu-central-1::";
  EXPECT_EQ(needs(kGetRestApis, "{}"), Texts{"apigateway:GET" + root + "/restapis"});
  EXPECT_EQ(needs(kCreateResource, R"({"restApiId":"a","parentId":"p","pathPart":"x"})"),
            Texts{"apigateway:POST" + root + "/restapis/a/resources/p"});
  EXPECT_EQ(needs(kPutIntegration,
                  R"({"restApiId":"a","resourceId":"r","httpMethod":"GET","type":"AWS",
                      "credentials":"arn:aws:iam::111122223333:role/r"})"),
            (Texts{"apigateway:PUT" + root + "/restapis/a/resources/r/methods/GET/integration",
                   "iam:PassRole arn:aws:iam::111122223333:role/r iam:PassedToService=apigateway.amazonaws.com"}));
  EXPECT_EQ(needs(kTagResource, R"({"resourceArn":"arn:aws:apigateway:eu-central-1::/restapis/a","tags":{}})"),
            Texts{"apigateway:PUT" + root + "/tags/arn%3Aaws%3Aapigateway%3Aeu-central-1%3A%3A%2Frestapis%2Fa"});
  EXPECT_EQ(needs(kUpdateAccount,
                  R"({"patchOperations":[{"op":"replace","path":"/cloudwatchRoleArn",
                      "value":"arn:aws:iam::111122223333:role/l"}]})")
                .size(),
            2U);
}

TEST_F(RulesTest, WhoIsMovedIsAskedForTwice) {
  using namespace api::iam;
  const std::string users = "arn:aws:iam::111122223333:user/";
  const std::string boundary = " iam:PermissionsBoundary=arn:aws:iam::aws:policy/ReadOnlyAccess";
  EXPECT_EQ(
      needs(kUpdateUser, R"({"UserName":"ann","NewUserName":"eve"})"),
      (Texts{"iam:UpdateUser " + users + "p/ann" + boundary, "iam:UpdateUser " + users + "p/eve" + boundary}));
  EXPECT_EQ(needs(kUpdateUser, R"({"UserName":"ann","NewPath":"/"})"),
            (Texts{"iam:UpdateUser " + users + "p/ann" + boundary, "iam:UpdateUser " + users + "ann" + boundary}));
  EXPECT_EQ(needs(kUpdateGroup, R"({"GroupName":"g","NewGroupName":"h","NewPath":"/q/"})"),
            (Texts{"iam:UpdateGroup arn:aws:iam::111122223333:group/p/g",
                   "iam:UpdateGroup arn:aws:iam::111122223333:group/q/h"}));
}

TEST_F(RulesTest, TagsThatAreTakenAwayAreNamed) {
  auto keysOf = [](const api::Operation& operation, const std::string& input) {
    api::AnyShape shape = operation.makeInput();
    EXPECT_TRUE(api::readJson(*operation.input, shape.data(), *base::parseJson(input), api::kRecordStyle).ok());
    return api::InputView(*operation.input, shape.data()).tagKeys();
  };
  EXPECT_EQ(keysOf(api::iam::kUntagRole, R"({"RoleName":"r","TagKeys":["a","b"]})"), (Texts{"a", "b"}));
  EXPECT_EQ(keysOf(api::lambda::kUntagResource, R"({"Resource":"f","TagKeys":["a"]})"), Texts{"a"});
  EXPECT_EQ(keysOf(api::logs::kUntagLogGroup, R"({"logGroupName":"g","tags":["a"]})"), Texts{"a"});
  EXPECT_EQ(keysOf(api::apigateway::kUntagResource, R"({"resourceArn":"x","tagKeys":["a"]})"), Texts{"a"});
  EXPECT_EQ(keysOf(api::iam::kTagRole, R"({"RoleName":"r","Tags":[{"Key":"a","Value":"1"}]})"), Texts{"a"});
}

// Operations without a value, and paths without a slash, which the patch takes as well.
TEST_F(RulesTest, EveryPatchOfARoleHandsItOn) {
  using namespace api::apigateway;
  const std::string pass =
      "iam:PassRole arn:aws:iam::111122223333:role/r iam:PassedToService=apigateway.amazonaws.com";
  auto patch = [&](const std::string& operations) {
    auto texts = needs(kUpdateIntegration, R"({"restApiId":"a","resourceId":"r","httpMethod":"GET",
                                              "patchOperations":[)" +
                                               operations + "]}");
    texts.erase(texts.begin());
    return texts;
  };
  const std::string role = R"("value":"arn:aws:iam::111122223333:role/r")";
  EXPECT_EQ(patch(R"({"op":"replace","path":"/credentials",)" + role + "}"), Texts{pass});
  EXPECT_EQ(patch(R"({"op":"replace","path":"credentials",)" + role + "}"), Texts{pass});
  EXPECT_EQ(
      patch(R"({"op":"remove","path":"/contentHandling"},{"op":"replace","path":"/credentials",)" + role + "}"),
      Texts{pass});
  EXPECT_EQ(patch(R"({"op":"replace","value":"x"},{"op":"add","path":"/credentials",)" + role + "}"), Texts{pass});
  EXPECT_EQ(patch(R"({"op":"replace","path":"/uri",)" + role + "}"), Texts{});
}

TEST_F(RulesTest, Stacks) {
  using namespace api::cloudformation;
  const std::string stacks = "arn:aws:cloudformation:eu-central-1:111122223333:stack/";
  EXPECT_EQ(needs(kDescribeStacks, "{}"), Texts{"cloudformation:DescribeStacks " + stacks + "*/*"});
  EXPECT_EQ(needs(kDeleteStack, "{\"StackName\":\"" + stacks + "s/1\"}"),
            Texts{"cloudformation:DeleteStack " + stacks + "s/1"});
  EXPECT_EQ(needs(kCreateStack,
                  R"({"StackName":"s","TemplateURL":"https://b.s3.eu-central-1.amazonaws.com/t.yaml",
                      "RoleARN":"arn:aws:iam::111122223333:role/r"})"),
            (Texts{"cloudformation:CreateStack " + stacks +
                       "s/* cloudformation:RoleArn=arn:aws:iam::111122223333:role/r "
                       "cloudformation:TemplateUrl=https://b.s3.eu-central-1.amazonaws.com/t.yaml",
                   "iam:PassRole arn:aws:iam::111122223333:role/r iam:PassedToService=cloudformation.amazonaws.com",
                   "s3:GetObject arn:aws:s3:::b/t.yaml"}));
}

TEST_F(RulesTest, AStackThatStandsIsKnownByItsArn) {
  using namespace api::cloudformation;
  const std::string stacks = " arn:aws:cloudformation:eu-central-1:111122223333:stack/";
  EXPECT_EQ(needs(kDeleteStack, R"({"StackName":"live"})"),
            Texts{"cloudformation:DeleteStack" + stacks + "live/7"});
  EXPECT_EQ(needs(kDeleteStack, R"({"StackName":"gone"})"),
            Texts{"cloudformation:DeleteStack" + stacks + "gone/*"});
  EXPECT_EQ(needs(kGetTemplateSummary, R"({"StackName":"live"})"),
            Texts{"cloudformation:GetTemplateSummary" + stacks + "live/7"});
  EXPECT_EQ(needs(kDescribeStackResources, R"({"PhysicalResourceId":"bucket-1"})"),
            Texts{"cloudformation:DescribeStackResources" + stacks + "live/7"});
  EXPECT_EQ(needs(kExecuteChangeSet, R"({"ChangeSetName":"arn:set"})"),
            Texts{"cloudformation:ExecuteChangeSet" + stacks + "live/7 cloudformation:ChangeSetName=arn:set"});
}

TEST_F(RulesTest, RulesAndSchedules) {
  const std::string role = "arn:aws:iam::111122223333:role/r";
  EXPECT_EQ(
      needs(api::events::kPutTargets,
            R"({"Rule":"n","Targets":[{"Id":"1","Arn":"a"},{"Id":"2","Arn":"b","RoleArn":")" + role + R"("}]})"),
      (Texts{"events:PutTargets arn:aws:events:eu-central-1:111122223333:rule/n events:TargetArn=a "
             "events:TargetArn=b",
             "iam:PassRole " + role +
                 " iam:PassedToService=events.amazonaws.com "
                 "iam:AssociatedResourceArn=arn:aws:events:eu-central-1:111122223333:rule/n"}));
  EXPECT_EQ(needs(api::events::kDescribeRule, R"({"Name":"n","EventBusName":"bus"})"),
            Texts{"events:DescribeRule arn:aws:events:eu-central-1:111122223333:rule/bus/n"});
  const std::string schedule = "arn:aws:scheduler:eu-central-1:111122223333:schedule/default/n";
  EXPECT_EQ(needs(api::scheduler::kCreateSchedule,
                  R"j({"Name":"n","ScheduleExpression":"rate(2 days)","FlexibleTimeWindow":{"Mode":"OFF"},
                      "Target":{"Arn":"a","RoleArn":")j" +
                      role + R"("}})"),
            (Texts{"scheduler:CreateSchedule " + schedule,
                   "iam:PassRole " + role +
                       " iam:PassedToService=scheduler.amazonaws.com iam:AssociatedResourceArn=" + schedule}));
  EXPECT_EQ(needs(api::scheduler::kListSchedules, "{}"),
            Texts{"scheduler:ListSchedules arn:aws:scheduler:eu-central-1:111122223333:schedule/*/*"});
}

TEST_F(RulesTest, Iam) {
  using namespace api::iam;
  const std::string boundary = " iam:PermissionsBoundary=arn:aws:iam::aws:policy/ReadOnlyAccess";
  EXPECT_EQ(needs(kGetUser, "{}"), Texts{"iam:GetUser arn:aws:iam::111122223333:user/p/ann"});
  EXPECT_EQ(needs(kGetRole, R"({"RoleName":"r"})"),
            Texts{"iam:GetRole arn:aws:iam::111122223333:role/p/r" + boundary});
  EXPECT_EQ(
      needs(kAttachRolePolicy, R"({"RoleName":"r","PolicyArn":"arn:aws:iam::aws:policy/X"})"),
      Texts{"iam:AttachRolePolicy arn:aws:iam::111122223333:role/p/r iam:PolicyARN=arn:aws:iam::aws:policy/X" +
            boundary});
  EXPECT_EQ(needs(kCreateRole, R"({"RoleName":"r","Path":"/x/","AssumeRolePolicyDocument":"{}"})"),
            Texts{"iam:CreateRole arn:aws:iam::111122223333:role/x/r"});
  EXPECT_EQ(needs(kCreateUser, R"({"UserName":"u","PermissionsBoundary":"b"})"),
            Texts{"iam:CreateUser arn:aws:iam::111122223333:user/u iam:PermissionsBoundary=b"});
  EXPECT_EQ(needs(kGetAccessKeyLastUsed, R"({"AccessKeyId":"AKIAXXXXXXXXXXXXXXXX"})"),
            Texts{"iam:GetAccessKeyLastUsed arn:aws:iam::111122223333:user/p/ann"});
  EXPECT_EQ(needs(kGetPolicy, R"({"PolicyArn":"arn:aws:iam::aws:policy/X"})"),
            Texts{"iam:GetPolicy arn:aws:iam::aws:policy/X"});
  EXPECT_EQ(needs(kListUsers, "{}"), Texts{"iam:ListUsers arn:aws:iam::111122223333:user/"});
}

TEST_F(RulesTest, Ecr) {
  EXPECT_EQ(needs(api::ecr::kDescribeRepositories, "{}"),
            Texts{"ecr:DescribeRepositories arn:aws:ecr:eu-central-1:111122223333:repository/*"});
  EXPECT_EQ(needs(api::ecr::kDescribeRepositories, R"({"repositoryNames":["a","b/c"]})"),
            (Texts{"ecr:DescribeRepositories arn:aws:ecr:eu-central-1:111122223333:repository/a",
                   "ecr:DescribeRepositories arn:aws:ecr:eu-central-1:111122223333:repository/b/c"}));
}

TEST_F(RulesTest, Sts) {
  EXPECT_EQ(needs(api::sts::kAssumeRole, R"({"RoleArn":"r","RoleSessionName":"s","ExternalId":"e"})"),
            Texts{"sts:AssumeRole r sts:ExternalId=e sts:RoleSessionName=s"});
}

// --- the gate itself

class OnePrincipal final : public ports::PolicySource {
 public:
  explicit OnePrincipal(std::string document) : document_(std::move(document)) {}
  ports::PrincipalPolicies policiesOf(const std::string&) const override {
    return {"arn:aws:iam::111122223333:role/r", {}, {{ports::PolicyPart::kGrant, "p", "", "", document_}}};
  }
  std::uint64_t policyGeneration() const override { return 1; }

 private:
  std::string document_;
};

class OneBucket final : public ports::ResourcePolicySource {
 public:
  std::string_view policyHolder(std::string_view, std::string_view resource) const override {
    return resource.substr(0, resource.find('/'));
  }
  Result<ports::ResourcePolicy> resourcePolicyOf(const std::string&) const override {
    return ports::ResourcePolicy{"111122223333", document};
  }
  bool hasPolicies() const override { return !document.empty(); }
  std::uint64_t resourcePolicyGeneration() const override { return 1; }
  std::string document;
};

class GateTest : public ::testing::Test {
 protected:
  GateTest() : folder_(makeFolder()), database_(folder_ + "/hearth.db") {
    authority_.addResourcePolicies("s3", bucket_);
    call_.account = call_.principal.account = "111122223333";
    call_.principal.arn = "arn:aws:sts::111122223333:assumed-role/r/one";
    call_.region = "eu-central-1";
  }
  ~GateTest() override {
    database_.stop();
    base::removeTree(folder_);
  }
  static std::string makeFolder() {
    std::string pattern = ::testing::TempDir() + "hearth-gate-XXXXXX";
    return ::mkdtemp(pattern.data());
  }
  void asRoot() {
    call_.principal.arn = "arn:aws:iam::111122223333:root";
    call_.principal.isRoot = true;
  }
  api::AnyShape getObject(const std::string& key) {
    api::AnyShape input = api::s3::kGetObject.makeInput();
    input.as<api::s3::GetObjectInput>().bucket = "b";
    input.as<api::s3::GetObjectInput>().key = key;
    return input;
  }
  std::string admit(const api::Operation& operation, const api::AnyShape& input) {
    admission_.emplace();
    call_.rights = nullptr;
    auto admitted = gate_.admit(operation, call_, input, {}, *admission_);
    return admitted.ok() ? "" : admitted.fault().code;
  }
  double microsecondsOf(const std::function<void()>& work) {
    constexpr int kTimes = 20'000;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < kTimes; ++i) work();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count() / kTimes;
  }

  std::string folder_;
  store::Database database_;
  base::SystemClock clock_;
  OnePrincipal policies_{
      R"({"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/in/*"}})"};
  OneBucket bucket_;
  identity::Authority authority_{database_, policies_, clock_};
  AccessGate gate_{authority_, kServices, allRules()};
  api::Call call_;
  std::optional<Admission> admission_;
};

TEST_F(GateTest, ACallIsAdmittedByItsPolicies) {
  EXPECT_EQ(admit(api::s3::kGetObject, getObject("in/x")), "");
  EXPECT_NE(call_.rights, nullptr);
  EXPECT_EQ(admit(api::s3::kGetObject, getObject("out/x")), "AccessDenied");
}

TEST_F(GateTest, SomeOperationsAreForEverybody) {
  EXPECT_EQ(admit(api::sts::kGetCallerIdentity, api::sts::kGetCallerIdentity.makeInput()), "");
}

TEST_F(GateTest, HandlersAskByThemselvesWhatOnlyTheyKnow) {
  EXPECT_EQ(admit(api::s3::kDeleteObjects, api::s3::kDeleteObjects.makeInput()), "");
  ASSERT_NE(call_.rights, nullptr);
  EXPECT_FALSE(call_.rights->check({"s3:DeleteObject", "arn:aws:s3:::b/in/x"}).ok());
  EXPECT_TRUE(call_.rights->check({"s3:GetObject", "arn:aws:s3:::b/in/x"}).ok());
}

TEST_F(GateTest, RootIsAskedAboutOnlyWhereABucketHasAPolicy) {
  asRoot();
  EXPECT_EQ(admit(api::s3::kGetObject, getObject("x")), "");
  EXPECT_EQ(call_.rights, nullptr);
  bucket_.document =
      R"({"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b/x"}})";
  EXPECT_EQ(admit(api::s3::kGetObject, getObject("x")), "AccessDenied");
}

TEST_F(GateTest, WhatIsNotThereIsToldToThoseAloneWhoMayList) {
  ASSERT_EQ(admit(api::s3::kGetObject, getObject("in/x")), "");
  EXPECT_EQ(AccessGate::veil(*admission_, Fault("NoSuchKey", "", 404)).code, "AccessDenied");
  EXPECT_EQ(AccessGate::veil(*admission_, Fault("InvalidRange", "", 416)).code, "InvalidRange");
  asRoot();
  ASSERT_EQ(admit(api::s3::kGetObject, getObject("in/x")), "");
  EXPECT_EQ(AccessGate::veil(*admission_, Fault("NoSuchKey", "", 404)).code, "NoSuchKey");
}

// What the step costs is printed; what it must not do is look anything up, which identity/ tests.
TEST_F(GateTest, TakesMicroseconds) {
  const api::AnyShape input = getObject("in/2019/spring/ann/result.json");
  const double role = microsecondsOf([&] { ASSERT_EQ(admit(api::s3::kGetObject, input), ""); });
  asRoot();
  const double root = microsecondsOf([&] { ASSERT_EQ(admit(api::s3::kGetObject, input), ""); });
  std::printf("GetObject of a role: %.2f us, of root: %.3f us\n", role, root);
  EXPECT_EQ(call_.rights, nullptr);
}

}  // namespace
}  // namespace hearth::server
