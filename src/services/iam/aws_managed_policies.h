// The managed policies of AWS that stacks commonly attach.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"

namespace hearth::services::iam {

// One policy, in its default version; AWS's earlier versions are not kept.
struct AwsManagedPolicy {
  std::string arn;
  std::string path;
  std::string name;
  std::string id;  // ANPA..., made of the ARN
  std::string versionId;
  base::Time created;
  base::Time updated;
  std::string document;
};

// Read from the table in aws_managed_policies.inc when it is first asked for. Thread-safe.
class AwsManagedPolicies final {
 public:
  // nullptr when there is none of this ARN here.
  const AwsManagedPolicy* find(const std::string& arn) const;
  // In the order of ARNs.
  const std::vector<AwsManagedPolicy>& all() const;

 private:
  mutable std::once_flag read_;
  mutable std::vector<AwsManagedPolicy> policies_;
};

}  // namespace hearth::services::iam
