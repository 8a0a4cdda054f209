// What STS's operations have to be allowed for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
#pragma once

#include "api/access.h"

namespace hearth::services::sts {

api::ServiceAccess stsAccess();

}  // namespace hearth::services::sts
