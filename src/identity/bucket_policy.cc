#include "identity/bucket_policy.h"

#include <string_view>

#include "identity/policy.h"

namespace hearth::identity {
namespace {

Fault malformed(std::string message) { return {"MalformedPolicy", std::move(message)}; }

bool isOfBucket(std::string_view resource, std::string_view bucketArn) {
  if (!resource.starts_with(bucketArn)) return false;
  const std::string_view rest = resource.substr(bucketArn.size());
  return rest.empty() || rest.front() == '/' || rest.front() == '*';
}

}  // namespace

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
