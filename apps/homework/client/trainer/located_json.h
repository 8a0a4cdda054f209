// JSON that remembers where it stood, for messages that name file and line. For the files of a course, which people
// write by hand; everything that comes over the wire is read by common/json.h.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "homework/client/trainer/place.h"

namespace hearth::homework::client {

struct LocatedMember;

struct LocatedJson {
  enum class Kind : unsigned char { kNull, kBool, kNumber, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  Place place;
  std::string text;  // a string's characters, or a number or word as it was written
  std::vector<LocatedJson> items;
  std::vector<LocatedMember> members;

  bool isString() const { return kind == Kind::kString; }
  bool isArray() const { return kind == Kind::kArray; }
  bool isObject() const { return kind == Kind::kObject; }
  // nullptr when this is no object or has no such member.
  const LocatedJson* find(std::string_view name) const;
};

struct LocatedMember {
  std::string name;
  Place place;
  LocatedJson value;
};

struct JsonMistake {
  Place place;
  std::string what;
};

// One document (RFC 8259) of at most 32 levels. A byte order mark is stepped over. Mistakes: syntax, invalid UTF-8
// (also as half a surrogate pair), the same member twice, anything behind the document.
std::variant<LocatedJson, JsonMistake> parseLocatedJson(std::string_view text);

}  // namespace hearth::homework::client
