// What ECR's operations have to be allowed for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
#pragma once

#include "api/access.h"

namespace hearth::services::ecr {

api::ServiceAccess ecrAccess();

}  // namespace hearth::services::ecr
