#include "services/events/rule_arn.h"

namespace hearth::services::events {

namespace {

// What stands before the next colon; `text` goes on behind it. Empty when there is none.
std::string_view takeField(std::string_view& text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return {};
  const auto field = text.substr(0, colon);
  text.remove_prefix(colon + 1);
  return field;
}

}  // namespace

std::optional<RuleName> parseRuleArn(std::string_view arn) {
  constexpr std::string_view kPrefix = "arn:aws:events:";
  constexpr std::string_view kRule = "rule/";
  if (!arn.starts_with(kPrefix)) return std::nullopt;
  arn.remove_prefix(kPrefix.size());
  RuleName rule;
  rule.region = takeField(arn);
  rule.account = takeField(arn);
  if (rule.region.empty() || rule.account.empty() || !arn.starts_with(kRule)) return std::nullopt;
  rule.name = arn.substr(kRule.size());
  if (rule.name.empty() || rule.name.find('/') != std::string::npos) return std::nullopt;
  return rule;
}

}  // namespace hearth::services::events
