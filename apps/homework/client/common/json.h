// Reading and writing JSON documents: Boost.JSON with limits, and the few accessors that the tools need.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hearth::homework::client {

using Json = boost::json::value;
using JsonArray = boost::json::array;
using JsonObject = boost::json::object;

// One document of at most 64 levels in valid UTF-8; nullopt for anything else.
std::optional<Json> parseJson(std::string_view text);

std::string writeJson(const Json& value);
// Indented by two blanks and ended by a newline.
std::string writeJsonPretty(const Json& value);

// The member, or nullptr when `object` is not an object or has no such member.
const Json* findMember(const Json& object, std::string_view name);
// Empty when absent or not a string.
std::string stringMember(const Json& object, std::string_view name);
// nullopt when absent or not an integer.
std::optional<std::int64_t> integerMember(const Json& object, std::string_view name);
bool boolMember(const Json& object, std::string_view name, bool otherwise = false);
// An empty array when absent or not an array.
const JsonArray& arrayMember(const Json& object, std::string_view name);

}  // namespace hearth::homework::client
