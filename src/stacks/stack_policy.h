// StackPolicy: what updates may do to a stack's resources. Once a policy is set, what no statement allows is not
// allowed, and a Deny wins over every Allow.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace hearth::stacks {

class StackPolicy final {
 public:
  enum class Action : unsigned char { kModify, kReplace, kDelete };
  static constexpr std::size_t kMostBytes = 16'384;

  // Empty text and an empty object are the policy that allows everything. Fault: ValidationError, "Error validating
  // stack policy: Invalid stack policy".
  static Result<StackPolicy> parse(std::string_view text);

  // Every logical id that is named without wildcards has to be among these. Fault: ValidationError, "Error
  // validating stack policy: Unknown logical id ...".
  Result<void> checkNames(const std::set<std::string>& logicalIds) const;

  // Why the action is not allowed, in the words of a stack's events; nullopt when it is.
  std::optional<std::string> refusalOf(Action action, const std::string& logicalId, const std::string& type) const;

 private:
  struct Statement {
    bool allows = false;
    std::vector<std::string> actions;
    bool exceptActions = false;          // `actions` are NotAction's
    std::vector<std::string> resources;  // "*", "LogicalResourceId/Name*"
    bool exceptResources = false;        // `resources` are NotResource's
    std::vector<std::string> types;      // empty: any
    bool typesAreSame = false;           // StringEquals: without wildcards
    bool matches(std::string_view action, const std::string& resource, const std::string& type) const;
  };
  static Result<Statement> statementOf(const Json& json);
  static Result<void> readCondition(const Json& condition, Statement& statement);

  bool isSet_ = false;
  std::vector<Statement> statements_;
};

}  // namespace hearth::stacks
