#include "homework/client/common/json.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>

#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

void writeIndented(std::string& out, const Json& value, std::size_t depth);

void newLine(std::string& out, std::size_t depth) {
  out += '\n';
  out.append(depth * 2, ' ');
}

void writeIndentedArray(std::string& out, const JsonArray& array, std::size_t depth) {
  out += '[';
  bool first = true;
  for (const Json& item : array) {
    if (!first) out += ',';
    first = false;
    newLine(out, depth + 1);
    writeIndented(out, item, depth + 1);
  }
  if (!first) newLine(out, depth);
  out += ']';
}

void writeIndentedObject(std::string& out, const JsonObject& object, std::size_t depth) {
  out += '{';
  bool first = true;
  for (const auto& member : object) {
    if (!first) out += ',';
    first = false;
    newLine(out, depth + 1);
    out += boost::json::serialize(boost::json::string(member.key())) + ": ";
    writeIndented(out, member.value(), depth + 1);
  }
  if (!first) newLine(out, depth);
  out += '}';
}

void writeIndented(std::string& out, const Json& value, std::size_t depth) {
  if (const JsonArray* array = value.if_array()) {
    writeIndentedArray(out, *array, depth);
  } else if (const JsonObject* object = value.if_object()) {
    writeIndentedObject(out, *object, depth);
  } else {
    out += boost::json::serialize(value);
  }
}

// `\u001b`, as a surrogate pair where it takes one.
void appendEscape(std::string& out, char32_t c) {
  char spelled[16];
  if (c > 0xFFFF) {
    std::snprintf(spelled, sizeof spelled, "\\u%04x\\u%04x", static_cast<unsigned>(0xD7C0 + (c >> 10)),
                  static_cast<unsigned>(0xDC00 | (c & 0x3FF)));
  } else {
    std::snprintf(spelled, sizeof spelled, "\\u%04x", static_cast<unsigned>(c));
  }
  out += spelled;
}

// What a terminal would obey stands in strings only, and is spelled there: nothing of the document is lost.
std::string escaped(std::string_view document) {
  std::string out;
  out.reserve(document.size());
  for (std::size_t i = 0; i < document.size();) {
    const std::size_t start = i;
    const char32_t c = nextCodePoint(document, i);
    const std::string_view one = document.substr(start, i - start);
    if ((c >= 0x20 && c < 0x7F) || c == '\n' || isClean(one)) {
      out += one;
    } else {
      appendEscape(out, c);
    }
  }
  return out;
}

}  // namespace

std::optional<Json> parseJson(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = 64;
  boost::system::error_code error;
  Json value = boost::json::parse({text.data(), text.size()}, error, {}, options);
  if (error) return std::nullopt;
  return value;
}

std::string writeJson(const Json& value) { return boost::json::serialize(value); }

std::string writeJsonPretty(const Json& value) {
  std::string out;
  writeIndented(out, value, 0);
  return escaped(out) + '\n';
}

const Json* findMember(const Json& object, std::string_view name) {
  const JsonObject* members = object.if_object();
  return members == nullptr ? nullptr : members->if_contains({name.data(), name.size()});
}

std::string stringMember(const Json& object, std::string_view name) {
  const Json* member = findMember(object, name);
  const auto* text = member == nullptr ? nullptr : member->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

std::optional<std::int64_t> integerMember(const Json& object, std::string_view name) {
  const Json* member = findMember(object, name);
  if (member == nullptr) return std::nullopt;
  boost::system::error_code error;
  const auto value = member->is_number() ? member->to_number<std::int64_t>(error) : 0;
  return error || !member->is_number() ? std::nullopt : std::optional(value);
}

bool boolMember(const Json& object, std::string_view name, bool otherwise) {
  const Json* member = findMember(object, name);
  const bool* value = member == nullptr ? nullptr : member->if_bool();
  return value == nullptr ? otherwise : *value;
}

const JsonArray& arrayMember(const Json& object, std::string_view name) {
  static const JsonArray kNone;
  const Json* member = findMember(object, name);
  const JsonArray* array = member == nullptr ? nullptr : member->if_array();
  return array == nullptr ? kNone : *array;
}

}  // namespace hearth::homework::client
