// The plan of an operation: what an update would add, change, replace and remove. A pure function of the template,
// its parameters and what stands; the engine decides with it whether there is anything to do, and a change set can
// print it.
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
#include "ports/resource_provider.h"
#include "stacks/intrinsics.h"
#include "stacks/properties.h"
#include "stacks/template.h"

namespace hearth::stacks {

// The specification of a type, or nullptr. Borrowed; lives as long as the engine.
using SpecLookup = std::function<const ports::ResourceSpec*(std::string_view type)>;

// A resource as it stands in the stack.
struct CurrentResource {
  std::string type;
  std::string physicalId;
  JsonObject properties;  // resolved and checked
  JsonObject attributes;
  std::optional<Json> metadata;
};

enum class ChangeAction : unsigned char { kAdd, kModify, kRemove };
// kConditional: it depends on a value that is not known before the update runs.
enum class Replacement : unsigned char { kFalse, kTrue, kConditional };

struct ResourceChange {
  ChangeAction action = ChangeAction::kAdd;
  std::string logicalId;
  std::string physicalId;  // empty for kAdd
  std::string type;
  Replacement replacement = Replacement::kFalse;  // of kModify
  std::vector<PropertyChange> properties;         // of kModify
  bool metadataChanged = false;                   // of kModify
  JsonObject before;                              // properties; not of kAdd
  JsonObject after;                               // null for what is not known yet; not of kRemove
};

struct Plan {
  std::vector<std::string> order;       // the active resources, each behind what it needs
  std::vector<ResourceChange> changes;  // in that order; removals last
};

// Unknown types and attributes, before anything else is looked at. Faults (ValidationError): "Template format
// error: Unrecognized resource types: [..]", "Template error: resource X does not support attribute type Y in
// Fn::GetAtt".
Result<void> checkTypes(const Template& document, const SpecLookup& specs);

// The properties of one resource: resolved in `scope`, checked, with the stack's tags.
Result<JsonObject> resolveProperties(const ResourceDeclaration& resource, const ports::ResourceSpec& spec,
                                     const Scope& scope, const std::map<std::string, std::string>& stackTags);

// `scope` as makeScope() made it; its references are answered from `current`. Every resource's properties are
// checked on the way, so that a plan that exists can only fail for reasons that the services have. Faults
// (ValidationError): what resolveProperties() finds, "Update of resource type is not permitted. The new template
// modifies resource type of the following resources: [..]". Precondition: checkTypes() passed. `settled` are
// resources of types that are always updated, of which it is known that theirs would change nothing.
Result<Plan> makePlan(const Template& document, Scope scope, const std::map<std::string, std::string>& stackTags,
                      const SpecLookup& specs, const std::map<std::string, CurrentResource>& current,
                      const std::set<std::string>& settled = {});

struct Output {
  std::string key;
  std::optional<std::string> value;  // nullopt: not known yet
  std::string description;
  std::string exportName;  // empty: not exported
  bool operator==(const Output&) const = default;
};

// The outputs whose conditions hold. Faults (ValidationError): a value that is no text, one export name twice.
Result<std::vector<Output>> evaluateOutputs(const Template& document, const Scope& scope);

}  // namespace hearth::stacks
