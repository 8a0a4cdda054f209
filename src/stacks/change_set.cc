#include "stacks/change_set.h"

#include <algorithm>
#include <array>
#include <utility>

#include "stacks/parameters.h"
#include "stacks/references.h"

namespace hearth::stacks {
namespace {

constexpr std::array<std::pair<Execution, std::string_view>, 6> kExecutions = {{
    {Execution::kUnavailable, "UNAVAILABLE"},
    {Execution::kAvailable, "AVAILABLE"},
    {Execution::kInProgress, "EXECUTE_IN_PROGRESS"},
    {Execution::kComplete, "EXECUTE_COMPLETE"},
    {Execution::kFailed, "EXECUTE_FAILED"},
    {Execution::kObsolete, "OBSOLETE"},
}};

// The property as the template writes it; null when it does not.
Json writtenProperty(const Template& document, const std::string& logicalId, const std::string& name) {
  const ResourceDeclaration* resource = document.findResource(logicalId);
  const Json* value = resource ? resource->properties.get_object().if_contains(name) : nullptr;
  return value ? *value : Json();
}

class Describer final {
 public:
  Describer(const Plan& plan, const Template& before, const Template& after, const std::set<std::string>& changed)
      : before_(before), after_(after), changed_(changed) {
    for (const ResourceChange& change : plan.changes) changing_[change.logicalId] = &change;
  }

  DescribedChange describe(const ResourceChange& change) const {
    DescribedChange out{change.action, change.logicalId, change.physicalId, change.type, change.replacement, {}};
    const JsonObject before = shownOf(before_, change.logicalId, change.before);
    const JsonObject after = shownOf(after_, change.logicalId, change.after);
    if (change.action != ChangeAction::kAdd) out.before = contextOf(before);
    if (change.action != ChangeAction::kRemove) out.after = contextOf(after);
    if (change.action != ChangeAction::kModify) return out;
    std::vector<std::string> names;
    for (const PropertyChange& property : change.properties) {
      if (std::find(names.begin(), names.end(), property.name) == names.end()) names.push_back(property.name);
    }
    for (const std::string& name : names) {
      const std::size_t first = out.details.size();
      addProperty(change, name, out.details);
      for (std::size_t at = first; at < out.details.size(); ++at) {
        out.details[at].before = valueOf(before, name);
        out.details[at].after = valueOf(after, name);
      }
    }
    if (change.type == kStackType && names.empty() && !change.metadataChanged) {
      out.details.push_back({"Properties", "", "Never", true, "Automatic", ""});
    }
    if (change.metadataChanged) {
      out.details.push_back({"Metadata", "", "Never", false, "DirectModification", ""});
    }
    return out;
  }

 private:
  // Properties as people may see them: those that a parameter with NoEcho is part of are masked as a whole.
  static JsonObject shownOf(const Template& document, const std::string& logicalId, const JsonObject& properties) {
    JsonObject shown;
    for (const auto& [name, value] : properties) {
      References found;
      std::set<std::string> unresolved;
      const Json written = writtenProperty(document, logicalId, std::string(name));
      (void)collectReferences(document, written, Block::kResources, found, unresolved);
      const bool isSecret =
          std::any_of(found.parameters.begin(), found.parameters.end(), [&](const std::string& parameter) {
            const ParameterDeclaration* declared = document.findParameter(parameter);
            return declared && declared->noEcho;
          });
      shown.emplace(name, isSecret ? Json(kMaskedValue) : known(value));
    }
    return shown;
  }

  static Json known(const Json& value) {
    if (value.is_null()) return Json(kUnknownValue);
    if (const auto* list = value.if_array()) {
      JsonArray out;
      for (const Json& one : *list) out.push_back(known(one));
      return out;
    }
    if (const auto* object = value.if_object()) {
      JsonObject out;
      for (const auto& [key, member] : *object) out.emplace(key, known(member));
      return out;
    }
    return value;
  }

  static std::string contextOf(const JsonObject& properties) {
    return base::writeJson(Json(JsonObject{{"Properties", properties}}));
  }

  static std::optional<std::string> valueOf(const JsonObject& properties, const std::string& name) {
    const Json* value = properties.if_contains(name);
    if (!value) return std::nullopt;
    return base::scalarText(*value).value_or(base::writeJson(*value));
  }

