// Trust policies: who may take a role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "identity/directory.h"
#include "identity/policy.h"
#include "ports/policy_source.h"

namespace hearth::identity {

// "lambda.amazonaws.com", on behalf of a resource in `sourceAccount`. A condition on anything but
// aws:SourceAccount allows nothing, and denies.
bool trustsService(const Policy& trust, std::string_view servicePrincipal, std::string_view sourceAccount);

// The trust policies of all roles, for sts:AssumeRole.
class TrustPolicies final : public ports::ResourcePolicySource {
 public:
  explicit TrustPolicies(const Directory& directory) : directory_(directory) {}

  std::string_view policyHolder(std::string_view action, std::string_view resource) const override;
  Result<ports::ResourcePolicy> resourcePolicyOf(const std::string& roleArn) const override;
  bool hasPolicies() const override { return true; }
  std::uint64_t resourcePolicyGeneration() const override { return directory_.roleGeneration(); }

 private:
  const Directory& directory_;
};

}  // namespace hearth::identity
