// The CloudFormation types of Secrets Manager: AWS::SecretsManager::Secret.
#pragma once

#include <memory>
#include <vector>

#include "ports/resource_provider.h"
#include "services/secretsmanager/secretsmanager_service.h"

namespace hearth::services::secretsmanager {

std::vector<std::unique_ptr<ports::ResourceProvider>> makeSecretsManagerResources(SecretsManagerService& service);

}  // namespace hearth::services::secretsmanager
