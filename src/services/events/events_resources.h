// AWS::Events::Rule for CloudFormation.
#pragma once

#include <memory>
#include <vector>

#include "ports/resource_provider.h"
#include "services/events/events_service.h"

namespace hearth::services::events {

std::vector<std::unique_ptr<ports::ResourceProvider>> makeEventsResources(EventsService& service);

}  // namespace hearth::services::events
