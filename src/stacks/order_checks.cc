#include "stacks/order_checks.h"

#include <algorithm>

#include "stacks/faults.h"
#include "stacks/scalars.h"
#include "stacks/stack_policy.h"

namespace hearth::stacks {
namespace {

constexpr std::size_t kMaxTags = 50;

}  // namespace

Result<void> checkStackName(const std::string& name) {
  const bool letter = !name.empty() && isAlphanumeric(name.substr(0, 1)) && !(name[0] >= '0' && name[0] <= '9');
  const bool fits = std::all_of(name.begin(), name.end(),
                                [](char c) { return c == '-' || isAlphanumeric(std::string_view(&c, 1)); });
  if (!letter || !fits) {
    return validationError("1 validation error detected: Value '" + name.substr(0, 200) +
                           "' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression "
                           "pattern: [a-zA-Z][-a-zA-Z0-9]*");
  }
  if (name.size() > 128) {
    return validationError(
        "1 validation error detected: Value '" + name.substr(0, 200) +
        "' at 'stackName' failed to satisfy constraint: Member must have length less than or equal "
        "to 128");
  }
  return {};
}

Result<void> checkTags(const std::map<std::string, std::string>& tags) {
  if (tags.size() > kMaxTags) {
    return validationError(
        "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have "
        "length less than or equal to 50");
  }
  for (const auto& [key, value] : tags) {
    if (key.empty() || key.size() > 128 || value.size() > 256) {
      return validationError("Tag keys must have 1 to 128 characters, and their values at most 256.");
    }
    if (key.starts_with("aws:")) {
      return validationError("Tags must not start with the reserved prefix aws: (" + key + ")");
    }
  }
  return {};
}

std::vector<std::string> noEchoNames(const Template& document) {
  std::vector<std::string> names;
  for (const auto& parameter : document.parameters) {
    if (parameter.noEcho) names.push_back(parameter.name);
  }
  return names;
}

std::map<std::string, CurrentResource> currentResources(const std::vector<ResourceRecord>& rows) {
  std::map<std::string, CurrentResource> current;
  for (const auto& row : rows) {
    const bool isMade = row.slot == Slot::kIncoming && !row.physicalId.empty();
    const bool stands = row.slot == Slot::kCurrent && !current.contains(row.logicalId);
    if (!isMade && !stands) continue;
    current[row.logicalId] = {row.type, row.physicalId, row.properties, row.attributes, row.metadata};
  }
  return current;
}

std::string statusText(const StackHeader& stack) { return std::string(nameOf(stack.status)); }

Result<void> checkPolicy(const std::string& text, const std::vector<std::string>& logicalIds) {
  HEARTH_TRY(const StackPolicy policy, StackPolicy::parse(text));
  return policy.checkNames({logicalIds.begin(), logicalIds.end()});
}

Result<void> checkCanBeUpdated(const StackHeader& stack, bool disableRollback) {
  const bool stands = stack.status == Status::kCreateComplete || stack.status == Status::kUpdateComplete ||
                      stack.status == Status::kUpdateRollbackComplete;
  if (stands && !stack.operation) return {};
  if (stack.isHalfDone() && !stack.operation) {
    if (disableRollback) return {};
    return validationError(
        "This stack is currently in a non-terminal [" + statusText(stack) +
        "] state. To update the stack from this state, please use the disable-rollback parameter "
        "with update-stack API. To rollback to the last known good state, use the rollback-stack "
        "API");
  }
  return validationError("Stack:" + stack.id + " is in " + statusText(stack) + " state and can not be updated.");
}

Result<std::shared_ptr<const Template>> transformedFor(const std::shared_ptr<const Template>& document,
                                                       const ParameterValues& parameters,
                                                       const std::string& region) {
  ParameterValues known = parameters;
  known["AWS::Region"] = region;
  const auto& asked = document->transformedWith;
  const bool isSame = std::all_of(asked.begin(), asked.end(), [&](const auto& one) {
    const auto found = known.find(one.first);
    return one.second && found != known.end() && found->second == *one.second;
  });
  if (isSame) return document;
  HEARTH_TRY(Template again, parseTemplate(document->text, {parameters, region}));
  return std::make_shared<const Template>(std::move(again));
}

Result<std::shared_ptr<const Template>> parsedTemplate(const std::string& text,
                                                       const std::shared_ptr<const Template>& parsed) {
  if (parsed && parsed->text == text) return parsed;
  HEARTH_TRY(Template document, parseTemplate(text));
  return std::make_shared<const Template>(std::move(document));
}

}  // namespace hearth::stacks
