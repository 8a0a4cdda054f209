#include "stacks/plan.h"

#include <algorithm>
#include <set>

#include "stacks/dynamic_reference.h"
#include "stacks/faults.h"
#include "stacks/references.h"
#include "stacks/scalars.h"

namespace hearth::stacks {
namespace {

// "Arn" by itself, "*" for any, "Outputs.*" for any behind "Outputs.".
bool hasAttribute(const ports::ResourceSpec& spec, std::string_view attribute) {
  return std::any_of(spec.attributes.begin(), spec.attributes.end(), [&](const std::string& known) {
    if (known.ends_with('*')) return attribute.starts_with(std::string_view(known).substr(0, known.size() - 1));
    return known == attribute;
  });
}

Result<void> checkAttributes(const Template& document, const SpecLookup& specs, const Json& expression,
                             Block block) {
  References found;
  std::set<std::string> unresolved;
  HEARTH_CHECK(collectReferences(document, expression, block, found, unresolved));
  for (const auto& [resource, attribute] : found.attributes) {
    if (!hasAttribute(*specs(document.findResource(resource)->type), attribute)) {
      return templateError("resource " + resource + " does not support attribute type " + attribute +
                           " in Fn::GetAtt");
    }
  }
  return {};
}

Result<void> checkUnchangedTypes(const Template& document, const Scope& scope,
                                 const std::map<std::string, CurrentResource>& current) {
  std::vector<std::string> modified;
  for (const auto& logicalId : activeResources(document, scope)) {
    const auto found = current.find(logicalId);
    if (found != current.end() && found->second.type != document.findResource(logicalId)->type) {
      modified.push_back(logicalId);
    }
  }
  if (modified.empty()) return {};
  return validationError(
      "Update of resource type is not permitted. The new template modifies resource type of the following "
      "resources: "
      "[" +
      joinNames(modified) + "]");
}

// What has been decided about the resources that came before, for the references of those behind.
struct Decisions {
  const std::map<std::string, CurrentResource>& current;
  const SpecLookup& specs;
  std::map<std::string, const ResourceChange*> changes;  // only of resources that change

