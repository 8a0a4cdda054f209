// What the operations of AWS Secrets Manager have to be allowed for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/
#pragma once

#include "api/access.h"

namespace hearth::services::secretsmanager {

api::ServiceAccess secretsmanagerAccess();

}  // namespace hearth::services::secretsmanager
