#include "stacks/sam/json.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "stacks/scalars.h"

namespace hearth::stacks::sam {
namespace {

// JSON's text of a string with everything outside of ASCII as \uXXXX, in UTF-16.
void appendAscii(std::string& into, std::string_view text) {
  std::string quoted;
  base::appendJsonString(quoted, text);
  const auto unit = [&](std::uint32_t code) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    into += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) into += kDigits[(code >> shift) & 15];
  };
  for (std::size_t at = 0; at < quoted.size();) {
    const auto lead = static_cast<unsigned char>(quoted[at]);
    if (lead < 0x80) {
      into += quoted[at++];
      continue;
    }
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    std::uint32_t code = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length && at + i < quoted.size(); ++i) {
      code = code << 6 | (static_cast<unsigned char>(quoted[at + i]) & 0x3FU);
    }
    at += length;
    if (code < 0x10000) {
      unit(code);
    } else {
      unit(0xD800 + ((code - 0x10000) >> 10));
      unit(0xDC00 + ((code - 0x10000) & 0x3FF));
    }
  }
}

void appendCanonical(std::string& into, const Json& value) {
  if (const auto* object = value.if_object()) {
    std::vector<const JsonObject::value_type*> members;
    for (const auto& member : *object) members.push_back(&member);
    std::sort(members.begin(), members.end(), [](const auto* a, const auto* b) { return a->key() < b->key(); });
    into += '{';
    for (const auto* member : members) {
      if (into.back() != '{') into += ',';
      appendAscii(into, member->key());
      into += ':';
      appendCanonical(into, member->value());
    }
    into += '}';
  } else if (const auto* list = value.if_array()) {
    into += '[';
    for (std::size_t at = 0; at < list->size(); ++at) {
      if (at > 0) into += ',';
      appendCanonical(into, (*list)[at]);
    }
    into += ']';
  } else if (const auto* text = value.if_string()) {
    appendAscii(into, *text);
  } else {
    into += textOf(value).value_or("null");
  }
}

bool hasSoleMember(const Json& value, std::string_view name) {
  const auto* object = value.if_object();
  return object && object->size() == 1 && object->begin()->key() == name;
}

}  // namespace

bool isTruthy(const Json* value) {
  if (!value || value->is_null()) return false;
  if (const auto* object = value->if_object()) return !object->empty();
  if (const auto* list = value->if_array()) return !list->empty();
  if (const auto* text = value->if_string()) return !text->empty();
  if (const auto* flag = value->if_bool()) return *flag;
  return numberOf(*value).value_or(1) != 0;
}

bool isIntrinsic(const Json& value) {
  const auto* object = value.if_object();
  if (!object || object->size() != 1) return false;
  const std::string_view key = object->begin()->key();
  return key == "Ref" || key == "Condition" || key.starts_with("Fn::");
}

bool isFnIf(const Json& value) { return hasSoleMember(value, "Fn::If"); }

bool isNoValue(const Json& value) {
  return hasSoleMember(value, "Ref") && base::findString(value, "Ref") == "AWS::NoValue";
}

Json refTo(std::string_view name) { return JsonObject{{"Ref", name}}; }

Json attributeOf(std::string_view logicalId, std::string_view attribute) {
  return JsonObject{{"Fn::GetAtt", JsonArray{Json(logicalId), Json(attribute)}}};
}

Json subText(std::string_view text) { return JsonObject{{"Fn::Sub", text}}; }

Json subText(std::string_view text, JsonObject variables) {
  JsonArray arguments;
  arguments.emplace_back(text);
  arguments.emplace_back(std::move(variables));
  JsonObject call;
  call.emplace("Fn::Sub", std::move(arguments));
  return call;
}

Json onlyIf(std::string_view condition, Json value) {
  JsonArray arguments;
  arguments.emplace_back(condition);
  arguments.emplace_back(std::move(value));
  arguments.emplace_back(refTo("AWS::NoValue"));
  JsonObject call;
  call.emplace("Fn::If", std::move(arguments));
  return call;
}

JsonArray tagList(const JsonObject& tags) {
  JsonArray list;
  for (const auto& [key, value] : tags) {
    JsonObject tag;
    tag.emplace("Key", key);
    tag.emplace("Value", value);
    list.emplace_back(std::move(tag));
  }
  return list;
}

std::string canonicalText(const Json& value) {
  std::string text;
  appendCanonical(text, value);
  return text;
}

std::string hashOf(std::string_view text, std::size_t digits) {
  if (text.empty()) return {};
  base::Hasher hasher(base::HashKind::kSha1);
  hasher.update(text);
  return base::hexEncode(hasher.finish()).substr(0, digits);
}

std::size_t weightOf(const Json& value) {
  std::size_t weight = 4;
  if (const auto* object = value.if_object()) {
    for (const auto& [key, member] : *object) weight += key.size() + 4 + weightOf(member);
  } else if (const auto* list = value.if_array()) {
    for (const Json& member : *list) weight += weightOf(member);
  } else if (const auto* text = value.if_string()) {
    weight += text->size();
  }
  return weight;
}

}  // namespace hearth::stacks::sam
