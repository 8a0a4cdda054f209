// The property LifecycleConfiguration of AWS::S3::Bucket: what of it there is, and the same in S3's own form.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-s3-bucket-lifecycleconfiguration.html
#pragma once

#include "api/s3.h"
#include "base/json.h"
#include "ports/resource_provider.h"

namespace hearth::services::s3 {

// Transitions are left out, and so refused by name before anything is made.
ports::PropertySpec lifecycleProperty();

// Fault: InvalidRequest for what the two forms cannot both say; everything else is the business of
// PutBucketLifecycleConfiguration.
Result<api::s3::BucketLifecycleConfiguration> lifecycleOf(const Json& property);

// The way back. What says the same as the property in `given` is said in its words.
Json lifecyclePropertyOf(const api::s3::BucketLifecycleConfiguration& configuration, const JsonObject& given);

}  // namespace hearth::services::s3
