// What the CloudFormation types of IAM have to be allowed for.
#pragma once

#include <vector>

#include "api/access.h"

namespace hearth::services::iam {

// Without TypeRule::resolve.
std::vector<api::TypeRule> iamTypeRules();

}  // namespace hearth::services::iam
