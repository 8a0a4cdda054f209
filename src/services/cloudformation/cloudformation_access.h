// What CloudFormation's operations have to be allowed for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html
#pragma once

#include <functional>
#include <string>

#include "api/access.h"

namespace hearth::services::cloudformation {

// The ARNs of stacks that stand; empty for what there is not.
struct StackNames {
  std::function<std::string(const api::Call&, const std::string& stack)> ofStack = {};
  std::function<std::string(const api::Call&, const std::string& changeSetArn)> ofChangeSet = {};
  std::function<std::string(const api::Call&, const std::string& physicalId)> ofResource = {};
};

api::ServiceAccess cloudformationAccess(const StackNames& names);

}  // namespace hearth::services::cloudformation
