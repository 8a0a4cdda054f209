// When two JSON values are the same: for JSON Schema and JSONPath, whose values are strangers'.
#pragma once

#include <algorithm>
#include <string_view>

#include "base/json.h"

namespace hearth::gateway {

// Numbers by value (1 is 1.0), objects without order. `cost` is asked before each step: value() for a value,
// name(text) for the name of a member, text(text) for a string that is compared. Where it answers false, nothing is
// the same any more. The depth is what the parser allows.
template <class Cost>
bool isSameJson(const Json& a, const Json& b, const Cost& cost) {
  if (!cost.value()) return false;
  if (a.is_number() && b.is_number()) return a.to_number<double>() == b.to_number<double>();
  if (a.kind() != b.kind()) return false;
  if (const JsonArray* list = a.if_array()) {
    const JsonArray& other = b.get_array();
    return list->size() == other.size() &&
           std::equal(list->begin(), list->end(), other.begin(),
                      [&](const Json& one, const Json& counterpart) { return isSameJson(one, counterpart, cost); });
  }
  if (const JsonObject* object = a.if_object()) {
    const JsonObject& other = b.get_object();
    return object->size() == other.size() && std::all_of(object->begin(), object->end(), [&](const auto& member) {
             if (!cost.name(member.key())) return false;
             const Json* counterpart = other.if_contains(member.key());
             return counterpart != nullptr && isSameJson(member.value(), *counterpart, cost);
           });
  }
  if (a.is_string() && (a.get_string().size() != b.get_string().size() || !cost.text(a.get_string()))) return false;
  return a == b;
}

}  // namespace hearth::gateway
