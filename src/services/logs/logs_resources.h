// AWS::Logs::LogGroup and AWS::Logs::LogStream for CloudFormation.
#pragma once

#include <memory>
#include <vector>

#include "ports/resource_provider.h"
#include "services/logs/logs_service.h"

namespace hearth::services::logs {

std::vector<std::unique_ptr<ports::ResourceProvider>> makeLogsResources(LogsService& service);

}  // namespace hearth::services::logs
