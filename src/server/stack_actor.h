// StackActor: in whose rights a stack acts: those of its role, or of the user or session that ordered the
// operation. Root is not asked.
#pragma once

#include <string>

#include "api/access.h"
#include "base/clock.h"
#include "identity/authority.h"
#include "ports/credential_issuer.h"

namespace hearth::server {

// On any thread.
class StackActor final {
 public:
  // Borrows everything. `arn`: empty for root.
  StackActor(const identity::Authority& authority, ports::CredentialIssuer& roles, const base::Clock& clock,
             std::string arn, std::string account, std::string region)
      : authority_(authority),
        roles_(roles),
        clock_(clock),
        arn_(std::move(arn)),
        account_(std::move(account)),
        region_(std::move(region)) {}

  bool isRoot() const { return arn_.empty(); }
  // Whether CloudFormation may take the role at all. Faults: as CredentialIssuer::checkAssumable().
  Result<void> checkRole() const;
  // Fault: the denial. `standing`: the policies that decide instead of those of now, for what is new.
  Result<void> mayDo(const api::Access& access, const identity::Standing* standing = nullptr) const;

 private:
  const identity::Authority& authority_;
  ports::CredentialIssuer& roles_;
  const base::Clock& clock_;
  const std::string arn_;
  const std::string account_;
  const std::string region_;
};

}  // namespace hearth::server
