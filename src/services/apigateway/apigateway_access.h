// What API Gateway's operations have to be allowed for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html
#pragma once

#include "api/access.h"

namespace hearth::services::apigateway {

api::ServiceAccess apigatewayAccess();

}  // namespace hearth::services::apigateway
