// What the operations of Secrets Manager have to be allowed for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
#pragma once

#include <functional>
#include <string>

#include "api/access.h"

namespace hearth::services::secretsmanager {

// The ARN of the secret that an id names; of one that is not there, what its ARN would be like.
using SecretNames =
    std::function<std::string(const std::string& account, const std::string& region, const std::string& secretId)>;

api::ServiceAccess secretsmanagerAccess(SecretNames names);

}  // namespace hearth::services::secretsmanager
