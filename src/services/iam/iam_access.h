// What IAM's operations have to be allowed for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "api/access.h"

namespace hearth::services::iam {

// What only IAM knows of the things that requests name.
struct IamNames {
  // "user", "role" or "group", and a name: the ARN with its path; of what is not there one with the path "/".
  std::function<std::string(std::string_view kind, const std::string& account, const std::string& name)> arnOf;
  // ARN of its permissions boundary.
  std::function<std::optional<std::string>(std::string_view kind, const std::string& account,
                                           const std::string& name)>
      boundaryOf;
  // Name of the user who has the key; empty when nobody has.
  std::function<std::string(const std::string& account, const std::string& accessKeyId)> userOfKey;
};

api::ServiceAccess iamAccess(IamNames names);

}  // namespace hearth::services::iam
