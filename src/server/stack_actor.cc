#include "server/stack_actor.h"

#include "base/role_arn.h"

namespace hearth::server {

Result<void> StackActor::checkRole() const {
  if (base::accountOfRole(arn_).empty()) return {};
  return roles_.checkAssumable(arn_, "cloudformation.amazonaws.com", account_);
}

Result<void> StackActor::mayDo(const api::Access& access, const identity::Standing* standing) const {
  if (isRoot()) return {};
  if (!base::accountOfRole(arn_).empty())
    return authority_.mayDo({arn_, "AWSCloudFormation", access.action, access.resource, access.conditions},
                            standing, true);
  api::Call call;
  call.account = call.principal.account = account_;
  call.principal.arn = arn_;
  call.region = region_;
  call.secure = true;
  call.now = clock_.now();
  HEARTH_CHECK(authority_.check({.call = call, .access = access, .standing = standing, .partial = true}));
  return {};
}

}  // namespace hearth::server
