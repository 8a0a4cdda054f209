#include "stacks/template.h"

#include <algorithm>
#include <initializer_list>

#include "stacks/faults.h"
#include "stacks/parameters.h"
#include "stacks/references.h"
#include "stacks/scalars.h"
#include "stacks/template_text.h"
#include "stacks/transforms.h"

namespace hearth::stacks {
namespace {

constexpr std::size_t kMaxNameLength = 255;

bool isOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Null is not a value in templates. CloudFormation spells the path of a property as /Resources/ID/Type/NAME.
Result<void> refuseNulls(const Json& value, const std::string& path) {
  if (value.is_null()) return validationError("[" + path + "] 'null' values are not allowed in templates");
  if (const auto* list = value.if_array()) {
    for (std::size_t at = 0; at < list->size(); ++at) {
      HEARTH_CHECK(refuseNulls((*list)[at], path + "/" + std::to_string(at)));
    }
  } else if (const auto* map = value.if_object()) {
    for (const auto& [key, member] : *map) {
      const bool ofResource =
          key == "Properties" && path.starts_with("/Resources/") && std::count(path.begin(), path.end(), '/') == 2;
      HEARTH_CHECK(refuseNulls(member, path + "/" + (ofResource ? std::string("Type") : std::string(key))));
    }
  }
  return {};
}

Result<void> checkName(const std::string& kind, std::string_view name) {
  if (!isAlphanumeric(name)) return formatError(kind + " name " + std::string(name) + " is non alphanumeric.");
  if (name.size() > kMaxNameLength) {
    return formatError(kind + " name is longer than " + std::to_string(kMaxNameLength) + " characters.");
  }
  return {};
}

Result<void> checkCount(const std::string& things, std::size_t count, std::size_t most) {
  if (count <= most) return {};
  return formatError("Number of " + things + ", " + std::to_string(count) + ", is greater than maximum allowed, " +
                     std::to_string(most));
}

// The text of a member, or "" when it is absent.
Result<std::string> textMember(const JsonObject& object, std::string_view name, const std::string& fault) {
  const Json* member = object.if_contains(name);
  if (!member) return std::string();
  auto text = textOf(*member);
  if (!text) return formatError(fault);
  return *std::move(text);
}

Result<const JsonObject*> section(const JsonObject& document, std::string_view name) {
  static const JsonObject kEmpty;
  const Json* member = document.if_contains(name);
  if (!member) return &kEmpty;
  if (!member->is_object()) return formatError(std::string(name) + " must be an object.");
  return &member->get_object();
}

Result<void> readConstraints(const JsonObject& object, ParameterDeclaration& parameter) {
  if (const Json* values = object.if_contains("AllowedValues")) {
    const auto* list = values->if_array();
    if (!list) return formatError("AllowedValues must be a list of strings.");
    for (const Json& value : *list) {
      auto text = textOf(value);
      if (!text) return formatError("Every AllowedValues member must be a string.");
      parameter.allowedValues.push_back(*std::move(text));
    }
  }
  if (const Json* pattern = object.if_contains("AllowedPattern")) {
    parameter.allowedPattern = textOf(*pattern);
    if (!parameter.allowedPattern) return formatError("Every AllowedPattern member must be a string.");
  }
  const auto integer = [&](std::string_view name, std::optional<std::int64_t>& into) -> Result<void> {
    if (const Json* member = object.if_contains(name)) {
      into = integerOf(*member);
      if (!into || *into < 0) return formatError("Every " + std::string(name) + " member must be a number.");
    }
    return {};
  };
  const auto number = [&](std::string_view name, std::optional<double>& into) -> Result<void> {
    if (const Json* member = object.if_contains(name)) {
      into = numberOf(*member);
      if (!into) return formatError("Every " + std::string(name) + " member must be a number.");
    }
    return {};
  };
  HEARTH_CHECK(integer("MinLength", parameter.minLength));
  HEARTH_CHECK(integer("MaxLength", parameter.maxLength));
  HEARTH_CHECK(number("MinValue", parameter.minValue));
  return number("MaxValue", parameter.maxValue);
}

Result<ParameterDeclaration> readParameter(std::string_view name, const Json& declaration) {
  HEARTH_CHECK(checkName("Parameter", name));
  const auto* object = declaration.if_object();
  if (!object) return formatError("Any Parameters member must be an object.");
  for (const auto& [key, member] : *object) {
    if (!isOneOf(key, {"Type", "Default", "NoEcho", "AllowedValues", "AllowedPattern", "MaxLength", "MinLength",
                       "MaxValue", "MinValue", "Description", "ConstraintDescription"})) {
      return validationError("Invalid template parameter property '" + std::string(key) + "'");
    }
  }
  ParameterDeclaration parameter;
  parameter.name = name;
  HEARTH_TRY(parameter.type, textMember(*object, "Type", "Every Type member must be a string."));
  if (parameter.type.empty()) return formatError("Every Parameters object must contain a Type member.");
  HEARTH_CHECK(checkParameterType(parameter.type));
  if (const Json* value = object->if_contains("Default")) {
    parameter.defaultValue = textOf(*value);
    if (!parameter.defaultValue) return formatError("Every Default member must be a string.");
  }
  if (const Json* noEcho = object->if_contains("NoEcho")) {
    const auto flag = booleanOf(*noEcho);
    if (!flag) return formatError("Every NoEcho member must be a boolean.");
    parameter.noEcho = *flag;
  }
  HEARTH_TRY(parameter.description,
             textMember(*object, "Description", "Every Description member must be a string."));
  HEARTH_TRY(parameter.constraintDescription,
             textMember(*object, "ConstraintDescription", "Every ConstraintDescription member must be a string."));
  HEARTH_CHECK(readConstraints(*object, parameter));
  return parameter;
}

Result<void> checkMappings(const JsonObject& mappings) {
  HEARTH_CHECK(checkCount("mappings", mappings.size(), kMaxMappings));
  for (const auto& [name, mapping] : mappings) {
    HEARTH_CHECK(checkName("Mappings", name));
    if (!mapping.is_object()) {
      return formatError("Every Mappings member " + std::string(name) + " must be a map");
    }
    for (const auto& [key, attributes] : mapping.get_object()) {
      if (!attributes.is_object()) {
        return formatError("Every Mappings member " + std::string(key) + " must be a map");
      }
      for (const auto& [attribute, value] : attributes.get_object()) {
        if (value.is_object()) return formatError("Every Mappings attribute must be a String or a List.");
      }
    }
  }
  return {};
}

Result<KeepPolicy> readPolicy(const JsonObject& object, const std::string& name,
                              const ResourceDeclaration& resource) {
  const Json* member = object.if_contains(name);
  if (!member) return KeepPolicy::kDelete;
  const auto text = textOf(*member);
  if (!text) return formatError("Every " + name + " member must be a string.");
  if (*text == "Delete") return KeepPolicy::kDelete;
  if (*text == "Retain") return KeepPolicy::kRetain;
  if (*text == "RetainExceptOnCreate" && name == "DeletionPolicy") return KeepPolicy::kRetainExceptOnCreate;
  if (*text == "Snapshot") {
    return templateError("resource type " + resource.type + " does not support " +
                         (name == "DeletionPolicy" ? "deletion" : "update replace") + " policy Snapshot");
  }
  return formatError("Unrecognized " + name + " " + *text + " for resource " + resource.logicalId);
}

Result<void> readDependsOn(const JsonObject& object, ResourceDeclaration& resource) {
  const Json* member = object.if_contains("DependsOn");
  if (!member) return {};
  const Fault malformed = formatError("DependsOn must be a string or list of strings.");
  if (const auto* list = member->if_array()) {
    for (const Json& name : *list) {
      if (!name.is_string()) return malformed;
      resource.dependsOn.emplace_back(name.get_string());
    }
    return {};
  }
  if (!member->is_string()) return malformed;
  resource.dependsOn.emplace_back(member->get_string());
  return {};
}

// Policies that wait for signals or drive other services are refused where they say anything.
Result<void> refuseAttribute(const JsonObject& object, const std::string& name, const std::string& logicalId) {
  const Json* member = object.if_contains(name);
  if (!member || (member->is_object() && member->get_object().empty())) return {};
  return formatError("[/Resources/" + logicalId + "] " + name + " is not supported.");
}

Result<ResourceDeclaration> readResource(std::string_view logicalId, const Json& declaration) {
  HEARTH_CHECK(checkName("Resource", logicalId));
  const auto* object = declaration.if_object();
  if (!object) return formatError("Any Resources member must be an object.");
  ResourceDeclaration resource;
  resource.logicalId = logicalId;
  const std::string where = "[/Resources/" + resource.logicalId + "] ";
  const Json* type = object->if_contains("Type");
  if (!type) return formatError(where + "Every Resources object must contain a Type member.");
  if (!type->is_string()) return formatError(where + "Every Type member must be a string.");
  resource.type = type->get_string();
  for (const auto& [key, member] : *object) {
    if (!isOneOf(key, {"Type", "Properties", "DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy",
                       "Metadata", "CreationPolicy", "UpdatePolicy"})) {
      return validationError("Invalid template resource property '" + std::string(key) + "'");
    }
  }
  if (const Json* properties = object->if_contains("Properties")) {
    if (!properties->is_object()) return formatError(where + "Every Properties member must be an object.");
    resource.properties = *properties;
  }
  if (const Json* condition = object->if_contains("Condition")) {
    if (!condition->is_string()) return formatError(where + "Every Condition member must be a string.");
    resource.condition = condition->get_string();
  }
  if (const Json* metadata = object->if_contains("Metadata")) resource.metadata = *metadata;
  HEARTH_CHECK(readDependsOn(*object, resource));
  HEARTH_TRY(resource.deletionPolicy, readPolicy(*object, "DeletionPolicy", resource));
  HEARTH_TRY(resource.updateReplacePolicy, readPolicy(*object, "UpdateReplacePolicy", resource));
  HEARTH_CHECK(refuseAttribute(*object, "CreationPolicy", resource.logicalId));
  HEARTH_CHECK(refuseAttribute(*object, "UpdatePolicy", resource.logicalId));
  return resource;
}

Result<OutputDeclaration> readOutput(std::string_view name, const Json& declaration) {
  HEARTH_CHECK(checkName("Output", name));
  const auto* object = declaration.if_object();
  if (!object) return formatError("Any Outputs member must be an object.");
  for (const auto& [key, member] : *object) {
    if (!isOneOf(key, {"Value", "Description", "Export", "Condition"})) {
      return validationError("Invalid template output property '" + std::string(key) + "'");
    }
  }
  OutputDeclaration output;
  output.name = name;
  const Json* value = object->if_contains("Value");
  if (!value) return formatError("Every Outputs member must contain a Value object");
  output.value = *value;
  HEARTH_TRY(output.description, textMember(*object, "Description", "Every Description member must be a string."));
  HEARTH_TRY(output.condition, textMember(*object, "Condition", "Every Condition member must be a string."));
  if (const Json* exported = object->if_contains("Export")) {
    const Json* exportName = base::findMember(*exported, "Name");
    if (!exportName || exported->get_object().size() != 1) {
      return formatError("Output " + output.name +
                         " is malformed. The Export must contain a Name and nothing else.");
    }
    output.exportName = *exportName;
  }
  return output;
}

Result<void> checkSections(const JsonObject& document) {
  std::vector<std::string> unknown;
  for (const auto& [key, member] : document) {
    if (key == "Hooks") return formatError("The Hooks section is not supported.");
    if (!isOneOf(key, {"AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings",
                       "Conditions", "Resources", "Outputs"})) {
      unknown.emplace_back(key);
    }
  }
  if (!unknown.empty()) {
    return validationError("Invalid template property or properties [" + joinNames(unknown) + "]");
  }
  HEARTH_TRY(const std::string version,
             textMember(document, "AWSTemplateFormatVersion", "AWSTemplateFormatVersion must be a string."));
  if (document.contains("AWSTemplateFormatVersion") && version != "2010-09-09") {
    return formatError(version + " is not a supported value for AWSTemplateFormatVersion.");
  }
  return {};
}

}  // namespace

std::string_view nameOf(KeepPolicy policy) {
  switch (policy) {
    case KeepPolicy::kDelete:
      return "Delete";
    case KeepPolicy::kRetain:
      return "Retain";
    case KeepPolicy::kRetainExceptOnCreate:
      return "RetainExceptOnCreate";
  }
  return "Delete";
}

const ParameterDeclaration* Template::findParameter(std::string_view name) const {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](const auto& p) { return p.name == name; });
  return found == parameters.end() ? nullptr : &*found;
}

