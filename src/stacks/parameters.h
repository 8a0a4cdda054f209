// Parameters: from what the caller gave, what stood before and what the template defaults to, to one value each.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "stacks/template.h"

namespace hearth::stacks {

// One parameter of a request. Either a value or "the one that stands".
struct ParameterInput {
  std::string key;
  std::optional<std::string> value;
  bool usePreviousValue = false;
};

// Parameter name -> its text; lists as one text with commas, as they were given.
using ParameterValues = std::map<std::string, std::string>;

inline constexpr std::size_t kMaxParameterValue = 4096;

// A value for every declared parameter, checked against its constraints. `previous` is what the stack stands on,
// empty in a create. Faults (ValidationError): "Parameters: [A, B] must have values", "Parameters: [C] do not exist
// in the template", and one per constraint, with ConstraintDescription in its place where the template has one.
Result<ParameterValues> resolveParameters(const Template& document, const std::vector<ParameterInput>& inputs,
                                          const ParameterValues& previous);

// What Ref gives: a string, or a list of strings.
Json parameterValue(const ParameterDeclaration& parameter, std::string_view text);

// Types of resources that only exist on AWS are taken as text; the types that read values from Systems Manager are
// refused by name; anything else is no type. Fault: ValidationError.
Result<void> checkParameterType(const std::string& type);

// What is shown of a parameter declared NoEcho.
inline constexpr std::string_view kMaskedValue = "****";

}  // namespace hearth::stacks
