#include "stacks/properties.h"

#include <algorithm>
#include <set>

#include "stacks/dynamic_reference.h"
#include "stacks/faults.h"
#include "stacks/scalars.h"

namespace hearth::stacks {
namespace {

using ports::PropertyKind;
using ports::PropertySpec;
using ports::UpdateBehavior;

constexpr std::size_t kMaxProblems = 20;

std::string_view typeName(PropertyKind kind) {
  switch (kind) {
    case PropertyKind::kString:
      return "String";
    case PropertyKind::kInteger:
      return "Integer";
    case PropertyKind::kDouble:
      return "Number";
    case PropertyKind::kBoolean:
      return "Boolean";
    case PropertyKind::kList:
      return "Array";
    case PropertyKind::kObject:
    case PropertyKind::kMap:
    case PropertyKind::kJson:
      return "Object";
  }
  return "String";
}

const PropertySpec* findSpec(const std::vector<PropertySpec>& specs, std::string_view name) {
  const auto found = std::find_if(specs.begin(), specs.end(), [&](const auto& spec) { return spec.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

// Walks values and specification side by side; gathers problems instead of stopping at the first.
class Check final {
 public:
  JsonObject object(const std::vector<PropertySpec>& specs, const JsonObject& values, const std::string& path) {
    std::vector<std::string> unsupported;
    JsonObject result;
    for (const auto& [key, member] : values) {
      const PropertySpec* spec = findSpec(specs, key);
      if (!spec) {
        unsupported.emplace_back(key);
        continue;
      }
      result.emplace(key, value(*spec, member, path + "/" + std::string(key)));
    }
    if (!unsupported.empty()) {
      report("Encountered unsupported properties in {" + (path.empty() ? "/" : path) + "}: [" +
             joinNames(unsupported) + "]");
    }
    for (const auto& spec : specs) {
      if (spec.required && !values.contains(spec.name)) {
        report("The property {" + path + "/" + spec.name + "} is required");
      }
    }
    return result;
  }

  const std::vector<std::string>& problems() const { return problems_; }

 private:
  void report(std::string problem) {
    if (problems_.size() < kMaxProblems) problems_.push_back(std::move(problem));
  }

  Json mismatch(const PropertySpec& spec, const std::string& path) {
    report("Value of property {" + path + "} does not match type {" + std::string(typeName(spec.kind)) + "}");
    return Json();
  }

  template <class T>
  Json scalar(const PropertySpec& spec, const std::optional<T>& converted, const std::string& path) {
    if (!converted) return mismatch(spec, path);
    return Json(*converted);
  }

  Json value(const PropertySpec& spec, const Json& given, const std::string& path) {
    if (given.is_null()) return given;
    // What a secret will be is seen when it is there.
    const bool isScalar = spec.kind == PropertyKind::kInteger || spec.kind == PropertyKind::kDouble ||
                          spec.kind == PropertyKind::kBoolean;
    if (isScalar && given.is_string() && mayHaveSecret(given)) return given;
    switch (spec.kind) {
      case PropertyKind::kString:
        return scalar(spec, textOf(given), path);
      case PropertyKind::kInteger:
        return scalar(spec, integerOf(given), path);
      case PropertyKind::kDouble:
        return scalar(spec, numberOf(given), path);
      case PropertyKind::kBoolean:
        return scalar(spec, booleanOf(given), path);
      case PropertyKind::kJson:
        return given;
      case PropertyKind::kObject:
        if (!given.is_object()) return mismatch(spec, path);
        return object(spec.members, given.get_object(), path);
      case PropertyKind::kList: {
        if (!given.is_array()) return mismatch(spec, path);
        JsonArray list;
        std::size_t at = 0;
        for (const Json& element : given.get_array()) {
          list.push_back(value(spec.members.front(), element, path + "/" + std::to_string(at++)));
        }
        return list;
      }
      case PropertyKind::kMap: {
        if (!given.is_object()) return mismatch(spec, path);
        JsonObject map;
        for (const auto& [key, member] : given.get_object()) {
          map.emplace(key, value(spec.members.front(), member, path + "/" + std::string(key)));
        }
        return map;
      }
    }
    return given;
  }

  std::vector<std::string> problems_;
};

void diffMembers(const std::vector<PropertySpec>& specs, const JsonObject& before, const JsonObject& after,
                 const PropertyChange& parent, std::vector<PropertyChange>& changes) {
  for (const auto& spec : specs) {
    const Json* left = before.if_contains(spec.name);
    const Json* right = after.if_contains(spec.name);
    if (!left && !right) continue;
    if (left && right && *left == *right && !hasUnknown(*right)) continue;
    PropertyChange change = parent;
    if (change.name.empty()) change.name = spec.name;
    change.path += "/" + spec.name;
    change.replaces = parent.replaces || spec.update == UpdateBehavior::kReplacement;
    if (spec.kind == PropertyKind::kObject && left && right && left->is_object() && right->is_object()) {
      diffMembers(spec.members, left->get_object(), right->get_object(), change, changes);
      continue;
    }
    change.known = !right || !hasUnknown(*right);
    changes.push_back(std::move(change));
  }
}

}  // namespace

bool hasUnknown(const Json& value) {
  if (value.is_null()) return true;
  if (const auto* list = value.if_array()) return std::any_of(list->begin(), list->end(), hasUnknown);
  if (const auto* map = value.if_object()) {
    return std::any_of(map->begin(), map->end(), [](const auto& member) { return hasUnknown(member.value()); });
  }
  return false;
}

Result<JsonObject> checkProperties(const ports::ResourceSpec& spec, const JsonObject& properties) {
  Check check;
  JsonObject known;
  JsonObject others;
  for (const auto& [key, value] : properties) {
    const bool isOther = spec.openProperties && !findSpec(spec.properties, key);
    (isOther ? others : known).emplace(key, value);
  }
  JsonObject checked = check.object(spec.properties, known, "");
  for (const auto& [key, value] : others) checked.emplace(key, value);
  if (check.problems().empty()) return checked;
  return validationError("Property validation failure: [" + joinNames(check.problems()) + "]");
}

std::vector<PropertyChange> diffProperties(const ports::ResourceSpec& spec, const JsonObject& before,
                                           const JsonObject& after) {
  std::vector<PropertyChange> changes;
  diffMembers(spec.properties, before, after, PropertyChange{}, changes);
  if (!spec.openProperties) return changes;
  std::set<std::string> others;
  for (const JsonObject* side : {&before, &after}) {
    for (const auto& [key, value] : *side) {
      if (!findSpec(spec.properties, key)) others.emplace(key);
    }
  }
  std::vector<PropertySpec> open;
  for (const auto& name : others) open.push_back({.name = name, .kind = PropertyKind::kJson, .members = {}});
  diffMembers(open, before, after, PropertyChange{}, changes);
  return changes;
}

void mergeStackTags(const ports::ResourceSpec& spec, const std::map<std::string, std::string>& tags,
                    JsonObject& properties) {
  const PropertySpec* tagsSpec = spec.taggable ? findSpec(spec.properties, "Tags") : nullptr;
  if (!tagsSpec || tags.empty()) return;
  const bool isList = tagsSpec->kind == PropertyKind::kList;
  Json none = JsonObject();
  if (isList) none = JsonArray();
  Json& own = properties.emplace("Tags", std::move(none)).first->value();
  if (auto* map = own.if_object(); map && !isList) {
    for (const auto& [key, value] : tags) map->emplace(key, value);
  }
  if (auto* list = own.if_array(); list && isList) {
    std::set<std::string> present;
    for (const Json& tag : *list) present.insert(base::findString(tag, "Key").value_or(""));
    for (const auto& [key, value] : tags) {
      if (!present.contains(key)) list->push_back(JsonObject{{"Key", key}, {"Value", value}});
    }
  }
}

}  // namespace hearth::stacks
