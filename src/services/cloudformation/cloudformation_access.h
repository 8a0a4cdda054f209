// What CloudFormation's operations have to be allowed for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html
#pragma once

#include "api/access.h"

namespace hearth::services::cloudformation {

api::ServiceAccess cloudformationAccess();

}  // namespace hearth::services::cloudformation
