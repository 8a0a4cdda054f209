// AWS::Scheduler::Schedule and AWS::Scheduler::ScheduleGroup for CloudFormation.
#pragma once

#include <memory>
#include <vector>

#include "ports/resource_provider.h"
#include "services/scheduler/scheduler_service.h"

namespace hearth::services::scheduler {

std::vector<std::unique_ptr<ports::ResourceProvider>> makeSchedulerResources(SchedulerService& service);

}  // namespace hearth::services::scheduler
