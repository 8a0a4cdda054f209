// The policies that decide: of users and roles (PolicySource, implemented by services/iam), and of resources
// (ResourcePolicySource, implemented by each service whose resources have policies). Asked by identity::Authority,
// which keeps what it compiled until the generation changes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

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

struct PrincipalPolicies {
  std::string arn;  // of the user or role, with its path; empty when there is none (any more)
  std::map<std::string, std::string> tags;
  std::vector<PolicyText> policies;
  std::string id = {};  // AIDA..., AROA...: another when it was deleted and made again
};

class PolicySource {
 public:
  virtual ~PolicySource() = default;
  // For a user its own and its groups' policies, for a role or a session of it the role's. Nothing for root and for
  // a principal that does not exist (any more). On any thread; on the writer thread with what is not committed yet.
  virtual PrincipalPolicies policiesOf(const std::string& principalArn) const = 0;
  // Another number after every commit that may change an answer, before that commit is acknowledged. Thread-safe.
  virtual std::uint64_t policyGeneration() const = 0;
};

struct ResourcePolicy {
  std::string account;          // whose the resource is; empty when there is no such resource
  std::string document;         // JSON text; empty when it has none
  bool ownAccountOnly = false;  // whatever it says to others
};

class ResourcePolicySource {
 public:
  virtual ~ResourcePolicySource() = default;
  // The part of the ARN that names what has the policy: of an object its bucket. Empty when no policy speaks about
  // this action on this resource.
  virtual std::string_view policyHolder(std::string_view action, std::string_view resource) const = 0;
  // A Fault ends the call: NoSuchBucket 404 is told before anything is decided. Threads as above.
  virtual Result<ResourcePolicy> resourcePolicyOf(const std::string& holder) const = 0;
  // False when not one resource has a policy: then root is not looked at. Thread-safe.
  virtual bool hasPolicies() const = 0;
  virtual std::uint64_t resourcePolicyGeneration() const = 0;
  // What the root of the resource's account may whatever the policy says.
  virtual bool ownerMayAlways(std::string_view /*action*/) const { return false; }
};

}  // namespace hearth::ports
