// ProviderRegistry: which provider makes which type.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "ports/resource_provider.h"
#include "stacks/plan.h"

namespace hearth::stacks {

// Filled before the engine starts, only read afterwards: then thread-safe.
class ProviderRegistry final {
 public:
  ProviderRegistry() = default;
  ProviderRegistry(const ProviderRegistry&) = delete;
  ProviderRegistry& operator=(const ProviderRegistry&) = delete;

  // Borrows; the provider outlives the registry. A second provider of a type takes the place of the first.
  void add(ports::ResourceProvider& provider) { providers_[provider.spec().type] = &provider; }

  ports::ResourceProvider* find(std::string_view type) const {
    const auto found = providers_.find(type);
    return found == providers_.end() ? nullptr : found->second;
  }
  SpecLookup specs() const {
    return [this](std::string_view type) -> const ports::ResourceSpec* {
      const auto* provider = find(type);
      return provider ? &provider->spec() : nullptr;
    };
  }

 private:
  std::map<std::string, ports::ResourceProvider*, std::less<>> providers_;
};

}  // namespace hearth::stacks