  Result<Json> refTo(const std::string& logicalId) const {
    const auto change = changes.find(logicalId);
    const bool isNew = change != changes.end() && (change->second->action == ChangeAction::kAdd ||
                                                   change->second->replacement != Replacement::kFalse);
    const auto standing = current.find(logicalId);
    if (isNew || standing == current.end()) return Json();
    return withoutForeign(Json(standing->second.physicalId), specs(standing->second.type), logicalId);
  }
  Result<Json> attributeOf(const std::string& logicalId, const std::string& attribute) const {
    const auto standing = current.find(logicalId);
    if (changes.contains(logicalId) || standing == current.end()) return Json();
    const Json* value = standing->second.attributes.if_contains(attribute);
    if (!value) return Json();
    return withoutForeign(*value, specs(standing->second.type), logicalId + "." + attribute);
  }
};

std::optional<ResourceChange> compare(const ResourceDeclaration& resource, const ports::ResourceSpec& spec,
                                      const CurrentResource& standing, const JsonObject& properties,
                                      bool isSettled) {
  ResourceChange change;
  change.action = ChangeAction::kModify;
  change.logicalId = resource.logicalId;
  change.physicalId = standing.physicalId;
  change.type = resource.type;
  change.properties = diffProperties(spec, standing.properties, properties);
  change.metadataChanged = standing.metadata != resource.metadata;
  const bool isAsked = spec.alwaysUpdated && !isSettled;
  if (change.properties.empty() && !change.metadataChanged && !isAsked) return std::nullopt;
  for (const auto& property : change.properties) {
    if (!property.replaces) continue;
    if (property.known) change.replacement = Replacement::kTrue;
    if (!property.known && change.replacement == Replacement::kFalse)
      change.replacement = Replacement::kConditional;
  }
  return change;
}

}  // namespace

Result<void> checkTypes(const Template& document, const SpecLookup& specs) {
  std::set<std::string> unknown;
  for (const auto& resource : document.resources) {
    if (!specs(resource.type)) unknown.insert(resource.type.substr(0, 200));
  }
  if (!unknown.empty()) return formatError("Unrecognized resource types: [" + joinNames(unknown) + "]");
  for (const auto& resource : document.resources) {
    HEARTH_CHECK(checkAttributes(document, specs, resource.properties, Block::kResources));
  }
  for (const auto& output : document.outputs) {
    HEARTH_CHECK(checkAttributes(document, specs, output.value, Block::kOutputs));
  }
  return {};
}

Result<JsonObject> resolveProperties(const ResourceDeclaration& resource, const ports::ResourceSpec& spec,
                                     const Scope& scope, const std::map<std::string, std::string>& stackTags) {
  HEARTH_TRY(auto value, evaluate(resource.properties, scope));
  if (!value || !value->is_object()) {
    return formatError("[/Resources/" + resource.logicalId + "] Every Properties member must be an object.");
  }
  HEARTH_TRY(JsonObject properties, checkProperties(spec, value->get_object()));
  mergeStackTags(spec, stackTags, properties);
  return properties;
}

Result<Plan> makePlan(const Template& document, Scope scope, const std::map<std::string, std::string>& stackTags,
                      const SpecLookup& specs, const std::map<std::string, CurrentResource>& current,
                      const std::set<std::string>& settled) {
  HEARTH_CHECK(checkUnchangedTypes(document, scope, current));
  Plan plan;
  plan.order = orderByDependency(activeResources(document, scope), dependenciesOf(document));
  plan.changes.reserve(plan.order.size() + current.size());  // Decisions points into it

  Decisions decisions{current, specs, {}};
  scope.ref = [&decisions, inner = scope.ref](const std::string& logicalId) -> Result<Json> {
    HEARTH_CHECK(inner(logicalId));
    return decisions.refTo(logicalId);
  };
  scope.attribute = [&decisions, inner = scope.attribute](const std::string& logicalId,
                                                          const std::string& attribute) -> Result<Json> {
    HEARTH_CHECK(inner(logicalId, attribute));
    return decisions.attributeOf(logicalId, attribute);
  };
  std::set<std::string> misplaced;
  for (const auto& logicalId : plan.order) {
    const ResourceDeclaration& resource = *document.findResource(logicalId);
    const ports::ResourceSpec& spec = *specs(resource.type);
    auto properties = resolveProperties(resource, spec, scope, stackTags);
    if (!properties.ok()) {
      Fault fault = std::move(properties).fault();
      if (fault.message.starts_with("Property ")) fault.message = "[/Resources/" + logicalId + "] " + fault.message;
      return fault;
    }
    HEARTH_CHECK(checkSecretReferences(resource.type, *properties, misplaced));
    const auto standing = current.find(logicalId);
    if (standing == current.end()) {
      ResourceChange change;
      change.logicalId = logicalId;
      change.type = resource.type;
      plan.changes.push_back(std::move(change));
    } else if (auto change = compare(resource, spec, standing->second, *properties, settled.contains(logicalId))) {
      change->before = standing->second.properties;
      plan.changes.push_back(*std::move(change));
    } else {
      continue;
    }
    plan.changes.back().after = *std::move(properties);
    decisions.changes[logicalId] = &plan.changes.back();
  }
  HEARTH_CHECK(refuseSecureIn(misplaced));
  const std::set<std::string> kept(plan.order.begin(), plan.order.end());
  for (const auto& [logicalId, standing] : current) {
    if (kept.contains(logicalId)) continue;
    ResourceChange change;
    change.action = ChangeAction::kRemove;
    change.logicalId = logicalId;
    change.physicalId = standing.physicalId;
    change.type = standing.type;
    change.before = standing.properties;
    plan.changes.push_back(std::move(change));
  }
  return plan;
}

Result<std::vector<Output>> evaluateOutputs(const Template& document, const Scope& scope) {
  std::vector<Output> outputs;
  std::set<std::string> exported;
  for (const auto& declaration : document.outputs) {
    if (!isActive(declaration.condition, scope)) continue;
    Output output;
    output.key = declaration.name;
    output.description = declaration.description;
    HEARTH_TRY(
        output.value,
        evaluateText(declaration.value, scope,
                     "Template format error: The Value field of every Outputs member must evaluate to a String."));
    // Other secrets are shown as they are written.
    if (output.value && mayHaveSecure(*output.value))
      HEARTH_CHECK(refuseSecureIn({"Outputs/" + output.key + "/Value"}));
    if (declaration.exportName) {
      HEARTH_TRY(const auto name,
                 evaluateText(*declaration.exportName, scope,
                              "Template format error: Output " + declaration.name +
                                  " is malformed. The Name field of every Export member must evaluate "
                                  "to a String."));
      output.exportName = name.value_or("");
      if (output.exportName.empty() || output.exportName.size() > 255) {
        return validationError("Cannot export output " + output.key +
                               ". Exported names must have 1 to 255 characters.");
      }
      if (!exported.insert(output.exportName).second) {
        return formatError("Duplicate export name " + output.exportName + " in the Outputs block of the template");
      }
    }
    outputs.push_back(std::move(output));
  }
  return outputs;
}

}  // namespace hearth::stacks
