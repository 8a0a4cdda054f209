// ApiKeys: all API keys and the usage plans that let them in, ready to look up.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/definition.h"

namespace hearth::gateway {

struct Stage;

// What a good key means for a stage. Views and pointers live as long as the ApiKeys.
struct Admission {
  const UsagePlanDefinition* plan = nullptr;
  const PlanStage* planStage = nullptr;
  std::string_view keyId;
  std::string_view name;  // of the key under the plan, for buckets and counts
};

// Immutable, so thread-safe. Values are kept as digests: finding one takes no time that depends on how much of a
// key was guessed right, and a dump of memory shows none.
class ApiKeys final {
 public:
  ApiKeys() = default;
  ApiKeys(const std::vector<ApiKeyDefinition>& keys, std::vector<UsagePlanDefinition> plans);
  ApiKeys(const ApiKeys&) = delete;
  ApiKeys& operator=(const ApiKeys&) = delete;

  // Whether the value is that of an enabled key of the stage's account and region that a plan lets into the stage.
  bool find(const Stage& stage, std::string_view value, Admission& admission) const;

 private:
  struct Use {
    std::size_t plan = 0;
    std::string name;
  };
  struct Key {
    std::string id;
    std::vector<Use> uses;
  };
  std::vector<UsagePlanDefinition> plans_;
  std::unordered_map<std::string, Key> keys_;  // by digest
};

}  // namespace hearth::gateway
