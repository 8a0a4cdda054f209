#include "gateway/api_keys.h"

#include <utility>

#include "base/hash.h"
#include "gateway/stage.h"

namespace hearth::gateway {
namespace {

constexpr std::size_t kMaxKeyBytes = 128;

std::string digestOf(std::string_view account, std::string_view region, std::string_view value) {
  std::string text;
  text.reserve(account.size() + region.size() + value.size() + 2);
  text.append(account).append(1, '\n').append(region).append(1, '\n').append(value);
  return base::sha256(text);
}

}  // namespace

ApiKeys::ApiKeys(const std::vector<ApiKeyDefinition>& keys, std::vector<UsagePlanDefinition> plans)
    : plans_(std::move(plans)) {
  std::unordered_map<std::string, std::vector<Use>> uses;  // by account, region and key id
  const auto owner = [](const auto& of, const std::string& id) {
    return of.account + "\n" + of.region + "\n" + id;
  };
  for (std::size_t i = 0; i < plans_.size(); ++i) {
    for (const std::string& id : plans_[i].keyIds) {
      uses[owner(plans_[i], id)].push_back({i, plans_[i].id + "/" + id});
    }
  }
  for (const ApiKeyDefinition& key : keys) {
    if (!key.enabled || key.value.empty()) continue;
    keys_[digestOf(key.account, key.region, key.value)] = {key.id, std::move(uses[owner(key, key.id)])};
  }
}

bool ApiKeys::find(const Stage& stage, std::string_view value, Admission& admission) const {
  if (value.empty() || value.size() > kMaxKeyBytes) return false;
  const auto found = keys_.find(digestOf(stage.account, stage.region, value));
  if (found == keys_.end()) return false;
  for (const Use& use : found->second.uses) {
    const UsagePlanDefinition& plan = plans_[use.plan];
    for (const PlanStage& planStage : plan.stages) {
      if (planStage.apiId != stage.apiId || planStage.stage != stage.name) continue;
      admission = {&plan, &planStage, found->second.id, use.name};
      return true;
    }
  }
  return false;
}

}  // namespace hearth::gateway
