#include "services/ecr/ecr_access.h"

namespace hearth::services::ecr {
namespace {

using api::Access;
using api::Call;
using api::InputView;

// Every repository that is named; without a name, all.
Result<void> repositories(const Call& call, const InputView& input, std::vector<Access>& accesses) {
  const std::vector<std::string> names = input.texts("repositoryNames");
  if (names.empty()) return {};
  const std::string action = accesses[0].action;
  const std::string before = "arn:aws:ecr:" + call.region + ":" + call.account + ":repository/";
  accesses.clear();
  for (const std::string& name : names) accesses.push_back({action, before + name});
  return {};
}

}  // namespace

api::ServiceAccess ecrAccess() {
  return {"ecr",
          {
              {"DescribeRepositories", "ecr:DescribeRepositories", "arn:aws:ecr:{region}:{account}:repository/*",
               repositories},
          },
          {"ecr:ResourceTag/"}};
}

}  // namespace hearth::services::ecr
