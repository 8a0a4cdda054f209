// The CloudFormation types of Parameter Store: AWS::SSM::Parameter.
#pragma once

#include <memory>
#include <vector>

#include "ports/resource_provider.h"
#include "services/ssm/ssm_service.h"

namespace hearth::services::ssm {

std::vector<std::unique_ptr<ports::ResourceProvider>> makeSsmResources(SsmService& service);

}  // namespace hearth::services::ssm
