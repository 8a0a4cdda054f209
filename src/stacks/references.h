// References: what the expressions of a template name, and whether all of it exists.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "stacks/template.h"

namespace hearth::stacks {

// What one expression names, wherever in it, in both branches of every Fn::If.
struct References {
  std::set<std::string> resources;                              // by Ref, Fn::GetAtt, Fn::Sub
  std::vector<std::pair<std::string, std::string>> attributes;  // resource and attribute, where both are literal
  std::set<std::string> parameters;
  bool imports = false;  // Fn::ImportValue
};

// Which part of the template an expression stands in; each allows other functions.
enum class Block : unsigned char { kConditions, kResources, kOutputs };

// Checks the form of every function in `expression`, and that conditions and mappings that it names exist; puts
// what it refers to into `found`, and names that are neither parameter nor resource into `unresolved`.
Result<void> collectReferences(const Template& document, const Json& expression, Block block, References& found,
                               std::set<std::string>& unresolved);

// The whole template. Faults as CloudFormation words them: unresolved dependencies per block, conditions that are
// not boolean, circular conditions, circular dependencies between resources.
Result<void> checkReferences(const Template& document);

// Logical id -> logical ids that it needs: its references and its DependsOn. Every resource has an entry.
using Dependencies = std::map<std::string, std::set<std::string>>;
// Precondition: the template passed checkReferences().
Dependencies dependenciesOf(const Template& document);

// Condition -> conditions that it names. Every condition has an entry.
Dependencies conditionDependencies(const Template& document);

// Members in an order in which each stands behind what it needs, otherwise in the order of `names`; needs that
// are not in `names` are ignored. Members of a circle are left out.
std::vector<std::string> orderByDependency(const std::vector<std::string>& names, const Dependencies& dependencies);

// The names that are part of a circle or stand between two, in the order of `names`; empty when there is none.
std::vector<std::string> circularNames(const std::vector<std::string>& names, const Dependencies& dependencies);

// AWS::Region and the like.
bool isPseudoParameter(std::string_view name);

}  // namespace hearth::stacks
