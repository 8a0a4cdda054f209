#include "stacks/parameters.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/bytes.h"
#include "stacks/dynamic_reference.h"
#include "stacks/faults.h"
#include "stacks/scalars.h"

namespace hearth::stacks {
namespace {

constexpr std::array<std::string_view, 4> kOwnTypes = {"String", "Number", "List<Number>", "CommaDelimitedList"};
constexpr std::string_view kNameType = "AWS::SSM::Parameter::Name";
constexpr std::array<std::string_view, 13> kAwsTypes = {
    "AWS::EC2::AvailabilityZone::Name",
    "AWS::EC2::Image::Id",
    "AWS::EC2::Instance::Id",
    "AWS::EC2::KeyPair::KeyName",
    "AWS::EC2::SecurityGroup::Id",
    "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::Volume::Id",
    "AWS::EC2::VPC::Id",
    "AWS::Route53::HostedZone::Id",
    "AWS::EC2::Image",
    "AWS::CloudFormation::Stack::Id",
    kNameType,
};

std::vector<std::string> splitList(std::string_view text) {
  std::vector<std::string> items;
  while (true) {
    const auto comma = text.find(',');
    items.emplace_back(base::trim(text.substr(0, comma)));
    if (comma == std::string_view::npos) return items;
    text.remove_prefix(comma + 1);
  }
}

// The pieces that a constraint is applied to: of a list every member.
std::vector<std::string> itemsOf(const ParameterDeclaration& parameter, std::string_view text) {
  if (!parameter.isList() || parameter.isStored()) return {std::string(text)};
  if (text.empty()) return {};
  return splitList(text);
}

Result<bool> matches(const ParameterDeclaration& parameter, const std::vector<std::string>& items) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  const RE2 pattern(*parameter.allowedPattern, options);
  if (!pattern.ok()) {
    return validationError("Parameter '" + parameter.name + "': AllowedPattern " + *parameter.allowedPattern +
                           " is not supported: " + pattern.error());
  }
  return std::all_of(items.begin(), items.end(),
                     [&](const std::string& item) { return RE2::FullMatch(item, pattern); });
}

std::string number(double value) {
  return *textOf(Json(value == std::int64_t(value) ? Json(std::int64_t(value)) : Json(value)));
}

// What a value must be and is not; nullopt when it fits. A length or value may also be one too many of its kind.
Result<std::optional<std::string>> brokenConstraint(const ParameterDeclaration& parameter, std::string_view text) {
  using Broken = std::optional<std::string>;
  const auto items = itemsOf(parameter, text);
  const auto any = [&](auto test) { return std::any_of(items.begin(), items.end(), test); };
  if (!parameter.allowedValues.empty()) {
    const auto& allowed = parameter.allowedValues;
    if (any([&](const auto& item) { return std::find(allowed.begin(), allowed.end(), item) == allowed.end(); })) {
      return Broken("must be one of AllowedValues");
    }
  }
  if (parameter.allowedPattern) {
    HEARTH_TRY(const bool fits, matches(parameter, items));
    if (!fits) return Broken("must match pattern " + *parameter.allowedPattern);
  }
  if (!parameter.isNumeric()) {
    const auto length = static_cast<std::int64_t>(text.size());
    if (parameter.minLength && length < *parameter.minLength) {
      return Broken("must contain at least " + std::to_string(*parameter.minLength) + " characters");
    }
    if (parameter.maxLength && length > *parameter.maxLength) {
      return Broken("must contain at most " + std::to_string(*parameter.maxLength) + " characters");
    }
  } else {
    if (parameter.minValue && any([&](const auto& item) { return *numberOf(item) < *parameter.minValue; })) {
      return Broken("must be a number not less than " + number(*parameter.minValue));
    }
    if (parameter.maxValue && any([&](const auto& item) { return *numberOf(item) > *parameter.maxValue; })) {
      return Broken("must be a number not greater than " + number(*parameter.maxValue));
    }
  }
  return Broken();
}

Result<void> checkValue(const ParameterDeclaration& parameter, std::string_view text) {
  if (text.size() > kMaxParameterValue) {
    return validationError("Parameter '" + parameter.name + "' must contain at most " +
                           std::to_string(kMaxParameterValue) + " characters");
  }
  if (parameter.isNumeric()) {
    for (const auto& item : itemsOf(parameter, text)) {
      if (!numberOf(std::string_view(item))) {
        return validationError("Parameter '" + parameter.name + "' must be a number.");
      }
    }
  }
  HEARTH_TRY(const auto broken, brokenConstraint(parameter, text));
  if (!broken) return {};
  if (!parameter.constraintDescription.empty()) {
    return validationError("Parameter " + parameter.name +
                           " failed to satisfy constraint: " + parameter.constraintDescription);
  }
  return validationError("Parameter '" + parameter.name + "' " + *broken);
}

Result<void> checkExists(const ParameterDeclaration& parameter, const std::string& key,
                         const ports::TemplateValues& values, const ports::ValueReader& reader) {
  const auto found = values.readParameter(reader, key);
  if (found.ok()) return {};
  if (!isMissingParameter(found.fault())) return refusedParameter(found.fault());
  return validationError("Parameter validation failed: parameter value " + key + " for parameter name " +
                         parameter.name + " does not exist");
}

Result<std::map<std::string, const ParameterInput*>> indexInputs(const Template& document,
                                                                 const std::vector<ParameterInput>& inputs) {
  std::map<std::string, const ParameterInput*> given;
  std::vector<std::string> unknown;
  for (const auto& input : inputs) {
    if (!document.findParameter(input.key)) {
      unknown.push_back(input.key);
    } else if (!given.emplace(input.key, &input).second) {
      return validationError("Duplicate parameter: " + input.key);
    }
  }
  if (!unknown.empty())
    return validationError("Parameters: [" + joinNames(unknown) + "] do not exist in the template");
  return given;
}

}  // namespace

