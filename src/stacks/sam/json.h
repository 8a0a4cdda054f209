// What the SAM transform asks of JSON trees and writes into them: intrinsic functions, tags, hashes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/json.h"

namespace hearth::stacks::sam {

// Whether a value says something: false for absence, false, 0, "" and what is empty.
bool isTruthy(const Json* value);
inline bool isTruthy(const JsonObject& object, std::string_view name) { return isTruthy(object.if_contains(name)); }

// An object of the single member Ref, Condition or Fn::ANYTHING.
bool isIntrinsic(const Json& value);
bool isFnIf(const Json& value);     // of whatever arguments
bool isNoValue(const Json& value);  // {"Ref": "AWS::NoValue"}

Json refTo(std::string_view name);
Json attributeOf(std::string_view logicalId, std::string_view attribute);
Json subText(std::string_view text);
Json subText(std::string_view text, JsonObject variables);
// The value under a condition, else nothing: {"Fn::If": [condition, value, {"Ref": "AWS::NoValue"}]}.
Json onlyIf(std::string_view condition, Json value);

// {"A": "b"} as [{"Key": "A", "Value": "b"}].
JsonArray tagList(const JsonObject& tags);

// Compact, members sorted, ASCII alone: the text that SAM makes hashes of.
std::string canonicalText(const Json& value);
// The first digits of the SHA-1, in hex; empty for an empty text.
std::string hashOf(std::string_view text, std::size_t digits = 10);

// About the bytes that it takes as text.
std::size_t weightOf(const Json& value);

}  // namespace hearth::stacks::sam
