// Where a template is: in the request, or at an S3 address.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace hearth::services::cloudformation {

struct S3Address {
  std::string bucket;
  std::string key;
  std::optional<std::string> versionId;
};

// Reads https://BUCKET.s3.REGION.amazonaws.com/KEY, https://s3.REGION.amazonaws.com/BUCKET/KEY, the same with
// localhost and its ports, and s3://BUCKET/KEY. Fault: ValidationError 400, in AWS's words.
Result<S3Address> parseTemplateUrl(const std::string& url);

}  // namespace hearth::services::cloudformation