const ResourceDeclaration* Template::findResource(std::string_view logicalId) const {
  const auto found =
      std::find_if(resources.begin(), resources.end(), [&](const auto& r) { return r.logicalId == logicalId; });
  return found == resources.end() ? nullptr : &*found;
}

bool Template::hasCondition(std::string_view name) const {
  return std::any_of(conditions.begin(), conditions.end(), [&](const auto& c) { return c.first == name; });
}

namespace {

// What only a transform reads.
void dropTransformOnly(JsonObject& document) {
  document.stable_erase("Transform");
  document.stable_erase("Globals");
  Json* resources = document.if_contains("Resources");
  if (!resources || !resources->is_object()) return;
  for (auto& [logicalId, resource] : resources->get_object()) {
    if (auto* object = resource.if_object()) object->stable_erase("IgnoreGlobals");
  }
}

Result<void> readSections(const JsonObject& document, Template& result) {
  HEARTH_CHECK(checkSections(document));
  HEARTH_TRY(result.description, textMember(document, "Description", "Description must be a string."));
  if (result.description.size() > 1024) return formatError("'Description' length is greater than 1024.");
  if (const Json* metadata = document.if_contains("Metadata")) result.metadata = *metadata;

  HEARTH_TRY(const JsonObject* parameters, section(document, "Parameters"));
  HEARTH_CHECK(checkCount("parameters", parameters->size(), kMaxParameters));
  for (const auto& [name, declaration] : *parameters) {
    HEARTH_TRY(auto parameter, readParameter(name, declaration));
    result.parameters.push_back(std::move(parameter));
  }
  HEARTH_TRY(const JsonObject* mappings, section(document, "Mappings"));
  HEARTH_CHECK(checkMappings(*mappings));
  result.mappings = *mappings;
  HEARTH_TRY(const JsonObject* rules, section(document, "Rules"));
  HEARTH_TRY(result.rules, readRules(*rules));
  HEARTH_TRY(const JsonObject* conditions, section(document, "Conditions"));
  for (const auto& [name, condition] : *conditions) result.conditions.emplace_back(name, condition);

  HEARTH_TRY(const JsonObject* resources, section(document, "Resources"));
  if (resources->empty()) return formatError("At least one Resources member must be defined.");
  HEARTH_CHECK(checkCount("resources", resources->size(), kMaxResources));
  for (const auto& [logicalId, declaration] : *resources) {
    HEARTH_TRY(auto resource, readResource(logicalId, declaration));
    result.resources.push_back(std::move(resource));
  }
  HEARTH_TRY(const JsonObject* outputs, section(document, "Outputs"));
  HEARTH_CHECK(checkCount("outputs", outputs->size(), kMaxOutputs));
  for (const auto& [name, declaration] : *outputs) {
    HEARTH_TRY(auto output, readOutput(name, declaration));
    result.outputs.push_back(std::move(output));
  }
  return {};
}

}  // namespace

Result<Template> parseTemplate(std::string text, const TransformInput& input) {
  HEARTH_TRY(Json tree, readTemplateText(text));
  HEARTH_CHECK(refuseNulls(tree, ""));
  Template result;
  HEARTH_TRY(result.transforms, declaredTransforms(tree.get_object()));
  JsonObject document = std::move(tree.get_object());
  if (!result.transforms.empty()) {
    HEARTH_TRY(document, applyTransforms(std::move(document), input, result));
  }
  HEARTH_CHECK(readSections(document, result));
  result.text = std::move(text);
  HEARTH_CHECK(checkReferences(result));
  return result;
}

Result<Template> parseDeclarations(std::string text) {
  HEARTH_TRY(Json tree, readTemplateText(text));
  HEARTH_CHECK(refuseNulls(tree, ""));
  JsonObject& document = tree.get_object();
  Template result;
  HEARTH_TRY(result.transforms, declaredTransforms(document));
  const bool isComplete = result.transforms.empty();
  if (!isComplete) dropTransformOnly(document);
  HEARTH_CHECK(readSections(document, result));
  result.text = std::move(text);
  if (isComplete) HEARTH_CHECK(checkReferences(result));
  return result;
}

}  // namespace hearth::stacks
