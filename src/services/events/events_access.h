// What EventBridge's operations have to be allowed for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
#pragma once

#include "api/access.h"

namespace hearth::services::events {

api::ServiceAccess eventsAccess();

}  // namespace hearth::services::events
