// ConditionKeys: what a request says about itself, for conditions and for variables in policies.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::identity {

class ConditionKeys {
 public:
  virtual ~ConditionKeys() = default;
  // The values of a key, which is given in lower case; nullopt when the request does not have it.
  virtual std::optional<std::vector<std::string>> find(std::string_view key) const = 0;
  // False for a key whose absence says nothing, because the server does not know it: a condition on it opens no
  // door, and does not take a denial back.
  virtual bool knows(std::string_view key) const = 0;
};

}  // namespace hearth::identity
