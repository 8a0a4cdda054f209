#include "stacks/sam/references.h"

#include <algorithm>
#include <vector>

#include "stacks/scalars.h"

namespace hearth::stacks::sam {
namespace {

// "A.Stage.X" -> "A.Stage"; empty when there is no part.
std::string_view partOf(std::string_view name) {
  const auto dot = name.find('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  return name.substr(0, std::min(name.find('.', dot + 1), name.size()));
}

const std::string* find(const References& references, std::string_view name) {
  const auto found = references.find(partOf(name));
  return found == references.end() ? nullptr : &found->second;
}

void replaceInText(Json& text, const References& references) {
  std::string_view rest = text.get_string();
  std::string replaced;
  while (true) {
    const auto start = rest.find("${");
    const auto end = start == std::string_view::npos ? start : rest.find('}', start);
    if (end == std::string_view::npos) break;
    const std::string_view name = rest.substr(start + 2, end - start - 2);
    const std::string* id = find(references, name);
    replaced += rest.substr(0, start + 2);
    replaced += id ? *id + std::string(name.substr(partOf(name).size())) : std::string(name);
    replaced += '}';
    rest.remove_prefix(end + 1);
  }
  replaced += rest;
  text = replaced;
}

void replaceInGetAtt(Json& argument, const References& references) {
  JsonArray& list = argument.get_array();
  const bool areTexts =
      list.size() >= 2 && std::all_of(list.begin(), list.end(), [](const Json& one) { return one.is_string(); });
  if (!areTexts) return;
  std::vector<std::string> parts;
  for (const Json& one : list) parts.emplace_back(one.get_string());
  const std::string name = joinNames(parts, ".");
  const std::string* id = find(references, name);
  const std::size_t used = partOf(name).size();
  if (!id || used >= name.size()) return;
  list = JsonArray{Json(*id), Json(name.substr(used + 1))};
}

void replaceIn(Json& value, const References& references) {
  if (auto* list = value.if_array()) {
    for (Json& one : *list) replaceIn(one, references);
    return;
  }
  auto* object = value.if_object();
  if (!object) return;
  for (auto& [key, member] : *object) replaceIn(member, references);
  if (object->size() != 1) return;
  Json& argument = object->begin()->value();
  const std::string_view function = object->begin()->key();
  if (function == "Ref" && argument.is_string()) {
    const std::string_view name = argument.get_string();
    const std::string* id = partOf(name) == name ? find(references, name) : nullptr;
    if (id) argument = *id;
  } else if (function == "Fn::GetAtt" && argument.is_array()) {
    replaceInGetAtt(argument, references);
  } else if (function == "Fn::Sub") {
    Json* text = argument.is_array() && !argument.get_array().empty() ? &argument.get_array().front() : &argument;
    if (text->is_string()) replaceInText(*text, references);
  }
}

}  // namespace

void replaceReferences(JsonObject& document, const References& references) {
  if (references.empty()) return;
  for (auto& [key, member] : document) replaceIn(member, references);
}

}  // namespace hearth::stacks::sam
