// Methods of the values in mapping templates: those of java.lang.String, java.util.List, Map and Map.Entry, and of
// numbers and booleans, that templates use in practice. Text is UTF-8 here; lengths and indices count UTF-16 units
// as in Java. Regular expressions are RE2's: the same syntax as Java's without look-around and back-references.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "gateway/vtl_value.h"

namespace hearth::gateway::vtl {

// nullopt when the value has no such method with as many arguments. A method that throws in Java (an index out of
// range, a malformed number) sets the context's fault.
std::optional<Value> callMethod(const Value& self, std::string_view name, std::span<const Value> arguments,
                                const CallContext& context);

// value.name: a map's member, or a bean property such as `empty`. Null when there is none.
Value getProperty(const Value& self, std::string_view name, const CallContext& context);
// value[index]: a list's item (from the end when negative) or a map's member. Null when there is none.
Value getIndex(const Value& self, const Value& index, const CallContext& context);
// value[key] = item. Nothing happens when the value is neither a list with that index nor a map.
void setIndex(const Value& self, const Value& key, const Value& item, const CallContext& context);

}  // namespace hearth::gateway::vtl
