// After a failure, or instead of waiting for one; and stack policies.
#include "services/cloudformation/cloudformation_service.h"
#include "services/cloudformation/request_parts.h"
#include "services/cloudformation/template_location.h"
#include "stacks/stack_policy.h"

namespace hearth::services::cloudformation {

using namespace api::cloudformation;

Result<RollbackStackOutput> CloudFormationService::rollbackStack(const api::Call& call, RollbackStackInput in) {
  HEARTH_TRY(const std::string role, roleOf(call, in.roleARN));
  RollbackStackOutput out;
  HEARTH_TRY(out.stackId, engine_.rollbackStack(placeOf(call), in.stackName, in.clientRequestToken.value_or(""),
                                                role, in.retainExceptOnCreate.value_or(false)));
  return out;
}

Result<CancelUpdateStackOutput> CloudFormationService::cancelUpdateStack(const api::Call& call,
                                                                         CancelUpdateStackInput in) {
  HEARTH_CHECK(engine_.cancelUpdate(placeOf(call), in.stackName));
  return CancelUpdateStackOutput{};
}

Result<ContinueUpdateRollbackOutput> CloudFormationService::continueUpdateRollback(const api::Call& call,
                                                                                   ContinueUpdateRollbackInput in) {
  HEARTH_TRY(const std::string role, roleOf(call, in.roleARN));
  HEARTH_CHECK(engine_.continueUpdateRollback(placeOf(call), in.stackName, withoutEmpty(in.resourcesToSkip),
                                              in.clientRequestToken.value_or(""), role));
  return ContinueUpdateRollbackOutput{};
}

Task<Result<std::optional<std::string>>> CloudFormationService::loadPolicy(const api::Call& call,
                                                                           const std::string& member,
                                                                           const std::optional<std::string>& body,
                                                                           const std::optional<std::string>& url) {
  constexpr std::size_t kMost = stacks::StackPolicy::kMostBytes;
  if (body && url) co_return invalid("You cannot specify both " + member + "URL and " + member + "Body");
  const Fault tooLong = invalid(
      "1 validation error detected: Value at '" + member +
      "Body' failed to satisfy constraint: Member must have length less than or equal to " + std::to_string(kMost));
  if (body) {
    if (body->size() > kMost) co_return tooLong;
    co_return body;
  }
  if (!url) co_return std::optional<std::string>();
  auto address = parseTemplateUrl(*url);
  if (!address.ok()) co_return invalid(member + "URL must be a supported URL.");
  auto read = [this, &call, address = *address]() -> Result<std::string> {
    return objects_.readObject({call.account, address.bucket, address.key, address.versionId}, kMost);
  };
  auto text = co_await base::runOn(pool_, read);
  if (text.ok()) co_return std::optional<std::string>(std::move(text).value());
  if (text.fault().code == "EntityTooLarge") co_return tooLong;
  co_return invalid("S3 error: " + text.fault().message);
}

Task<Result<SetStackPolicyOutput>> CloudFormationService::setStackPolicy(const api::Call& call,
                                                                         SetStackPolicyInput in) {
  HEARTH_CO_TRY(const auto policy, co_await loadPolicy(call, "StackPolicy", in.stackPolicyBody, in.stackPolicyURL));
  if (!policy) co_return invalid("You must specify either StackPolicyURL or StackPolicyBody");
  auto work = [&]() -> Result<void> { return engine_.setPolicy(placeOf(call), in.stackName, *policy); };
  HEARTH_CO_CHECK(co_await database_.write(work));
  co_return SetStackPolicyOutput{};
}

Result<GetStackPolicyOutput> CloudFormationService::getStackPolicy(const api::Call& call,
                                                                   GetStackPolicyInput in) const {
  HEARTH_TRY(const std::string policy, engine_.getPolicy(placeOf(call), in.stackName));
  GetStackPolicyOutput out;
  out.stackPolicyBody = unlessEmpty(policy);
  return out;
}

}  // namespace hearth::services::cloudformation
