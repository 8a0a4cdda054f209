#include "stacks/sam/properties.h"

#include <algorithm>

#include "stacks/sam/faults.h"

namespace hearth::stacks::sam {
namespace {

template <class Fits>
bool allOf(const Json& list, Fits fits) {
  return list.is_array() && std::all_of(list.get_array().begin(), list.get_array().end(), fits);
}

template <class Fits>
bool allMembersOf(const Json& map, Fits fits) {
  return map.is_object() && std::all_of(map.get_object().begin(), map.get_object().end(),
                                        [&](const auto& member) { return fits(member.value()); });
}

bool isText(const Json& value) { return value.is_string(); }
bool isMap(const Json& value) { return value.is_object(); }
bool isTextOrMap(const Json& value) { return isText(value) || isMap(value); }

bool fits(const Json& value, Shape shape) {
  switch (shape) {
    case Shape::kAny:
      return true;
    case Shape::kText:
      return isText(value);
    case Shape::kMap:
      return isMap(value);
    case Shape::kList:
      return value.is_array();
    case Shape::kBoolean:
      return value.is_bool();
    case Shape::kInteger:
      return value.is_int64() || value.is_uint64() || value.is_bool();
    case Shape::kTextOrMap:
      return isTextOrMap(value);
    case Shape::kTextOrTexts:
      return isText(value) || allOf(value, isText);
    case Shape::kMapOfMaps:
      return allMembersOf(value, isMap);
    case Shape::kMapOfTexts:
      return allMembersOf(value, isText);
    case Shape::kListOfReferences:
      return allOf(value, isTextOrMap);
    case Shape::kPolicies:
      return isTextOrMap(value) || allOf(value, isTextOrMap);
  }
  return false;
}

std::string misfit(const Property& property) {
  const std::string name(property.name);
  if (property.shape == Shape::kMap) return "Property '" + name + "' should be a map.";
  if (property.shape == Shape::kText) return "Property '" + name + "' should be a string.";
  return "Type of property '" + name + "' is invalid.";
}

}  // namespace

Result<void> checkProperties(const std::string& logicalId, std::string_view type, const JsonObject& properties,
                             std::span<const Property> known) {
  for (const auto& [name, value] : properties) {
    const bool isKnown = std::any_of(known.begin(), known.end(), [&](const Property& p) { return p.name == name; });
    if (isKnown) continue;
    return invalidResource(
        logicalId, "property " + std::string(name) + " not defined for resource of type " + std::string(type));
  }
  for (const Property& property : known) {
    const Json* value = properties.if_contains(property.name);
    if (!value) {
      if (!property.isRequired) continue;
      return invalidResource(logicalId, "Missing required property '" + std::string(property.name) + "'.");
    }
    const bool mayBeCall = property.takesCalls && value->is_object() && value->get_object().size() == 1;
    if (!mayBeCall && !fits(*value, property.shape)) return invalidResource(logicalId, misfit(property));
  }
  return {};
}

}  // namespace hearth::stacks::sam
