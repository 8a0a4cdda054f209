#include "services/cloudformation/cloudformation_access.h"

#include "services/cloudformation/template_location.h"

namespace hearth::services::cloudformation {
namespace {

using api::Access;
using api::AccessKind;
using api::AccessRule;
using api::Call;
using api::InputView;
using Accesses = std::vector<Access>;

constexpr std::string_view kEveryStack = "arn:aws:cloudformation:{region}:{account}:stack/*/*";

// A stack is named, or given by its ARN. What is no stack's yet has no id behind its name.
Result<void> onStack(const Call& call, const InputView& input, Accesses& accesses) {
  const std::string name = input.text("StackName").value_or("*");
  accesses[0].resource = name.starts_with("arn:") ? name
                                                  : "arn:aws:cloudformation:" + call.region + ":" + call.account +
                                                        ":stack/" + name + "/*";
  return {};
}

// A template in S3 is read in the name of the caller.
Result<void> addTemplate(const InputView& input, Accesses& accesses) {
  auto url = input.text("TemplateURL");
  if (!url) return {};
  HEARTH_TRY(const S3Address address, parseTemplateUrl(*url));
  Access read{address.versionId ? "s3:GetObjectVersion" : "s3:GetObject",
              "arn:aws:s3:::" + address.bucket + "/" + address.key};
  read.addCondition("s3:VersionId", address.versionId);
  read.byService = true;
  accesses[0].addCondition("cloudformation:TemplateUrl", *std::move(url));
  accesses.push_back(std::move(read));
  return {};
}

void addPassRole(const InputView& input, Accesses& accesses) {
  auto role = input.text("RoleARN");
  if (!role) return;
  accesses[0].addCondition("cloudformation:RoleArn", *role);
  Access pass{"iam:PassRole", *std::move(role)};
  pass.addCondition("iam:PassedToService", std::string("cloudformation.amazonaws.com"));
  accesses.push_back(std::move(pass));
}

Result<void> changeStack(const Call& call, const InputView& input, Accesses& accesses) {
  HEARTH_CHECK(onStack(call, input, accesses));
  if (auto types = input.texts("ResourceTypes"); !types.empty())
    accesses[0].conditions.emplace_back("cloudformation:ResourceTypes", std::move(types));
  addPassRole(input, accesses);
  return addTemplate(input, accesses);
}

Result<void> readTemplate(const Call&, const InputView& input, Accesses& accesses) {
  return addTemplate(input, accesses);
}

// A change set is its stack's; its name is a condition.
Result<void> onChangeSet(const Call& call, const InputView& input, Accesses& accesses) {
  HEARTH_CHECK(onStack(call, input, accesses));
  accesses[0].addCondition("cloudformation:ChangeSetName", input.text("ChangeSetName"));
  return {};
}

Result<void> makeChangeSet(const Call& call, const InputView& input, Accesses& accesses) {
  HEARTH_CHECK(changeStack(call, input, accesses));
  accesses[0].addCondition("cloudformation:ChangeSetName", input.text("ChangeSetName"));
  return {};
}

Result<void> summarize(const Call& call, const InputView& input, Accesses& accesses) {
  if (input.has("StackName")) return onStack(call, input, accesses);
  return addTemplate(input, accesses);
}

}  // namespace

api::ServiceAccess cloudformationAccess() {
  return {"cloudformation",
          {
              {"ContinueUpdateRollback", "cloudformation:ContinueUpdateRollback", "*", changeStack},
              {"CreateChangeSet", "cloudformation:CreateChangeSet", "*", makeChangeSet},
              {"CreateStack", "cloudformation:CreateStack", "*", changeStack},
              {"DeleteChangeSet", "cloudformation:DeleteChangeSet", "*", onChangeSet},
              {"DeleteStack", "cloudformation:DeleteStack", "*", changeStack},
              {"DescribeChangeSet", "cloudformation:DescribeChangeSet", "*", onChangeSet},
              {"DescribeStackEvents", "cloudformation:DescribeStackEvents", "*", onStack},
              {"DescribeStackResource", "cloudformation:DescribeStackResource", "*", onStack},
              {"DescribeStackResources", "cloudformation:DescribeStackResources", "*", onStack},
              {"DescribeStacks", "cloudformation:DescribeStacks", "*", onStack},
              {"ExecuteChangeSet", "cloudformation:ExecuteChangeSet", "*", onChangeSet},
              {"GetTemplate", "cloudformation:GetTemplate", "*", onStack},
              {"GetTemplateSummary", "cloudformation:GetTemplateSummary", "*", summarize},
              {"ListChangeSets", "cloudformation:ListChangeSets", "*", onStack},
              {"ListExports", "cloudformation:ListExports", "*"},
              {"ListImports", "cloudformation:ListImports", "*"},
              {"ListStackResources", "cloudformation:ListStackResources", "*", onStack},
              {"ListStacks", "cloudformation:ListStacks", kEveryStack},
              {"UpdateStack", "cloudformation:UpdateStack", "*", changeStack},
              {"UpdateTerminationProtection", "cloudformation:UpdateTerminationProtection", "*", onStack},
              {"ValidateTemplate", "cloudformation:ValidateTemplate", "*", readTemplate},
          },
          {"cloudformation:TemplateUrl", "cloudformation:RoleArn", "cloudformation:ResourceTypes",
           "cloudformation:StackPolicyUrl", "cloudformation:ChangeSetName", "cloudformation:ImportResourceTypes"}};
}

}  // namespace hearth::services::cloudformation