  void addProperty(const ResourceChange& change, const std::string& name,
                   std::vector<ChangeDetail>& details) const {
    ChangeDetail detail;
    detail.attribute = name == "Tags" ? "Tags" : "Properties";
    detail.name = name == "Tags" ? "" : name;
    detail.recreation = "Never";
    for (const PropertyChange& property : change.properties) {
      if (property.name != name || !property.replaces) continue;
      detail.recreation = property.known ? "Always" : detail.recreation == "Always" ? "Always" : "Conditionally";
    }
    const std::size_t first = details.size();
    const Json written = writtenProperty(after_, change.logicalId, name);
    References found;
    std::set<std::string> unresolved;
    // Both templates passed these checks when they were read.
    (void)collectReferences(after_, written, Block::kResources, found, unresolved);
    const auto add = [&](const char* source, const std::string& cause, bool isDynamic) {
      detail.source = source;
      detail.cause = cause;
      detail.isDynamic = isDynamic;
      details.push_back(detail);
    };
    for (const std::string& parameter : found.parameters) {
      if (changed_.contains(parameter)) add("ParameterReference", parameter, false);
    }
    std::set<std::string> byAttribute;
    for (const auto& [resource, attribute] : found.attributes) {
      byAttribute.insert(resource);
      if (changing_.contains(resource)) add("ResourceAttribute", resource + "." + attribute, true);
    }
    for (const std::string& resource : found.resources) {
      const auto standing = changing_.find(resource);
      const bool isRenewed = standing != changing_.end() && (standing->second->action == ChangeAction::kAdd ||
                                                             standing->second->replacement != Replacement::kFalse);
      if (isRenewed && !byAttribute.contains(resource)) add("ResourceReference", resource, true);
    }
    // The text itself, or what the stack's tags put into it.
    const bool isRewritten = written != writtenProperty(before_, change.logicalId, name);
    if (isRewritten || details.size() == first) add("DirectModification", "", false);
  }

  const Template& before_;
  const Template& after_;
  const std::set<std::string>& changed_;
  std::map<std::string, const ResourceChange*> changing_;
};

std::string textOf(const Json& json, std::string_view name) { return base::findString(json, name).value_or(""); }

template <typename Kind>
Kind kindOf(const Json& json, std::string_view name) {
  const Json* member = base::findMember(json, name);
  return static_cast<Kind>(member && member->is_int64() ? member->get_int64() : 0);
}

}  // namespace

std::vector<std::string> DescribedChange::scope() const {
  std::vector<std::string> names;
  for (const ChangeDetail& detail : details) {
    if (std::find(names.begin(), names.end(), detail.attribute) == names.end()) names.push_back(detail.attribute);
  }
  return names;
}

std::vector<DescribedChange> describeChanges(const Plan& plan, const Template& before, const Template& after,
                                             const std::set<std::string>& changed) {
  const Describer describer(plan, before, after, changed);
  std::vector<DescribedChange> changes;
  changes.reserve(plan.changes.size());
  for (const ResourceChange& change : plan.changes) changes.push_back(describer.describe(change));
  return changes;
}

std::string_view nameOf(Execution execution) {
  for (const auto& [known, name] : kExecutions) {
    if (known == execution) return name;
  }
  return "UNAVAILABLE";
}

JsonArray toJson(const std::vector<DescribedChange>& changes) {
  JsonArray array;
  for (const DescribedChange& change : changes) {
    JsonArray details;
    for (const ChangeDetail& detail : change.details) {
      details.push_back(JsonObject{{"attribute", detail.attribute},
                                   {"name", detail.name},
                                   {"recreation", detail.recreation},
                                   {"dynamic", detail.isDynamic},
                                   {"source", detail.source},
                                   {"cause", detail.cause}});
      JsonObject& kept = details.back().get_object();
      if (detail.before) kept.emplace("before", *detail.before);
      if (detail.after) kept.emplace("after", *detail.after);
    }
    array.push_back(JsonObject{{"action", static_cast<std::int64_t>(change.action)},
                               {"logicalId", change.logicalId},
                               {"physicalId", change.physicalId},
                               {"type", change.type},
                               {"replacement", static_cast<std::int64_t>(change.replacement)},
                               {"details", std::move(details)},
                               {"changeSet", change.changeSetId},
                               {"before", change.before},
                               {"after", change.after}});
  }
  return array;
}

std::vector<DescribedChange> changesOf(const Json& json) {
  std::vector<DescribedChange> changes;
  if (!json.is_array()) return changes;
  for (const Json& one : json.get_array()) {
    DescribedChange change;
    change.action = kindOf<ChangeAction>(one, "action");
    change.logicalId = textOf(one, "logicalId");
    change.physicalId = textOf(one, "physicalId");
    change.type = textOf(one, "type");
    change.replacement = kindOf<Replacement>(one, "replacement");
    change.changeSetId = textOf(one, "changeSet");
    change.before = textOf(one, "before");
    change.after = textOf(one, "after");
    const Json* details = base::findMember(one, "details");
    if (details && details->is_array()) {
      for (const Json& kept : details->get_array()) {
        const Json* dynamic = base::findMember(kept, "dynamic");
        change.details.push_back({textOf(kept, "attribute"), textOf(kept, "name"), textOf(kept, "recreation"),
                                  dynamic && dynamic->is_bool() && dynamic->get_bool(), textOf(kept, "source"),
                                  textOf(kept, "cause"), base::findString(kept, "before"),
                                  base::findString(kept, "after")});
      }
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace hearth::stacks
