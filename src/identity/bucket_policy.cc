#include "identity/bucket_policy.h"

#include <algorithm>

#include "identity/policy.h"

namespace hearth::identity {
namespace {

Fault malformed(std::string message) { return {"MalformedPolicy", std::move(message)}; }

bool cut(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool isAccountNumber(std::string_view text) {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool isOfBucket(std::string_view resource, std::string_view bucketArn) {
  return cut(resource, bucketArn) && (resource.empty() || resource.front() == '/' || resource.front() == '*');
}

}  // namespace

// "AWS:arn:aws:iam::111122223333:user/ann" and the like.
bool canBeSomebody(std::string_view principal) {
  if (principal == "*" || principal.starts_with("Service:")) return true;
  if (!cut(principal, "AWS:") || !cut(principal, "arn:aws:")) return false;
  const bool session = cut(principal, "sts::");
  if (!session && !cut(principal, "iam::")) return false;
  const std::size_t colon = principal.find(':');
  if (colon == std::string_view::npos || !isAccountNumber(principal.substr(0, colon))) return false;
  principal.remove_prefix(colon + 1);
  // A name is whole: wildcards are for conditions on aws:PrincipalArn.
  if (principal.find_first_of("*?") != std::string_view::npos) return false;
  if (session) return principal.starts_with("assumed-role/");
  return principal == "root" || principal.starts_with("user/") || principal.starts_with("role/");
}

Result<void> checkBucketPolicy(const std::string& document, const std::string& bucketArn) {
  auto parsed = base::parseJson(document);
  if (!parsed.ok() || !parsed->is_object())
    return malformed("Policies must be valid JSON and the first byte must be '{'");
  auto policy = Policy::parse(document, PolicyForm::kResource);
  if (!policy.ok()) return malformed(std::move(policy.fault().message));
  for (const std::string& principal : policy->principals())
    if (!canBeSomebody(principal)) return malformed("Invalid principal in policy");
  for (const std::string& action : policy->actions())
    if (action != "*" && !action.starts_with("s3:")) return malformed("Policy has invalid action");
  for (const std::string& resource : policy->resources())
    if (!isOfBucket(resource, bucketArn)) return malformed("Policy has invalid resource");
  return {};
}

bool isPublicPolicy(const std::string& document) {
  auto policy = Policy::parse(document, PolicyForm::kResource);
  return policy.ok() && policy->isPublic();
}

}  // namespace hearth::identity