Result<void> checkParameterType(const std::string& type) {
  std::string_view element = type;
  if (std::find(kOwnTypes.begin(), kOwnTypes.end(), element) != kOwnTypes.end()) return {};
  if (element.starts_with(kStoredType) && element.ends_with('>')) {
    element = element.substr(kStoredType.size(), element.size() - kStoredType.size() - 1);
    if (element == "String" || element == "List<String>" || element == "CommaDelimitedList") return {};
  }
  if (element.starts_with("List<") && element.ends_with('>')) element = element.substr(5, element.size() - 6);
  if (std::find(kAwsTypes.begin(), kAwsTypes.end(), element) != kAwsTypes.end()) return {};
  return formatError("Unrecognized parameter type: " + type.substr(0, 200));
}

Result<ParameterValues> fetchStored(const Template& document, const ParameterValues& keys,
                                    const ports::TemplateValues& values, const ports::ValueReader& reader) {
  ParameterValues stored;
  std::vector<std::string> missing;
  std::vector<std::string> unfit;
  for (const auto& parameter : document.parameters) {
    const auto key = keys.find(parameter.name);
    if (key == keys.end()) continue;
    if (parameter.type == kNameType) HEARTH_CHECK(checkExists(parameter, key->second, values, reader));
    if (!parameter.isStored()) continue;
    auto found = values.readParameter(reader, key->second);
    if (!found.ok()) {
      if (!isMissingParameter(found.fault())) return refusedParameter(found.fault());
      missing.push_back(key->second);
    } else if (found->type == "SecureString") {
      unfit.push_back(key->second);
    } else {
      HEARTH_CHECK(withoutReferences(Json(found->value), "the parameter ssm:" + key->second));
      stored[parameter.name] = std::move(found->value);
    }
  }
  if (!missing.empty()) {
    return validationError("Unable to fetch parameters [" + joinNames(missing, ",") +
                           "] from parameter store for this account.");
  }
  if (!unfit.empty()) {
    return validationError("Parameters [" + joinNames(unfit) +
                           "] referenced by template have types not supported by CloudFormation.");
  }
  return stored;
}

Json parameterValue(const ParameterDeclaration& parameter, std::string_view text) {
  if (!parameter.isList()) return Json(text);
  JsonArray list;
  for (const auto& item : splitList(text)) list.emplace_back(item);
  return list;
}

Result<ParameterValues> resolveParameters(const Template& document, const std::vector<ParameterInput>& inputs,
                                          const ParameterValues& previous) {
  HEARTH_TRY(const auto given, indexInputs(document, inputs));
  ParameterValues values;
  std::vector<std::string> missing;
  for (const auto& parameter : document.parameters) {
    const auto found = given.find(parameter.name);
    const ParameterInput* input = found == given.end() ? nullptr : found->second;
    if (input && input->isUnknown) {
      values[parameter.name] = kUnknownValue;
    } else if (input && input->usePreviousValue) {
      if (input->value) {
        return validationError("Invalid input for parameter key " + parameter.name +
                               ". Cannot specify usePreviousValue as true and non empty value for a parameter");
      }
      const auto before = previous.find(parameter.name);
      if (before == previous.end()) {
        return validationError("Invalid input for parameter key " + parameter.name +
                               ". Cannot specify usePreviousValue as true for a parameter key not in the previous "
                               "template");
      }
      values[parameter.name] = before->second;
    } else if (input && input->value) {
      values[parameter.name] = *input->value;
    } else if (parameter.defaultValue) {
      values[parameter.name] = *parameter.defaultValue;
    } else {
      missing.push_back(parameter.name);
    }
  }
  if (!missing.empty()) return validationError("Parameters: [" + joinNames(missing) + "] must have values");
  for (const auto& parameter : document.parameters) {
    const auto found = given.find(parameter.name);
    if (found != given.end() && found->second->isUnknown) continue;
    HEARTH_CHECK(checkValue(parameter, values[parameter.name]));
  }
  return values;
}

}  // namespace hearth::stacks
