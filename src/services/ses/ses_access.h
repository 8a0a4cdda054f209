// What SES's operations have to be allowed for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonses.html
#pragma once

#include "api/access.h"

namespace hearth::services::ses {

api::ServiceAccess sesAccess();

}  // namespace hearth::services::ses
