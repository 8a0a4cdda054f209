// PolicySource: the policies that speak for or against a principal. Implemented by services/iam, for whoever
// decides.
#pragma once

#include <string>
#include <vector>

namespace hearth::ports {

enum class PolicyPart : unsigned char {
  kGrant,     // an identity policy: grants, or denies
  kBoundary,  // the principal's permissions boundary: nothing beyond it is granted
};

struct PolicyText {
  PolicyPart part = PolicyPart::kGrant;
  std::string name;
  std::string arn;       // empty for an inline policy
  std::string holder;    // ARN of the user, group or role that it is attached to
  std::string document;  // JSON text of the default version
};

class PolicySource {
 public:
  virtual ~PolicySource() = default;
  // For a user its own and its groups' policies, for a role or a session of it the role's. Empty for root and for
  // a principal that does not exist (any more). On the writer thread or with a read snapshot.
  virtual std::vector<PolicyText> policiesOf(const std::string& principalArn) const = 0;
};

}  // namespace hearth::ports
