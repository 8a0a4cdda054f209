// STS: who am I, and temporary credentials. https://docs.aws.amazon.com/STS/latest/APIReference/
#pragma once

#include "api/call.h"
#include "api/sts.h"
#include "identity/directory.h"

namespace hearth::services::sts {

class StsService final {
 public:
  explicit StsService(identity::Directory& directory) : directory_(directory) {}

  Result<api::sts::GetCallerIdentityOutput> getCallerIdentity(const api::Call& call,
                                                              api::sts::GetCallerIdentityInput in) const;
  // Precondition: the role's trust policy, and the caller's own policies, allow it (sts_access.cc).
  Result<api::sts::AssumeRoleOutput> assumeRole(const api::Call& call, api::sts::AssumeRoleInput in) const;
  Result<api::sts::GetSessionTokenOutput> getSessionToken(const api::Call& call,
                                                          api::sts::GetSessionTokenInput in) const;
  Result<api::sts::GetAccessKeyInfoOutput> getAccessKeyInfo(const api::Call& call,
                                                            api::sts::GetAccessKeyInfoInput in) const;

 private:
  identity::Directory& directory_;
};

}  // namespace hearth::services::sts
