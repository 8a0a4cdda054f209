#include "services/sts/sts_access.h"

namespace hearth::services::sts {
namespace {

using api::Access;
using api::AccessKind;
using api::AccessRule;
using api::Call;
using api::InputView;
using Accesses = std::vector<Access>;

Result<void> assumeRole(const Call&, const InputView& input, Accesses& accesses) {
  Access& access = accesses[0];
  access.addCondition("sts:ExternalId", input.text("ExternalId"));
  access.addCondition("sts:RoleSessionName", input.text("RoleSessionName"));
  access.addCondition("sts:SourceIdentity", input.text("SourceIdentity"));
  return {};
}

}  // namespace

api::ServiceAccess stsAccess() {
  return {"sts",
          {
              // Decided by the role's trust policy first, also for root.
              {"AssumeRole", "sts:AssumeRole", "{RoleArn}", assumeRole},
              {"GetAccessKeyInfo", "sts:GetAccessKeyInfo", "*"},
              {"GetCallerIdentity", "sts:GetCallerIdentity", "*", {}, AccessKind::kFree},
              {"GetSessionToken", "sts:GetSessionToken", "*", {}, AccessKind::kFree},
          },
          {"sts:ExternalId", "sts:RoleSessionName", "sts:SourceIdentity", "sts:TransitiveTagKeys"}};
}

}  // namespace hearth::services::sts
