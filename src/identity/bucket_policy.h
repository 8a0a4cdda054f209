// Policies of resources, as they are put: what a service that keeps them asks before it does.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
#pragma once

#include <string>

#include "base/result.h"

namespace hearth::identity {

// Faults: MalformedPolicy 400 for a document that says nothing that can be decided, for resources that are not the
// bucket's, for actions of another service, and for principals that nobody can be.
Result<void> checkBucketPolicy(const std::string& document, const std::string& bucketArn);
// Whether it lets in everybody, by AWS's definition of "public". False for what is no policy.
bool isPublicPolicy(const std::string& document);

}  // namespace hearth::identity
