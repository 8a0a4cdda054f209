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
#include "ports/template_values.h"
#include "stacks/template.h"

namespace hearth::stacks {

// One parameter of a request. Either a value or "the one that stands".
struct ParameterInput {
  std::string key;
  std::optional<std::string> value;
  bool usePreviousValue = false;
  // Only known once something else has been made; of the change set of a nested stack alone.
  bool isUnknown = false;
};

// Parameter name -> its text; lists as one text with commas, as they were given.
using ParameterValues = std::map<std::string, std::string>;

inline constexpr std::size_t kMaxParameterValue = 4096;

// In place of a value that is only known when the change set is executed.
inline constexpr std::string_view kUnknownValue = "{{changeSet:KNOWN_AFTER_APPLY}}";

// A value for every declared parameter, checked against its constraints. `previous` is what the stack stands on,
// empty in a create; kUnknownValue for what is not known. Faults (ValidationError): "Parameters: [A, B] must have
// values", "Parameters: [C] do not exist in the template", and one per constraint, with ConstraintDescription in
// its place where the template has one.
Result<ParameterValues> resolveParameters(const Template& document, const std::vector<ParameterInput>& inputs,
                                          const ParameterValues& previous);

// The values behind the parameters of the types AWS::SSM::Parameter::Value<...>, by the parameters' own names;
// others have none. Parameters of the type AWS::SSM::Parameter::Name must exist. Faults (ValidationError): "Unable
// to fetch parameters [KEY] from parameter store for this account."; types that cannot be there; denials.
Result<ParameterValues> fetchStored(const Template& document, const ParameterValues& keys,
                                    const ports::TemplateValues& values, const ports::ValueReader& reader);

// What Ref gives: a string, or a list of strings.
Json parameterValue(const ParameterDeclaration& parameter, std::string_view text);

// Types of resources that only exist on AWS are taken as text, also behind a name in the Parameter Store. Fault:
// ValidationError for anything else.
Result<void> checkParameterType(const std::string& type);

// What is shown of a parameter declared NoEcho.
inline constexpr std::string_view kMaskedValue = "****";

}  // namespace hearth::stacks
