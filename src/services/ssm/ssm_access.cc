#include "services/ssm/ssm_access.h"

#include "services/ssm/parameter_name.h"

namespace hearth::services::ssm {
namespace {

using api::Access;
using api::AccessRule;
using api::Call;
using api::InputView;
using Accesses = std::vector<Access>;

// "NAME:3", "NAME:label" and ARNs stand for the parameter. Text that names none goes to the handler, which says so.
std::string arnOf(const Call& call, const std::string& name) {
  const auto selector = parseSelector(name, call.account, call.region);
  return ParameterName{call.account, call.region, selector.ok() ? selector->name : name}.arn();
}

// By the member that names the parameter.
AccessRule::Refine on(std::string_view member) {
  return [member](const Call& call, const InputView& input, Accesses& accesses) -> Result<void> {
    accesses[0].resource = arnOf(call, input.text(member).value_or(""));
    return {};
  };
}

Result<void> onEach(const Call& call, const InputView& input, Accesses& accesses) {
  const std::string action = accesses[0].action;
  accesses.clear();
  for (const std::string& name : input.texts("Names")) accesses.push_back({action, arnOf(call, name)});
  return {};
}

Result<void> put(const Call& call, const InputView& input, Accesses& accesses) {
  accesses[0].resource = arnOf(call, input.text("Name").value_or(""));
  accesses[0].addCondition("ssm:Overwrite", input.text("Overwrite").value_or("false"));
  if (!input.tags().empty()) accesses.push_back({"ssm:AddTagsToResource", accesses[0].resource});
  return {};
}

Result<void> byPath(const Call& call, const InputView& input, Accesses& accesses) {
  accesses[0].resource = ParameterName{call.account, call.region, input.text("Path").value_or("")}.arn();
  accesses[0].addCondition("ssm:Recursive", input.text("Recursive").value_or("false"));
  return {};
}

AccessRule rule(std::string_view operation, std::string_view action, AccessRule::Refine refine) {
  return {operation, action, "*", std::move(refine)};
}

// The slash that a path begins with stands in the ARN once.
std::string nameInArn(const std::string&, const std::string&, std::string_view, const std::string& value) {
  return value.starts_with('/') ? value.substr(1) : value;
}

// https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-types.html: each type's schema lists what
// its handlers call.
std::vector<api::TypeRule> types() {
  using N = api::TypeNeed;
  constexpr std::string_view kNew = "arn:aws:ssm:{region}:{account}:parameter/{Name=CFN-*}";
  return {
      {"AWS::SSM::Parameter",
       "arn:aws:ssm:{region}:{account}:parameter/{id}",
       {{.when = N::kMake, .action = "ssm:PutParameter", .resource = kNew},
        {.when = N::kMake, .action = "ssm:AddTagsToResource", .properties = {"Tags"}, .resource = kNew},
        {.when = N::kChange, .action = "ssm:PutParameter"},
        // Both, whatever happens to the tags.
        {.when = N::kChange, .action = "ssm:AddTagsToResource", .properties = {"Tags"}},
        {.when = N::kChange, .action = "ssm:RemoveTagsFromResource", .properties = {"Tags"}},
        {.when = N::kRemove, .action = "ssm:DeleteParameter"}},
       nameInArn},
  };
}

}  // namespace

api::ServiceAccess ssmAccess() {
  return {"ssm",
          {
              rule("AddTagsToResource", "ssm:AddTagsToResource", on("ResourceId")),
              rule("DeleteParameter", "ssm:DeleteParameter", on("Name")),
              rule("DeleteParameters", "ssm:DeleteParameters", onEach),
              {"DescribeParameters", "ssm:DescribeParameters", "*"},
              rule("GetParameter", "ssm:GetParameter", on("Name")),
              rule("GetParameterHistory", "ssm:GetParameterHistory", on("Name")),
              rule("GetParameters", "ssm:GetParameters", onEach),
              rule("GetParametersByPath", "ssm:GetParametersByPath", byPath),
              rule("LabelParameterVersion", "ssm:LabelParameterVersion", on("Name")),
              rule("ListTagsForResource", "ssm:ListTagsForResource", on("ResourceId")),
              rule("PutParameter", "ssm:PutParameter", put),
              rule("RemoveTagsFromResource", "ssm:RemoveTagsFromResource", on("ResourceId")),
              rule("UnlabelParameterVersion", "ssm:UnlabelParameterVersion", on("Name")),
          },
          {"ssm:Overwrite", "ssm:Recursive", "ssm:Policies"},
          types()};
}

}  // namespace hearth::services::ssm
