// What Lambda's operations have to be allowed for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
#pragma once

#include "api/access.h"

namespace hearth::services::lambda {

api::ServiceAccess lambdaAccess();

}  // namespace hearth::services::lambda
