#include "identity/decision.h"

namespace hearth::identity {
namespace {

using By = Decision::By;
using Outcome = Decision::Outcome;

struct IdentityRuling {
  bool denied = false;
  bool deniedByBoundary = false;
  bool allowed = false;
  bool withinBoundary = true;
};

IdentityRuling ruleOf(const IdentityPolicies& identity, const PolicyRequest& request) {
  IdentityRuling ruling;
  ruling.denied = identity.unreadable;
  for (const Policy& policy : identity.grants) {
    const Ruling one = policy.rule(request);
    ruling.denied = ruling.denied || one.denied;
    ruling.allowed = ruling.allowed || one.grant != Grant::kNone;
  }
  if (identity.boundary) {
    const Ruling one = identity.boundary->rule(request);
    ruling.deniedByBoundary = one.denied;
    ruling.withinBoundary = one.grant != Grant::kNone;
  }
  return ruling;
}

Decision missing(By by) { return {Outcome::kNotAllowed, by}; }

std::string_view nameOf(By by) {
  switch (by) {
    case By::kIdentity:
      return "identity-based policy";
    case By::kBoundary:
      return "permissions boundary";
    default:
      return "resource-based policy";
  }
}

std::string reasonOf(const PolicyRequest& request, const Decision& decision) {
  const std::string policy(nameOf(decision.by));
  if (decision.outcome == Outcome::kDenied)
    return " with an explicit deny in " + std::string(decision.by == By::kIdentity ? "an " : "a ") + policy;
  return " because no " + policy + " allows the " + std::string(request.action) + " action";
}

std::string subjectOf(const PolicyRequest& request) {
  return "User: " + request.actor.arn + " is not authorized to perform: " + std::string(request.action);
}

// SES names the resource where there is one, in quotes of its own.
std::string sesText(const PolicyRequest& request, const Decision& decision) {
  if (request.resource == "*") return subjectOf(request) + reasonOf(request, decision);
  return "User `" + request.actor.arn + "' is not authorized to perform `" + std::string(request.action) +
         "' on resource `" + std::string(request.resource) + "'";
}

std::string s3Text(const PolicyRequest& request, const Decision& decision, const ResourceSide& resource) {
  if (!resource.account.empty() && resource.account != request.actor.account) return "Access Denied";
  if (request.resource == "*" || request.resource.empty()) return subjectOf(request) + reasonOf(request, decision);
  return subjectOf(request) + " on resource: \"" + std::string(request.resource) + "\"" +
         reasonOf(request, decision);
}

}  // namespace

Decision decide(const PolicyRequest& request, const IdentityPolicies* identity, const ResourceSide& resource) {
  const Actor& actor = request.actor;
  const bool foreign = !resource.account.empty() && resource.account != actor.account;
  // The sessions of a role that is gone may nothing, whatever others say.
  if (identity && identity->arn.empty()) return missing(By::kIdentity);
  const bool root = !identity && actor.isRoot();
  if (root && !foreign && resource.ownerMayAlways) return {Outcome::kAllowed, By::kIdentity};
  if (resource.unreadable) return {Outcome::kDenied, By::kResource};
  const Ruling shared = resource.policy ? resource.policy->rule(request) : Ruling{};
  IdentityRuling own;
  own.allowed = root;
  if (identity) own = ruleOf(*identity, request);
  if (own.denied) return {Outcome::kDenied, By::kIdentity};
  if (own.deniedByBoundary) return {Outcome::kDenied, By::kBoundary};
  if (shared.denied) return {Outcome::kDenied, By::kResource};

  const Decision allowed{Outcome::kAllowed, By::kIdentity};
  if (!foreign) {
    // Whom the resource names itself needs nothing more. A role stays within its boundary.
    if (shared.grant == Grant::kActor) return allowed;
    if (shared.grant == Grant::kIdentity && own.withinBoundary) return allowed;
  }
  const bool shut = foreign && resource.ownAccountOnly;
  if (shut || ((foreign || resource.trust) && shared.grant == Grant::kNone)) {
    if (own.allowed) return missing(own.withinBoundary ? By::kResource : By::kBoundary);
    return missing(By::kIdentity);
  }
  if (!own.allowed) return missing(By::kIdentity);
  if (!own.withinBoundary) return missing(By::kBoundary);
  return allowed;
}

std::string denialText(const PolicyRequest& request, const Decision& decision) {
  return subjectOf(request) + " on resource: " + std::string(request.resource) + reasonOf(request, decision);
}

Fault denial(const PolicyRequest& request, const Decision& decision, const ResourceSide& resource,
             DenialStyle style) {
  switch (style) {
    case DenialStyle::kS3:
      return {"AccessDenied", s3Text(request, decision, resource), 403};
    case DenialStyle::kSes:
      return {"AccessDenied", sesText(request, decision), 403};
    case DenialStyle::kJson:
      return {"AccessDeniedException", denialText(request, decision), 400};
    case DenialStyle::kRest:
      return {"AccessDeniedException", denialText(request, decision), 403};
    case DenialStyle::kQuery:
      break;
  }
  // A role's trust policy is not told about.
  if (resource.trust)
    return {"AccessDenied", subjectOf(request) + " on resource: " + std::string(request.resource), 403};
  return {"AccessDenied", denialText(request, decision), 403};
}

}  // namespace hearth::identity
