#include "services/cloudformation/cloudformation_access.h"

#include "services/cloudformation/template_location.h"

namespace hearth::services::cloudformation {
namespace {

using api::Access;
using api::AccessKind;
using api::AccessRule;
using api::Call;
using api::InputView;
using api::TypeNeed;
using Accesses = std::vector<Access>;

constexpr std::string_view kEveryStack = "arn:aws:cloudformation:{region}:{account}:stack/*/*";

// What stands is known by its ARN, however it is named: as its stack's name, by one of its resources, by a change
// set. What is no stack's yet has no id behind its name.
std::string stackArn(const StackNames& names, const Call& call, const InputView& input) {
  auto name = input.text("StackName");
  std::string arn;
  if (name && name->starts_with("arn:")) return *name;
  if (name && names.ofStack) arn = names.ofStack(call, *name);
  if (!name && names.ofResource && input.has("PhysicalResourceId"))
    arn = names.ofResource(call, *input.text("PhysicalResourceId"));
  if (!name && names.ofChangeSet && input.has("ChangeSetName"))
    arn = names.ofChangeSet(call, *input.text("ChangeSetName"));
  if (!arn.empty()) return arn;
  return "arn:aws:cloudformation:" + call.region + ":" + call.account + ":stack/" + name.value_or("*") + "/*";
}

// The object that a nested stack's TemplateURL means; a URL that means none is refused when it is read.
std::string objectOf(const std::string&, const std::string&, std::string_view property, const std::string& value) {
  if (property != "TemplateURL") return value;
  const auto address = parseTemplateUrl(value);
  return "arn:aws:s3:::" + (address.ok() ? address->bucket + "/" + address->key : std::string("*"));
}

std::string versionIn(const std::string& url) {
  const auto address = parseTemplateUrl(url);
  return address.ok() ? address->versionId.value_or("") : "";
}

// A template in S3 is read in the name of the caller.
Result<void> addTemplate(const InputView& input, Accesses& accesses) {
  auto url = input.text("TemplateURL");
  if (!url) return {};
  HEARTH_TRY(const S3Address address, parseTemplateUrl(*url));
  accesses[0].addCondition("cloudformation:TemplateUrl", *std::move(url));
  accesses.push_back(api::readObject(address.bucket, address.key, address.versionId));
  return {};
}

// A stack policy, whichever way it comes, takes the right to set one; one in S3 is read in the name of the caller.
Result<void> addPolicy(const InputView& input, const std::string& member, Accesses& accesses) {
  auto url = input.text(member + "URL");
  if (!url && !input.has(member + "Body")) return {};
  if (accesses[0].action != "cloudformation:SetStackPolicy")
    accesses.push_back({"cloudformation:SetStackPolicy", accesses[0].resource});
  if (!url) return {};
  HEARTH_TRY(const S3Address address, parseTemplateUrl(*url));
  accesses[0].addCondition("cloudformation:StackPolicyUrl", *std::move(url));
  accesses.push_back(api::readObject(address.bucket, address.key, address.versionId));
  return {};
}

void addPassRole(const InputView& input, Accesses& accesses) {
  auto role = input.text("RoleARN");
  if (!role) return;
  accesses[0].addCondition("cloudformation:RoleArn", *role);
  accesses.push_back(api::passRole(*std::move(role), "cloudformation.amazonaws.com"));
}

Result<void> changeStack(const Call&, const InputView& input, Accesses& accesses) {
  if (auto types = input.texts("ResourceTypes"); !types.empty())
    accesses[0].conditions.emplace_back("cloudformation:ResourceTypes", std::move(types));
  addPassRole(input, accesses);
  HEARTH_CHECK(addPolicy(input, "StackPolicy", accesses));
  HEARTH_CHECK(addPolicy(input, "StackPolicyDuringUpdate", accesses));
  return addTemplate(input, accesses);
}

Result<void> setPolicy(const Call&, const InputView& input, Accesses& accesses) {
  return addPolicy(input, "StackPolicy", accesses);
}

Result<void> readTemplate(const Call&, const InputView& input, Accesses& accesses) {
  return addTemplate(input, accesses);
}

// A change set is its stack's; its name is a condition.
Result<void> onChangeSet(const Call&, const InputView& input, Accesses& accesses) {
  accesses[0].addCondition("cloudformation:ChangeSetName", input.text("ChangeSetName"));
  return {};
}

Result<void> makeChangeSet(const Call& call, const InputView& input, Accesses& accesses) {
  HEARTH_CHECK(changeStack(call, input, accesses));
  accesses[0].addCondition("cloudformation:ChangeSetName", input.text("ChangeSetName"));
  return {};
}

Result<void> onStack(const Call&, const InputView&, Accesses&) { return {}; }

// The stack's, and what else the operation needs.
AccessRule::Refine with(const StackNames& names, AccessRule::Refine refine) {
  return [names, refine = std::move(refine)](const Call& call, const InputView& input,
                                             Accesses& accesses) -> Result<void> {
    accesses[0].resource = stackArn(names, call, input);
    return refine(call, input, accesses);
  };
}

AccessRule::Refine summarizeWith(const StackNames& names) {
  return [names](const Call& call, const InputView& input, Accesses& accesses) -> Result<void> {
    if (input.has("StackName")) accesses[0].resource = stackArn(names, call, input);
    return addTemplate(input, accesses);
  };
}

}  // namespace

api::ServiceAccess cloudformationAccess(const StackNames& names) {
  return {
      "cloudformation",
      {
          {"CancelUpdateStack", "cloudformation:CancelUpdateStack", "*", with(names, onStack)},
          {"ContinueUpdateRollback", "cloudformation:ContinueUpdateRollback", "*", with(names, changeStack)},
          {"CreateChangeSet", "cloudformation:CreateChangeSet", "*", with(names, makeChangeSet)},
          {"CreateStack", "cloudformation:CreateStack", "*", with(names, changeStack)},
          {"DeleteChangeSet", "cloudformation:DeleteChangeSet", "*", with(names, onChangeSet)},
          {"DeleteStack", "cloudformation:DeleteStack", "*", with(names, changeStack)},
          {"DescribeChangeSet", "cloudformation:DescribeChangeSet", "*", with(names, onChangeSet)},
          {"DescribeStackDriftDetectionStatus", "cloudformation:DescribeStackDriftDetectionStatus", "*"},
          {"DescribeStackEvents", "cloudformation:DescribeStackEvents", "*", with(names, onStack)},
          {"DescribeStackResource", "cloudformation:DescribeStackResource", "*", with(names, onStack)},
          {"DescribeStackResourceDrifts", "cloudformation:DescribeStackResourceDrifts", "*", with(names, onStack)},
          {"DescribeStackResources", "cloudformation:DescribeStackResources", "*", with(names, onStack)},
          {"DescribeStacks", "cloudformation:DescribeStacks", "*", with(names, onStack)},
          {"DescribeType", "cloudformation:DescribeType", "*"},
          {"DetectStackDrift", "cloudformation:DetectStackDrift", "*", with(names, onStack)},
          {"DetectStackResourceDrift", "cloudformation:DetectStackResourceDrift", "*", with(names, onStack)},
          {"ExecuteChangeSet", "cloudformation:ExecuteChangeSet", "*", with(names, onChangeSet)},
          {"GetStackPolicy", "cloudformation:GetStackPolicy", "*", with(names, onStack)},
          {"GetTemplate", "cloudformation:GetTemplate", "*", with(names, onStack)},
          {"GetTemplateSummary", "cloudformation:GetTemplateSummary", "*", summarizeWith(names)},
          {"ListChangeSets", "cloudformation:ListChangeSets", "*", with(names, onStack)},
          {"ListExports", "cloudformation:ListExports", "*"},
          {"ListImports", "cloudformation:ListImports", "*"},
          {"ListStackResources", "cloudformation:ListStackResources", "*", with(names, onStack)},
          {"ListStacks", "cloudformation:ListStacks", kEveryStack},
          {"ListTypes", "cloudformation:ListTypes", "*"},
          {"RollbackStack", "cloudformation:RollbackStack", "*", with(names, changeStack)},
          {"SetStackPolicy", "cloudformation:SetStackPolicy", "*", with(names, setPolicy)},
          {"UpdateStack", "cloudformation:UpdateStack", "*", with(names, changeStack)},
          {"UpdateTerminationProtection", "cloudformation:UpdateTerminationProtection", "*", with(names, onStack)},
          {"ValidateTemplate", "cloudformation:ValidateTemplate", "*", readTemplate},
      },
      {"cloudformation:TemplateUrl", "cloudformation:RoleArn", "cloudformation:ResourceTypes",
       "cloudformation:StackPolicyUrl", "cloudformation:ChangeSetName", "cloudformation:ImportResourceTypes"},
      {{"AWS::CloudFormation::CustomResource",
        "{ServiceToken}",
        {{TypeNeed::kMake | TypeNeed::kChange | TypeNeed::kRemove, "lambda:InvokeFunction"}}},
       // They belong to their stack alone.
       {"AWS::CloudFormation::WaitCondition", "{id}", {}},
       {"AWS::CloudFormation::WaitConditionHandle", "{id}", {}},
       {"AWS::CloudFormation::Stack",
        "{id}",
        {{TypeNeed::kMake, "cloudformation:CreateStack"},
         {TypeNeed::kChange, "cloudformation:UpdateStack"},
         {TypeNeed::kRemove, "cloudformation:DeleteStack"},
         // Read again by every update, whether or not the URL differs.
         {.when = TypeNeed::kMake | TypeNeed::kChange,
          .action = "s3:GetObject",
          .resource = "{TemplateURL}",
          .versionProperty = "TemplateURL",
          .versionOf = versionIn}},
        objectOf}}};
}

}  // namespace hearth::services::cloudformation
