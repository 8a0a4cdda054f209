#include "stacks/sam/context.h"

#include <utility>

#include "stacks/faults.h"
#include "stacks/sam/faults.h"
#include "stacks/sam/json.h"
#include "stacks/scalars.h"
#include "stacks/template.h"
#include "stacks/template_text.h"

namespace hearth::stacks::sam {
namespace {

// Some room beyond the limit of a text, which is looked at in the end: indentation is not in the result.
constexpr std::size_t kMostWeight = 4 * kMaxTemplateBytes;

bool isNameCharacter(char c) { return c == '.' || c == ':' || isAlphanumeric(std::string_view(&c, 1)); }

}  // namespace

Result<void> Budget::spend(std::size_t bytes) {
  spent_ += bytes;
  if (spent_ <= kMostWeight) return {};
  return validationError("Template may not exceed " + std::to_string(kMaxTemplateBytes) + " bytes in size.");
}

Parameters::Parameters(const JsonObject& document, const ParameterValues& given, const std::string& region,
                       Budget& budget)
    : region_(region), budget_(budget) {
  const Json* section = document.if_contains("Parameters");
  if (!section || !section->is_object()) return;
  for (const auto& [name, declaration] : section->get_object()) {
    Declared declared;
    const Json* noEcho = base::findMember(declaration, "NoEcho");
    declared.isSecret = noEcho && booleanOf(*noEcho).value_or(true);
    const std::string type = base::findString(declaration, "Type").value_or("");
    // What lies behind a name in the Parameter Store is not known yet.
    declared.isSecret = declared.isSecret || type.starts_with("AWS::SSM::Parameter::Value");
    declared.isList = type == "CommaDelimitedList" || type.starts_with("List<");
    const auto found = given.find(std::string(name));
    const Json* fallback = base::findMember(declaration, "Default");
    if (found != given.end()) {
      declared.value = found->second;
    } else if (fallback) {
      declared.value = textOf(*fallback);
    }
    declared_.emplace(name, std::move(declared));
  }
}

std::optional<Json> Parameters::find(const std::string& name) {
  if (name == "AWS::Region") {
    consulted_[name] = region_;
    return Json(region_);
  }
  if (name == "AWS::Partition") return Json("aws");
  const auto found = declared_.find(name);
  if (found == declared_.end() || found->second.isSecret) return std::nullopt;
  const Declared& declared = found->second;
  consulted_[name] = declared.value;
  if (!declared.value) return std::nullopt;
  if (!declared.isList) return Json(*declared.value);
  JsonArray list;
  std::string_view rest = *declared.value;
  while (true) {
    const auto comma = rest.find(',');
    list.emplace_back(rest.substr(0, comma));
    if (comma == std::string_view::npos) return Json(std::move(list));
    rest.remove_prefix(comma + 1);
  }
}

Result<std::string> Parameters::replaceNames(std::string_view text) {
  std::string result;
  while (true) {
    const auto start = text.find("${");
    if (start == std::string_view::npos) break;
    auto end = start + 2;
    while (end < text.size() && isNameCharacter(text[end])) ++end;
    const bool isName = end < text.size() && text[end] == '}' && end > start + 2;
    const auto value = isName ? find(std::string(text.substr(start + 2, end - start - 2))) : std::nullopt;
    if (!value) {
      result += text.substr(0, start + 2);
      text.remove_prefix(start + 2);
      continue;
    }
    if (!value->is_string()) {
      return invalidStructure("Invalid Fn::Sub variable value " + base::writeJson(*value).substr(0, 300) +
                              ". Fn::Sub expects all variables to be strings.");
    }
    HEARTH_CHECK(budget_.spend(value->get_string().size()));
    result += text.substr(0, start);
    result += std::string_view(value->get_string());
    text.remove_prefix(end + 1);
  }
  result += text;
  return result;
}

Result<Json> Parameters::resolve(const Json& value) {
  if (const auto* list = value.if_array()) {
    JsonArray resolved;
    for (const Json& member : *list) {
      HEARTH_TRY(Json one, resolve(member));
      resolved.push_back(std::move(one));
    }
    return Json(std::move(resolved));
  }
  const auto* object = value.if_object();
  if (!object) return value;
  const bool isSole = object->size() == 1;
  const Json* name = isSole ? object->if_contains("Ref") : nullptr;
  if (name && name->is_string()) {
    if (auto found = find(std::string(name->get_string()))) {
      HEARTH_CHECK(budget_.spend(weightOf(*found)));
      return *std::move(found);
    }
    return value;
  }
  JsonObject resolved;
  for (const auto& [key, member] : *object) {
    HEARTH_TRY(Json one, resolve(member));
    resolved.emplace(key, std::move(one));
  }
  if (Json* sub = isSole ? resolved.if_contains("Fn::Sub") : nullptr) {
    Json* text = sub->is_array() && !sub->get_array().empty() ? &sub->get_array().front() : sub;
    if (text->is_string()) {
      HEARTH_TRY(*text, replaceNames(text->get_string()));
    }
  }
  return Json(std::move(resolved));
}

bool Source::says(std::string_view name) const { return isTruthy(properties, name); }

JsonObject Source::inheritedAttributes() const {
  JsonObject inherited;
  for (const std::string_view name : {"Condition", "DeletionPolicy", "UpdateReplacePolicy"}) {
    if (const Json* value = attributes.if_contains(name)) inherited.emplace(name, *value);
  }
  return inherited;
}

void Generated::copy(std::string_view name, const Json* value) {
  if (value && !value->is_null()) properties.emplace(name, *value);
}

Json Generated::declaration() const {
  JsonObject declared;
  declared.emplace("Type", type);
  if (dependsOn && isTruthy(&*dependsOn)) declared.emplace("DependsOn", *dependsOn);
  for (const auto& [name, value] : attributes) declared.emplace(name, value);
  declared.emplace("Properties", properties);
  return Json(std::move(declared));
}

JsonObject& Context::conditions() {
  Json& section = document["Conditions"];
  if (!section.is_object()) section = JsonObject();
  return section.get_object();
}

Result<void> Context::add(Generated resource) {
  HEARTH_CHECK(budget.spend(weightOf(Json(resource.properties))));
  HEARTH_CHECK(checkCount(1));
  generated.push_back(std::move(resource));
  return {};
}

// Of a shared usage plan there may be several, of which the last one stays.
Result<void> Context::checkCount(std::size_t more) const {
  if (generated.size() + more <= 2 * kMaxResources) return {};
  return formatError("Number of resources is greater than maximum allowed, " + std::to_string(kMaxResources));
}

}  // namespace hearth::stacks::sam
