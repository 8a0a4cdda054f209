#include "services/secretsmanager/secretsmanager_access.h"

#include "services/secretsmanager/secret_name.h"

namespace hearth::services::secretsmanager {
namespace {

using api::Access;
using api::AccessRule;
using api::Call;
using api::InputView;
using Accesses = std::vector<Access>;

void addConditions(const InputView& input, Access& access) {
  access.addCondition("secretsmanager:SecretId", input.text("SecretId"));
  access.addCondition("secretsmanager:Name", input.text("Name"));
  access.addCondition("secretsmanager:Description", input.text("Description"));
  access.addCondition("secretsmanager:VersionId", input.text("VersionId"));
  access.addCondition("secretsmanager:VersionStage", input.text("VersionStage"));
  access.addCondition("secretsmanager:RecoveryWindowInDays", input.text("RecoveryWindowInDays"));
  access.addCondition("secretsmanager:ForceDeleteWithoutRecovery", input.text("ForceDeleteWithoutRecovery"));
}

// A new secret's six characters are not known yet.
Result<void> create(const Call& call, const InputView& input, Accesses& accesses) {
  accesses[0].resource = SecretName{call.account, call.region, input.text("Name").value_or("")}.arn();
  addConditions(input, accesses[0]);
  if (!input.tags().empty()) accesses.push_back({"secretsmanager:TagResource", accesses[0].resource});
  return {};
}

// https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-types.html: each type's schema lists what
// its handlers call.
std::vector<api::TypeRule> types() {
  using N = api::TypeNeed;
  return {
      {"AWS::SecretsManager::Secret",
       "{id}",
       {{.when = N::kMake, .action = "secretsmanager:CreateSecret"},
        {.when = N::kMake,
         .action = "secretsmanager:GetRandomPassword",
         .properties = {"GenerateSecretString"},
         .resource = "*"},
        {.when = N::kMake, .action = "secretsmanager:TagResource", .properties = {"Tags"}},
        {.when = N::kChange,
         .action = "secretsmanager:UpdateSecret",
         .properties = {"Description", "SecretString", "GenerateSecretString", "KmsKeyId"}},
        {.when = N::kChange,
         .action = "secretsmanager:GetRandomPassword",
         .properties = {"GenerateSecretString"},
         .resource = "*"},
        {.when = N::kChange, .action = "secretsmanager:TagResource", .properties = {"Tags"}},
        {.when = N::kChange,
         .action = "secretsmanager:UntagResource",
         .properties = {"Tags.Key"},
         .gone = N::Gone::kEach},
        {.when = N::kRemove, .action = "secretsmanager:DeleteSecret"}}},
  };
}

}  // namespace

api::ServiceAccess secretsmanagerAccess(SecretNames names) {
  const auto rule = [&names](std::string_view operation, std::string_view action) -> AccessRule {
    return {operation, action, "*",
            [names](const Call& call, const InputView& input, Accesses& accesses) -> Result<void> {
              accesses[0].resource = names(call.account, call.region, input.text("SecretId").value_or(""));
              addConditions(input, accesses[0]);
              return {};
            }};
  };
  return {"secretsmanager",
          {
              {"CreateSecret", "secretsmanager:CreateSecret", "*", create},
              rule("DeleteSecret", "secretsmanager:DeleteSecret"),
              rule("DescribeSecret", "secretsmanager:DescribeSecret"),
              {"GetRandomPassword", "secretsmanager:GetRandomPassword", "*"},
              rule("GetSecretValue", "secretsmanager:GetSecretValue"),
              rule("ListSecretVersionIds", "secretsmanager:ListSecretVersionIds"),
              {"ListSecrets", "secretsmanager:ListSecrets", "*"},
              rule("PutSecretValue", "secretsmanager:PutSecretValue"),
              rule("RestoreSecret", "secretsmanager:RestoreSecret"),
              rule("TagResource", "secretsmanager:TagResource"),
              rule("UntagResource", "secretsmanager:UntagResource"),
              rule("UpdateSecret", "secretsmanager:UpdateSecret"),
              rule("UpdateSecretVersionStage", "secretsmanager:UpdateSecretVersionStage"),
          },
          {"secretsmanager:SecretId", "secretsmanager:Name", "secretsmanager:Description",
           "secretsmanager:VersionId", "secretsmanager:VersionStage", "secretsmanager:RecoveryWindowInDays",
           "secretsmanager:ForceDeleteWithoutRecovery", "secretsmanager:AddReplicaRegions",
           "secretsmanager:ForceOverwriteReplicaSecret", "secretsmanager:RotationLambdaARN",
           "secretsmanager:ModifyRotationRules", "secretsmanager:RotateImmediately",
           "secretsmanager:BlockPublicPolicy"},
          types()};
}

}  // namespace hearth::services::secretsmanager
