// ECR: the registry of container images, of which there are none.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/
//
// Functions come as zip packages here, not as images. Clients that look whether they have left images behind are
// told the truth: there is no repository. Nothing can be made.
#pragma once

#include "api/call.h"
#include "api/ecr.h"

namespace hearth::services::ecr {

class EcrService final {
 public:
  // Faults: RepositoryNotFoundException for whatever is named; InvalidParameterException.
  Result<api::ecr::DescribeRepositoriesOutput> describeRepositories(const api::Call& call,
                                                                    api::ecr::DescribeRepositoriesInput in) const;
};

}  // namespace hearth::services::ecr
