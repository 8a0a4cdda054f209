// ProviderRegistry: which provider makes which type.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ports/resource_provider.h"
#include "stacks/plan.h"

namespace hearth::stacks {

inline constexpr std::string_view kCustomResourceType = "AWS::CloudFormation::CustomResource";

// Filled before the engine starts, only read afterwards: then thread-safe.
class ProviderRegistry final {
 public:
  ProviderRegistry() = default;
  ProviderRegistry(const ProviderRegistry&) = delete;
  ProviderRegistry& operator=(const ProviderRegistry&) = delete;

  // Borrows; the provider outlives the registry. A second provider of a type takes the place of the first.
  void add(ports::ResourceProvider& provider) { providers_[provider.spec().type] = &provider; }

  // The provider of custom resources also makes those whose type is Custom::NAME.
  ports::ResourceProvider* find(std::string_view type) const {
    const auto found = providers_.find(isCustom(type) ? kCustomResourceType : type);
    return found == providers_.end() ? nullptr : found->second;
  }
  // In the order of their names.
  std::vector<const ports::ResourceSpec*> types() const {
    std::vector<const ports::ResourceSpec*> types;
    for (const auto& [type, provider] : providers_) types.push_back(&provider->spec());
    return types;
  }
  SpecLookup specs() const {
    return [this](std::string_view type) -> const ports::ResourceSpec* {
      const auto* provider = find(type);
      return provider ? &provider->spec() : nullptr;
    };
  }

 private:
  // "Up to 60 alphanumeric characters and _@-", as AWS says of the whole.
  static bool isCustom(std::string_view type) {
    constexpr std::string_view kPrefix = "Custom::";
    if (!type.starts_with(kPrefix) || type.size() == kPrefix.size() || type.size() > kPrefix.size() + 60)
      return false;
    const std::string_view name = type.substr(kPrefix.size());
    return std::all_of(name.begin(), name.end(), [](unsigned char c) {
      return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '@' ||
             c == '-';
    });
  }

  std::map<std::string, ports::ResourceProvider*, std::less<>> providers_;
};

}  // namespace hearth::stacks
