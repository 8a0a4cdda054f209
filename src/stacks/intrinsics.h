// Intrinsics: from an expression of the template to its value.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "stacks/dynamic_reference.h"
#include "stacks/parameters.h"
#include "stacks/template.h"

namespace hearth::stacks {

struct PseudoParameters {
  std::string accountId;
  std::string region;
  std::string partition = "aws";
  std::string stackId;
  std::string stackName;
  std::vector<std::string> notificationArns;
};

// What names stand for. Borrowed by evaluate(); owns what it holds. The functions may be empty where no such
// reference can occur. They give null for a value that only exists once another resource has been made.
struct Scope {
  PseudoParameters pseudo;
  std::map<std::string, Json> parameters;  // a string or a list of strings each
  JsonObject mappings;
  std::map<std::string, bool> conditions;
  std::function<Result<Json>(const std::string& logicalId)> ref;
  std::function<Result<Json>(const std::string& logicalId, const std::string& attribute)> attribute;
  std::function<Result<Json>(const std::string& exportName)> import;
  ReferenceLookup plain;  // of {{resolve:ssm:...}}; without it they stay as they are written
  // What evaluations through this scope have made so far, in bytes: a template of a megabyte can name a value of
  // some kilobytes a hundred thousand times.
  mutable std::size_t spent = 0;
};

// A scope of the template with these parameters: conditions evaluated, `ref` giving null for resources that the
// conditions leave in, and CloudFormation's "Unresolved resource dependencies" for the others. Parameters in
// `unknown` are null; to conditions they are equal to nothing that is known.
Result<Scope> makeScope(const Template& document, const ParameterValues& values, PseudoParameters pseudo,
                        const std::set<std::string>& unknown = {});
// The same with every NoEcho parameter masked: for events.
void maskSecrets(Scope& scope, const Template& document);

// The value of an expression: nullopt for AWS::NoValue; null, alone or inside, for what is not known yet. (A
// template cannot hold null, so null is free to say that.) Members and elements that are AWS::NoValue are left
// out. Precondition: the expression passed checkReferences().
// Faults: ValidationError as CloudFormation words them, e.g. "Template error: Unable to get mapping for M::a::b";
// also when one text grows past kMaxEvaluatedText, or all values of this scope past kMaxEvaluatedTotal.
Result<std::optional<Json>> evaluate(const Json& expression, const Scope& scope);

// As evaluate(), for what must be one text. nullopt: not known yet.
Result<std::optional<std::string>> evaluateText(const Json& expression, const Scope& scope,
                                                const std::string& fault);

// Logical ids that the conditions leave in, in the order of the template.
std::vector<std::string> activeResources(const Template& document, const Scope& scope);
// Whether a condition (empty: none) lets its bearer in.
bool isActive(const std::string& condition, const Scope& scope);

inline constexpr std::size_t kMaxEvaluatedText = 1 << 20;
inline constexpr std::size_t kMaxEvaluatedTotal = 16 << 20;

}  // namespace hearth::stacks
