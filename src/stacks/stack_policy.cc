#include "stacks/stack_policy.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/glob.h"
#include "stacks/faults.h"
#include "stacks/scalars.h"

namespace hearth::stacks {
namespace {

constexpr std::string_view kResourcePrefix = "LogicalResourceId/";
constexpr std::array<std::string_view, 4> kActions = {"Update:Modify", "Update:Replace", "Update:Delete",
                                                      "Update:*"};

Fault invalidPolicy() { return validationError("Error validating stack policy: Invalid stack policy"); }

std::string_view nameOf(StackPolicy::Action action) { return kActions[static_cast<std::size_t>(action)]; }

// One text or a list of them, none empty.
Result<std::vector<std::string>> textsOf(const Json& json) {
  std::vector<std::string> texts;
  const auto add = [&texts](const Json& one) {
    if (!one.is_string() || one.get_string().empty()) return false;
    texts.emplace_back(one.get_string());
    return true;
  };
  if (const auto* list = json.if_array()) {
    for (const Json& one : *list) {
      if (!add(one)) return invalidPolicy();
    }
  } else if (!add(json)) {
    return invalidPolicy();
  }
  if (texts.empty()) return invalidPolicy();
  return texts;
}

bool isAction(const std::string& text) {
  return std::find(kActions.begin(), kActions.end(), text) != kActions.end();
}

bool isResource(const std::string& text) { return text == "*" || text.starts_with(kResourcePrefix); }

bool hasWildcard(std::string_view text) { return text.find_first_of("*?") != std::string_view::npos; }

}  // namespace

bool StackPolicy::Statement::matches(std::string_view action, const std::string& resource,
                                     const std::string& type) const {
  const auto among = [](const std::vector<std::string>& patterns, std::string_view text) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) { return base::globMatches(pattern, text); });
  };
  if (among(actions, action) == exceptActions) return false;
  if (resources.empty() || among(resources, resource) == exceptResources) return false;
  if (types.empty()) return true;
  return typesAreSame ? std::find(types.begin(), types.end(), type) != types.end() : among(types, type);
}

Result<StackPolicy> StackPolicy::parse(std::string_view text) {
  StackPolicy policy;
  if (text.empty()) return policy;
  const auto json = base::parseJson(text, 16);
  if (!json.ok() || !json->is_object()) return invalidPolicy();
  if (json->get_object().empty()) return policy;
  for (const auto& [key, value] : json->get_object()) {
    const bool isText = (key == "Version" || key == "Id") && value.is_string();
    if (key != "Statement" && !isText) return invalidPolicy();
  }
  const Json* statements = json->get_object().if_contains("Statement");
  if (!statements) return invalidPolicy();
  policy.isSet_ = true;
  if (!statements->is_array()) {
    HEARTH_TRY(Statement one, statementOf(*statements));
    policy.statements_.push_back(std::move(one));
    return policy;
  }
  for (const Json& statement : statements->get_array()) {
    HEARTH_TRY(Statement one, statementOf(statement));
    policy.statements_.push_back(std::move(one));
  }
  if (policy.statements_.empty()) return invalidPolicy();
  return policy;
}

Result<StackPolicy::Statement> StackPolicy::statementOf(const Json& json) {
  if (!json.is_object()) return invalidPolicy();
  Statement statement;
  const Json* principal = base::findMember(json, "Principal");
  const auto effect = base::findString(json, "Effect");
  if (!principal || *principal != Json("*") || (effect != "Allow" && effect != "Deny")) return invalidPolicy();
  statement.allows = effect == "Allow";
  for (const auto& [key, value] : json.get_object()) {
    if (key == "Action" || key == "NotAction") {
      if (!statement.actions.empty()) return invalidPolicy();
      HEARTH_TRY(statement.actions, textsOf(value));
      statement.exceptActions = key == "NotAction";
    } else if (key == "Resource" || key == "NotResource") {
      if (!statement.resources.empty()) return invalidPolicy();
      HEARTH_TRY(statement.resources, textsOf(value));
      statement.exceptResources = key == "NotResource";
    } else if (key == "Condition") {
      HEARTH_CHECK(readCondition(value, statement));
    } else if (key != "Principal" && key != "Effect" && !(key == "Sid" && value.is_string())) {
      return invalidPolicy();
    }
  }
  const bool isWell = !statement.actions.empty() &&
                      std::all_of(statement.actions.begin(), statement.actions.end(), isAction) &&
                      std::all_of(statement.resources.begin(), statement.resources.end(), isResource);
  if (!isWell) return invalidPolicy();
  return statement;
}

// {"StringEquals": {"ResourceType": [..]}}, or StringLike.
Result<void> StackPolicy::readCondition(const Json& condition, Statement& statement) {
  if (!condition.is_object() || condition.get_object().size() != 1) return invalidPolicy();
  const auto& [name, keys] = *condition.get_object().begin();
  if (name != "StringEquals" && name != "StringLike") return invalidPolicy();
  const Json* types = base::findMember(keys, "ResourceType");
  if (!types || keys.get_object().size() != 1) return invalidPolicy();
  HEARTH_TRY(statement.types, textsOf(*types));
  statement.typesAreSame = name == "StringEquals";
  return {};
}

Result<void> StackPolicy::checkNames(const std::set<std::string>& logicalIds) const {
  for (const Statement& statement : statements_) {
    for (const std::string& resource : statement.resources) {
      if (resource == "*" || hasWildcard(resource)) continue;
      if (logicalIds.contains(resource.substr(kResourcePrefix.size()))) continue;
      return validationError("Error validating stack policy: Unknown logical id '" + resource.substr(0, 300) +
                             "' in statement {} - stack policies can only be applied to logical ids referenced in "
                             "the template");
    }
  }
  return {};
}

std::optional<std::string> StackPolicy::refusalOf(Action action, const std::string& logicalId,
                                                  const std::string& type) const {
  if (!isSet_) return std::nullopt;
  const std::string resource = std::string(kResourcePrefix) + logicalId;
  std::string denials;
  bool isAllowed = false;
  for (std::size_t at = 0; at < statements_.size(); ++at) {
    const Statement& statement = statements_[at];
    if (!statement.matches(stacks::nameOf(action), resource, type)) continue;
    if (statement.allows) {
      isAllowed = true;
      continue;
    }
    denials += (denials.empty() ? "" : " ");
    denials += "Statement [#" + std::to_string(at + 1) + "] does not allow [" + joinNames(statement.actions) +
               "] for resource [" + joinNames(statement.resources) + "];";
  }
  if (!denials.empty()) return "Action denied by stack policy: " + denials;
  if (!isAllowed) return "Action not allowed by stack policy";
  return std::nullopt;
}

}  // namespace hearth::stacks
