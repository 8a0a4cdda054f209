// AWS::S3::Bucket and AWS::S3::BucketPolicy for CloudFormation.
#pragma once

#include <memory>
#include <vector>

#include "ports/resource_provider.h"
#include "services/s3/s3_service.h"

namespace hearth::services::s3 {

std::vector<std::unique_ptr<ports::ResourceProvider>> makeS3Resources(S3Service& service);

}  // namespace hearth::services::s3
