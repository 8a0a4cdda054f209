// The section Rules: what the values of parameters have to be, beyond what each says by itself.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace hearth::stacks {

struct Scope;

struct RuleAssertion {
  Json assertion;
  std::string description;
};

struct RuleDeclaration {
  std::string name;
  std::optional<Json> condition;  // absent: the assertions always count
  std::vector<RuleAssertion> assertions;
};

inline constexpr std::size_t kMaxRules = 200;

// Reads the section, and checks the form of every function. Faults (ValidationError): "Template format error: ...";
// functions that no rule may use. Fn::RefAll, Fn::ValueOf and Fn::ValueOfAll ask for resources that only exist on
// AWS and are refused by name.
Result<std::vector<RuleDeclaration>> readRules(const JsonObject& section);

// What the rules name beside pseudo parameters: it has to be parameters.
std::set<std::string> namesIn(const std::vector<RuleDeclaration>& rules);

// Fault (ValidationError): the rule whose condition holds and of whose assertions one does not; all that do not are
// told. What is not known yet breaks no rule. Precondition: readRules() made them, and what they name is in the
// scope.
Result<void> checkRules(const std::vector<RuleDeclaration>& rules, const Scope& scope);

}  // namespace hearth::stacks
