#include "stacks/nested_properties.h"

#include "stacks/scalars.h"

namespace hearth::stacks {

std::vector<ParameterInput> nestedParameters(const JsonObject& properties) {
  std::vector<ParameterInput> parameters;
  const Json* given = properties.if_contains("Parameters");
  if (!given || !given->is_object()) return parameters;
  for (const auto& [name, value] : given->get_object()) {
    ParameterInput input{std::string(name), textOf(value).value_or(""), false};
    input.isUnknown = value.is_null();
    parameters.push_back(std::move(input));
  }
  return parameters;
}

std::map<std::string, std::string> nestedTags(const JsonObject& properties) {
  std::map<std::string, std::string> tags;
  const Json* list = properties.if_contains("Tags");
  if (!list || !list->is_array()) return tags;
  for (const Json& tag : list->get_array())
    tags[base::findString(tag, "Key").value_or("")] = base::findString(tag, "Value").value_or("");
  return tags;
}

}  // namespace hearth::stacks
