// AWS::SES::EmailIdentity for CloudFormation.
#pragma once

#include <memory>
#include <vector>

#include "ports/resource_provider.h"
#include "services/ses/ses_service.h"

namespace hearth::services::ses {

std::vector<std::unique_ptr<ports::ResourceProvider>> makeSesResources(SesService& service);

}  // namespace hearth::services::ses
