// What the operations of Amazon Simple Systems Manager (SSM) have to be allowed for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/
#pragma once

#include "api/access.h"

namespace hearth::services::ssm {

api::ServiceAccess ssmAccess();

}  // namespace hearth::services::ssm
