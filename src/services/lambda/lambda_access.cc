#include "services/lambda/lambda_access.h"

#include "services/lambda/function_name.h"

namespace hearth::services::lambda {
namespace {

using api::Access;
using api::AccessKind;
using api::AccessRule;
using api::Call;
using api::InputView;
using Accesses = std::vector<Access>;

// The function that is named, in whichever form, as its ARN; with the qualifier where the operation is on one.
Result<void> onFunction(const Call& call, const InputView& input, Accesses& accesses) {
  const std::string text = input.text("FunctionName").value_or("");
  HEARTH_TRY(const FunctionName name, parseFunctionName(text, call.account, call.region, input.text("Qualifier")));
  accesses[0].resource = name.qualifiedArn();
  return {};
}

// Handing a role on, and the code that is read from S3, are the caller's to be allowed for.
void addPassRole(const InputView& input, Accesses& accesses) {
  auto role = input.text("Role");
  if (role) accesses.push_back(api::passRole(*std::move(role), "lambda.amazonaws.com", accesses[0].resource));
}

void addCode(const InputView& code, Accesses& accesses) {
  const auto bucket = code.text("S3Bucket");
  const auto key = code.text("S3Key");
  if (!bucket || !key) return;
  accesses.push_back(api::readObject(*bucket, *key, code.text("S3ObjectVersion")));
}

Result<void> createFunction(const Call& call, const InputView& input, Accesses& accesses) {
  HEARTH_CHECK(onFunction(call, input, accesses));
  addPassRole(input, accesses);
  if (auto code = input.structure("Code")) addCode(*code, accesses);
  return {};
}

Result<void> updateCode(const Call& call, const InputView& input, Accesses& accesses) {
  HEARTH_CHECK(onFunction(call, input, accesses));
  addCode(input, accesses);
  return {};
}

Result<void> updateConfiguration(const Call& call, const InputView& input, Accesses& accesses) {
  HEARTH_CHECK(onFunction(call, input, accesses));
  addPassRole(input, accesses);
  return {};
}

Result<void> addPermission(const Call& call, const InputView& input, Accesses& accesses) {
  HEARTH_CHECK(onFunction(call, input, accesses));
  accesses[0].addCondition("lambda:Principal", input.text("Principal"));
  return {};
}

AccessRule rule(std::string_view operation, std::string_view action, AccessRule::Refine refine = onFunction) {
  return {operation, action, "*", std::move(refine)};
}

// A template names a function in every form that the operations take.
std::string functionArn(const std::string& account, const std::string& region, std::string_view property,
                        const std::string& value) {
  if (property != "FunctionName") return value;
  auto name = parseFunctionName(value, account, region, std::nullopt);
  return name.ok() ? name->qualifiedArn() : value;
}

// https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-types.html: each type's schema lists what
// its handlers call.
std::vector<api::TypeRule> types() {
  using N = api::TypeNeed;
  return {
      {"AWS::Lambda::Function",
       "arn:aws:lambda:{region}:{account}:function:{id}",
       {{.when = N::kMake, .action = "lambda:CreateFunction"},
        {.when = N::kChange, .action = "lambda:UpdateFunctionCode", .properties = {"Code"}},
        {.when = N::kChange,
         .action = "lambda:UpdateFunctionConfiguration",
         .properties = {"Role", "Handler", "Runtime", "Description", "Timeout", "MemorySize", "Environment",
                        "EphemeralStorage", "TracingConfig", "DeadLetterConfig"}},
        {.when = N::kMake | N::kChange,
         .action = "iam:PassRole",
         .properties = {"Role"},
         .resource = "{Role}",
         .passedTo = "lambda.amazonaws.com"},
        {.when = N::kMake | N::kChange,
         .action = "s3:GetObject",
         .properties = {"Code.S3Bucket", "Code.S3Key"},
         .resource = "arn:aws:s3:::{Code.S3Bucket}/{Code.S3Key}",
         .versionProperty = "Code.S3ObjectVersion"},
        {.when = N::kMake | N::kChange,
         .action = "lambda:PutFunctionConcurrency",
         .properties = {"ReservedConcurrentExecutions"}},
        {.when = N::kChange,
         .action = "lambda:DeleteFunctionConcurrency",
         .properties = {"ReservedConcurrentExecutions"},
         .gone = N::Gone::kWhole},
        {.when = N::kMake | N::kChange, .action = "lambda:TagResource", .properties = {"Tags"}},
        {.when = N::kChange, .action = "lambda:UntagResource", .properties = {"Tags.Key"}, .gone = N::Gone::kEach},
        {.when = N::kRemove, .action = "lambda:DeleteFunction"}}},
      {"AWS::Lambda::Permission",
       "arn:aws:lambda:{region}:{account}:function:{FunctionName}",
       {{.when = N::kMake,
         .action = "lambda:AddPermission",
         .conditionKey = "lambda:Principal",
         .conditionProperty = "Principal"},
        {.when = N::kRemove, .action = "lambda:RemovePermission"}},
       functionArn},
      {"AWS::Lambda::Version",
       "arn:aws:lambda:{region}:{account}:function:{FunctionName}",
       {{.when = N::kMake, .action = "lambda:PublishVersion"},
        {.when = N::kRemove, .action = "lambda:DeleteFunction"}},
       functionArn},
      {"AWS::Lambda::Alias",
       "arn:aws:lambda:{region}:{account}:function:{FunctionName}",
       {{.when = N::kMake, .action = "lambda:CreateAlias"},
        {.when = N::kChange, .action = "lambda:UpdateAlias"},
        {.when = N::kRemove, .action = "lambda:DeleteAlias"}},
       functionArn},
      {"AWS::Lambda::EventInvokeConfig",
       "arn:aws:lambda:{region}:{account}:function:{FunctionName}",
       {{.when = N::kMake | N::kChange, .action = "lambda:PutFunctionEventInvokeConfig"},
        {.when = N::kRemove, .action = "lambda:DeleteFunctionEventInvokeConfig"}},
       functionArn},
  };
}

}  // namespace

api::ServiceAccess lambdaAccess() {
  return {"lambda",
          {
              rule("AddPermission", "lambda:AddPermission", addPermission),
              rule("CreateAlias", "lambda:CreateAlias"),
              rule("CreateFunction", "lambda:CreateFunction", createFunction),
              rule("DeleteAlias", "lambda:DeleteAlias"),
              rule("DeleteFunction", "lambda:DeleteFunction"),
              rule("DeleteFunctionConcurrency", "lambda:DeleteFunctionConcurrency"),
              rule("DeleteFunctionEventInvokeConfig", "lambda:DeleteFunctionEventInvokeConfig"),
              {"GetAccountSettings", "lambda:GetAccountSettings", "*"},
              rule("GetAlias", "lambda:GetAlias"),
              rule("GetFunction", "lambda:GetFunction"),
              rule("GetFunctionConcurrency", "lambda:GetFunctionConcurrency"),
              rule("GetFunctionConfiguration", "lambda:GetFunctionConfiguration"),
              rule("GetFunctionEventInvokeConfig", "lambda:GetFunctionEventInvokeConfig"),
              rule("GetPolicy", "lambda:GetPolicy"),
              rule("Invoke", "lambda:InvokeFunction"),
              rule("ListAliases", "lambda:ListAliases"),
              rule("ListFunctionEventInvokeConfigs", "lambda:ListFunctionEventInvokeConfigs"),
              {"ListFunctions", "lambda:ListFunctions", "*"},
              {"ListTags", "lambda:ListTags", "{Resource}"},
              rule("ListVersionsByFunction", "lambda:ListVersionsByFunction"),
              rule("PublishVersion", "lambda:PublishVersion"),
              rule("PutFunctionConcurrency", "lambda:PutFunctionConcurrency"),
              rule("PutFunctionEventInvokeConfig", "lambda:PutFunctionEventInvokeConfig"),
              rule("RemovePermission", "lambda:RemovePermission"),
              {"TagResource", "lambda:TagResource", "{Resource}"},
              {"UntagResource", "lambda:UntagResource", "{Resource}"},
              rule("UpdateAlias", "lambda:UpdateAlias"),
              rule("UpdateFunctionCode", "lambda:UpdateFunctionCode", updateCode),
              rule("UpdateFunctionConfiguration", "lambda:UpdateFunctionConfiguration", updateConfiguration),
              rule("UpdateFunctionEventInvokeConfig", "lambda:UpdateFunctionEventInvokeConfig"),
          },
          {"lambda:Principal", "lambda:FunctionUrlAuthType", "lambda:CodeSigningConfigArn", "lambda:Layer",
           "lambda:VpcIds", "lambda:SubnetIds", "lambda:SecurityGroupIds"},
          types()};
}

}  // namespace hearth::services::lambda
