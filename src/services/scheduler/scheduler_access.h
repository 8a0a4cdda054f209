// What EventBridge Scheduler's operations have to be allowed for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html
#pragma once

#include "api/access.h"

namespace hearth::services::scheduler {

api::ServiceAccess schedulerAccess();

}  // namespace hearth::services::scheduler
