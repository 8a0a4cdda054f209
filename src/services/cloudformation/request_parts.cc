#include "services/cloudformation/request_parts.h"

#include "base/role_arn.h"
#include "services/page_token.h"

namespace hearth::services::cloudformation {

using namespace api::cloudformation;

Fault invalid(std::string message) { return {"ValidationError", std::move(message)}; }

Result<std::string> roleOf(const api::Call& call, const std::optional<std::string>& given) {
  if (!given || given->empty()) return std::string();
  const std::string_view account = base::accountOfRole(*given);
  if (account.empty()) return invalid("Role " + given->substr(0, 2048) + " is invalid or cannot be assumed");
  if (account != call.account) return Fault("AccessDenied", "Cross-account pass role is not allowed.", 403);
  return *given;
}

stacks::Place placeOf(const api::Call& call) {
  return {call.account, call.region, call.principal.isRoot ? std::string() : call.principal.arn};
}

Result<std::string> pageAfter(std::string_view list, const std::optional<std::string>& token) {
  if (!token) return std::string();
  auto last = readPageToken(list, *token);
  if (!last) return invalid(token->substr(0, 1024) + " is not a valid NextToken");
  return *std::move(last);
}

std::vector<stacks::ParameterInput> parametersOf(const std::optional<std::vector<Parameter>>& given) {
  std::vector<stacks::ParameterInput> parameters;
  if (!given) return parameters;
  for (const Parameter& parameter : *given)
    parameters.push_back({parameter.parameterKey.value_or(""), parameter.parameterValue,
                          parameter.usePreviousValue.value_or(false)});
  return parameters;
}

Result<std::map<std::string, std::string>> tagsOf(const std::vector<Tag>& given) {
  std::map<std::string, std::string> tags;
  if (given.size() > 50) return invalid("A stack can have no more than 50 tags.");
  for (const Tag& tag : given) {
    if (tag.key.empty() || tag.key.size() > 128 || tag.value.size() > 256)
      return invalid("A tag's key has 1 to 128 characters, its value at most 256.");
    if (tag.key.starts_with("aws:"))
      return invalid("aws: prefixed tag key names are not allowed for external use.");
    if (!tags.emplace(tag.key, tag.value).second) return invalid("Duplicate tag keys found: " + tag.key);
  }
  return tags;
}

std::vector<std::string> withoutEmpty(const std::optional<std::vector<std::string>>& given) {
  std::vector<std::string> values;
  if (!given) return values;
  for (const std::string& value : *given)
    if (!value.empty()) values.push_back(value);
  return values;
}

Result<void> refuseRollbackTriggers(const std::optional<api::cloudformation::RollbackConfiguration>& given) {
  if (!given) return {};
  if (given->rollbackTriggers && !given->rollbackTriggers->empty())
    return invalid("RollbackConfiguration with triggers is not supported.");
  if (given->monitoringTimeInMinutes.value_or(0) != 0)
    return invalid("RollbackConfiguration with MonitoringTimeInMinutes is not supported.");
  return {};
}

std::optional<std::string> unlessEmpty(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace hearth::services::cloudformation
