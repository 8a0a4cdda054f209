// What CloudWatch Logs's operations have to be allowed for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
#pragma once

#include "api/access.h"

namespace hearth::services::logs {

api::ServiceAccess logsAccess();

}  // namespace hearth::services::logs
