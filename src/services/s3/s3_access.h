// What S3's operations have to be allowed for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
#pragma once

#include "api/access.h"

namespace hearth::services::s3 {

api::ServiceAccess s3Access();

}  // namespace hearth::services::s3
