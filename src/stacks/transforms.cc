#include "stacks/transforms.h"

#include <utility>

#include "stacks/faults.h"
#include "stacks/sam/faults.h"
#include "stacks/sam/transform.h"
#include "stacks/template_text.h"

namespace hearth::stacks {
namespace {

Fault notFound(std::string_view name) {
  return validationError("No transform named " + std::string(name.substr(0, 300)) + " found");
}

// The name in "X" or {"Name": "X", "Parameters": {...}}.
Result<std::string> nameOf(const Json& transform) {
  if (transform.is_string()) return std::string(transform.get_string());
  if (auto name = base::findString(transform, "Name")) return *std::move(name);
  return formatError("Key Name of transform definition must be a string.");
}

Result<void> refuseCalls(const Json& value) {
  if (const auto* list = value.if_array()) {
    for (const Json& one : *list) HEARTH_CHECK(refuseCalls(one));
  } else if (const auto* object = value.if_object()) {
    for (const auto& [key, member] : *object) {
      if (key == "Fn::Transform") {
        HEARTH_TRY(const std::string name, nameOf(member));
        return notFound(name);
      }
      HEARTH_CHECK(refuseCalls(member));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> declaredTransforms(const JsonObject& document) {
  std::vector<std::string> names;
  for (const auto& [key, section] : document) HEARTH_CHECK(refuseCalls(section));
  const Json* section = document.if_contains("Transform");
  if (!section) return names;
  const bool isList = section->is_array();
  if (isList && section->get_array().empty()) return formatError("Transform must name a transform.");
  for (std::size_t at = 0; at < (isList ? section->get_array().size() : 1); ++at) {
    HEARTH_TRY(std::string name, nameOf(isList ? section->get_array()[at] : *section));
    if (name != sam::kTransformName) return notFound(name);
    names.push_back(std::move(name));
  }
  return names;
}

Result<JsonObject> applyTransforms(JsonObject document, const TransformInput& input, Template& result) {
  HEARTH_TRY(sam::Transformed made, sam::transform(std::move(document), input.parameters, input.region));
  result.processed = base::writeJson(Json(std::move(made.document)));
  result.transformedWith = std::move(made.consulted);
  HEARTH_TRY(Json read, readTemplateText(result.processed));
  return std::move(read.get_object());
}

}  // namespace hearth::stacks
