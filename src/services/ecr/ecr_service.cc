#include "services/ecr/ecr_service.h"

namespace hearth::services::ecr {

using namespace api::ecr;

// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html
Result<DescribeRepositoriesOutput> EcrService::describeRepositories(const api::Call& call,
                                                                    DescribeRepositoriesInput in) const {
  constexpr std::size_t kMostNames = 100;
  const std::string registry = in.registryId.value_or(call.account);
  if (in.repositoryNames && in.repositoryNames->size() > kMostNames)
    return Fault(
        "InvalidParameterException",
        "Invalid parameter at 'repositoryNames' failed to satisfy constraint: 'Member must have length less "
        "than or equal to 100'");
  if (in.repositoryNames && !in.repositoryNames->empty())
    return Fault("RepositoryNotFoundException", "The repository with name '" + in.repositoryNames->front() +
                                                    "' does not exist in the registry with id '" + registry + "'");
  DescribeRepositoriesOutput out;
  out.repositories.emplace();
  return out;
}

}  // namespace hearth::services::ecr
