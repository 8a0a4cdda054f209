// JSON documents: Boost.JSON's DOM, parsed with limits, and the small reading helpers that the code needs.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hearth::base {

using Json = boost::json::value;
using JsonObject = boost::json::object;
using JsonArray = boost::json::array;

// Parses one document. Faults: SerializationException with line and column of the first offence; also for
// nesting beyond `maxDepth`, for invalid UTF-8 and for anything behind the document.
Result<Json> parseJson(std::string_view text, std::size_t maxDepth = 64);

// Appends `text` as a JSON string, quotes included. The bytes should be UTF-8; they are not checked.
void appendJsonString(std::string& into, std::string_view text);

// Compact text; members in insertion order.
std::string writeJson(const Json& value);
// Indented with two spaces, for people.
std::string writeJsonPretty(const Json& value);

// The member, or nullptr when `object` is not an object or has no such member.
const Json* findMember(const Json& object, std::string_view name);
Json* findMember(Json& object, std::string_view name);

// The member as text; nullopt when absent or not a string.
std::optional<std::string> findString(const Json& object, std::string_view name);

// The text of a scalar the way CloudFormation and query strings spell it: strings as they are, numbers in
// decimal, booleans as true/false. nullopt for null, arrays and objects.
std::optional<std::string> scalarText(const Json& value);

}  // namespace hearth::base

namespace hearth {
using base::Json;
using base::JsonArray;
using base::JsonObject;
}  // namespace hearth
