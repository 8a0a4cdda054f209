// Decision: what all policies that speak about a request come to.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "identity/policy.h"

namespace hearth::identity {

// The policies of a user or role, compiled.
struct IdentityPolicies {
  std::string arn;  // of the user or role; empty when it is not there (any more)
  std::map<std::string, std::string> tags;
  std::vector<Policy> grants;
  std::optional<Policy> boundary;
  bool unreadable = false;  // one of them cannot be compiled: everything is denied
  std::string id = {};      // AIDA..., AROA...
};

// The resource's side.
struct ResourceSide {
  std::string account;             // whose it is; empty when no policy could stand there: the actor's own
  const Policy* policy = nullptr;  // nullptr: it has none
  bool unreadable = false;
  bool ownAccountOnly = false;  // whatever the policy says to others
  bool ownerMayAlways = false;  // the root of the resource's account, whatever the policy says
  bool trust = false;           // a role's trust policy, without which an identity's own policy opens nothing
};

struct Decision {
  enum class Outcome : unsigned char { kAllowed, kNotAllowed, kDenied };
  enum class By : unsigned char { kIdentity, kBoundary, kResource };  // whose policy refused, or is missing
  Outcome outcome = Outcome::kNotAllowed;
  By by = By::kIdentity;

  bool allowed() const { return outcome == Outcome::kAllowed; }
};

// `identity` is nullptr for an account's root and for a service: they have no policies of their own. Root needs
// none in its account.
Decision decide(const PolicyRequest& request, const IdentityPolicies* identity, const ResourceSide& resource);

// "User: arn... is not authorized to perform: s3:GetObject on resource: arn... because no identity-based policy
// allows the s3:GetObject action". https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
std::string denialText(const PolicyRequest& request, const Decision& decision);
// How each service says it: codes, status, and where its words differ. `service` is the prefix of actions.
enum class DenialStyle : unsigned char {
  kQuery,  // AccessDenied 403
  kS3,     // AccessDenied 403, the resource in quotes; to other accounts no more than "Access Denied"
  kSes,    // AccessDenied 403
  kJson,   // AccessDeniedException 400
  kRest,   // AccessDeniedException 403
};
Fault denial(const PolicyRequest& request, const Decision& decision, const ResourceSide& resource,
             DenialStyle style);

}  // namespace hearth::identity
