// AWS::IAM::Role, Policy, ManagedPolicy, User, Group, AccessKey and UserToGroupAddition for CloudFormation.
#pragma once

#include <memory>
#include <vector>

#include "ports/resource_provider.h"
#include "services/iam/iam_service.h"

namespace hearth::services::iam {

std::vector<std::unique_ptr<ports::ResourceProvider>> makeIamResources(IamService& service);

}  // namespace hearth::services::iam
