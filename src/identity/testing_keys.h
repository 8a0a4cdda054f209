// For tests: the condition keys of a request as a table.
#pragma once

#include <map>
#include <set>

#include "identity/condition_keys.h"

namespace hearth::identity {

struct TestingKeys final : ConditionKeys {
  std::map<std::string, std::vector<std::string>> values;  // lower case
  std::set<std::string> unknown;

  std::optional<std::vector<std::string>> find(std::string_view key) const override {
    auto it = values.find(std::string(key));
    return it == values.end() ? std::nullopt : std::optional(it->second);
  }
  bool knows(std::string_view key) const override { return !unknown.contains(std::string(key)); }
};

}  // namespace hearth::identity
