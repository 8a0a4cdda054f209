// AWS::Lambda::Function, Permission, Version, Alias and EventInvokeConfig for CloudFormation.
#pragma once

#include <memory>
#include <vector>

#include "ports/resource_provider.h"
#include "services/lambda/lambda_service.h"

namespace hearth::services::lambda {

std::vector<std::unique_ptr<ports::ResourceProvider>> makeLambdaResources(LambdaService& service);

}  // namespace hearth::services::lambda
