// RuleName: which rule is meant, and its ARN. All rules live on the default event bus, whose name their ARNs leave
// out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth::services::events {

struct RuleName {
  std::string account;
  std::string region;
  std::string name;

  // arn:aws:events:REGION:ACCOUNT:rule/NAME
  std::string arn() const { return "arn:aws:events:" + region + ":" + account + ":rule/" + name; }
  bool operator==(const RuleName&) const = default;
};

// nullopt for anything but the ARN of a rule on the default bus.
std::optional<RuleName> parseRuleArn(std::string_view arn);

}  // namespace hearth::services::events
