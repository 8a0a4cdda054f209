// How a resource stands, in the words of a template: what the read() of the services' CloudFormation types shares.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "ports/resource_provider.h"

namespace hearth::services {

inline JsonObject inTemplateTerms(const std::vector<ports::PropertySpec>& specs, const JsonObject& document);

inline Json inTemplateTerms(const ports::PropertySpec& spec, const Json& value) {
  using ports::PropertyKind;
  if (spec.kind == PropertyKind::kObject && value.is_object())
    return inTemplateTerms(spec.members, value.get_object());
  if (spec.kind == PropertyKind::kList && value.is_array()) {
    JsonArray list;
    for (const Json& element : value.get_array()) list.push_back(inTemplateTerms(spec.members.front(), element));
    return list;
  }
  if (spec.kind == PropertyKind::kMap && value.is_object()) {
    JsonObject map;
    for (const auto& [key, member] : value.get_object())
      map.emplace(key, inTemplateTerms(spec.members.front(), member));
    return map;
  }
  return value;
}

// What an operation answers (api::toDocument), read by a type's specification: of the members those that the template
// can name, spelled as it does. Members of maps keep their names.
inline JsonObject inTemplateTerms(const std::vector<ports::PropertySpec>& specs, const JsonObject& document) {
  JsonObject properties;
  for (const ports::PropertySpec& spec : specs) {
    const Json* member = document.if_contains(spec.name);
    std::string name = spec.name;
    if (!member && !name.empty() && name[0] >= 'A' && name[0] <= 'Z') {
      name[0] = static_cast<char>(name[0] - 'A' + 'a');
      member = document.if_contains(name);
    }
    if (member && !member->is_null()) properties.emplace(spec.name, inTemplateTerms(spec, *member));
  }
  return properties;
}

// A property `Tags` as a map, and as a list of {Key, Value}; without what AWS adds.
inline JsonObject tagMap(const std::map<std::string, std::string>& tags) {
  JsonObject map;
  for (const auto& [key, value] : tags)
    if (!key.starts_with("aws:")) map.emplace(key, value);
  return map;
}
inline JsonArray tagList(const std::map<std::string, std::string>& tags) {
  JsonArray list;
  for (const auto& [key, value] : tagMap(tags)) list.push_back(JsonObject{{"Key", key}, {"Value", value}});
  return list;
}

// The same for a list that an operation has answered.
inline void dropAddedTags(JsonObject& properties) {
  Json* tags = properties.if_contains("Tags");
  if (!tags || !tags->is_array()) return;
  JsonArray own;
  for (Json& tag : tags->get_array())
    if (!base::findString(tag, "Key").value_or("").starts_with("aws:")) own.push_back(std::move(tag));
  *tags = std::move(own);
}

// What cannot be read back counts as it was given.
inline void takeAsGiven(const ports::ResourceRequest& request, std::initializer_list<const char*> names,
                        JsonObject& properties) {
  for (const char* name : names)
    if (const Json* given = request.properties.if_contains(name)) properties[name] = *given;
}

// What read() answers for what is not there.
inline Fault gone(const ports::ResourceRequest& request) {
  return Fault("NotFound", request.logicalId + " (" + request.physicalId + ") does not exist any more.", 404);
}
// The same for an operation's fault that says so, in whatever words; others stay as they are.
inline Fault goneOr(const Fault& fault, const ports::ResourceRequest& request) {
  const bool isGone = fault.status == 404 || fault.code.find("NotFound") != std::string::npos ||
                      fault.code.starts_with("NoSuch");
  return isGone ? gone(request) : fault;
}

}  // namespace hearth::services
