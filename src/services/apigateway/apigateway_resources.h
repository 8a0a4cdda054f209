// The AWS::ApiGateway::... types for CloudFormation.
#pragma once

#include <memory>
#include <vector>

#include "ports/resource_provider.h"
#include "services/apigateway/apigateway_service.h"

namespace hearth::services::apigateway {

std::vector<std::unique_ptr<ports::ResourceProvider>> makeApiGatewayResources(ApiGatewayService& service);

}  // namespace hearth::services::apigateway
