#include "services/cloudformation/type_schema.h"

#include <algorithm>

namespace hearth::services::cloudformation {
namespace {

using ports::PropertyKind;
using ports::PropertySpec;
using ports::UpdateBehavior;

JsonObject shapeOf(const PropertySpec& property);

// The properties of the type, or the members of an object.
void addMembers(JsonObject& into, const std::vector<PropertySpec>& members, bool open) {
  JsonObject properties;
  JsonArray required;
  for (const PropertySpec& member : members) {
    properties[member.name] = shapeOf(member);
    if (member.required) required.emplace_back(member.name);
  }
  into["properties"] = std::move(properties);
  if (!required.empty()) into["required"] = std::move(required);
  into["additionalProperties"] = open;
}

JsonObject shapeOf(const PropertySpec& property) {
  switch (property.kind) {
    case PropertyKind::kString:
      return {{"type", "string"}};
    case PropertyKind::kInteger:
      return {{"type", "integer"}};
    case PropertyKind::kDouble:
      return {{"type", "number"}};
    case PropertyKind::kBoolean:
      return {{"type", "boolean"}};
    case PropertyKind::kJson:
      return {{"type", JsonArray{"object", "string"}}};
    case PropertyKind::kList:
      return {{"type", "array"}, {"items", shapeOf(property.members.front())}};
    case PropertyKind::kMap:
      return {{"type", "object"}, {"patternProperties", JsonObject{{".*", shapeOf(property.members.front())}}}};
    case PropertyKind::kObject:
      break;
  }
  JsonObject shape{{"type", "object"}};
  addMembers(shape, property.members, false);
  return shape;
}

void addCreateOnly(JsonArray& into, const std::string& path, const std::vector<PropertySpec>& members) {
  for (const PropertySpec& member : members) {
    const std::string own = path + "/" + member.name;
    if (member.update == UpdateBehavior::kReplacement)
      into.emplace_back(own);
    else if (member.kind == PropertyKind::kObject)
      addCreateOnly(into, own, member.members);
  }
}

// "Endpoint.Address" -> "/properties/Endpoint/Address"
std::string pathOf(std::string attribute) {
  std::replace(attribute.begin(), attribute.end(), '.', '/');
  return "/properties/" + attribute;
}

}  // namespace

JsonObject typeSchema(const ports::ResourceSpec& spec) {
  JsonObject schema{{"typeName", spec.type}};
  addMembers(schema, spec.properties, spec.openProperties);
  JsonArray createOnly;
  addCreateOnly(createOnly, "/properties", spec.properties);
  if (!createOnly.empty()) schema["createOnlyProperties"] = std::move(createOnly);
  JsonArray readOnly;
  for (const std::string& attribute : spec.attributes)
    if (attribute != "*") readOnly.emplace_back(pathOf(attribute));
  if (!readOnly.empty()) schema["readOnlyProperties"] = std::move(readOnly);
  schema["tagging"] = JsonObject{{"taggable", spec.taggable}};
  return schema;
}

}  // namespace hearth::services::cloudformation
