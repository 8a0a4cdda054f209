#include "homework/domain/json_text.h"

namespace hearth::homework {
namespace {

void appendUnit(std::string& out, unsigned unit) {
  constexpr char kDigits[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[unit >> shift & 15];
}

// Reads one code point of well-formed UTF-8 (json::string holds nothing else) and moves `at` behind it.
unsigned codePoint(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i])); };
  const unsigned first = byte(at);
  const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  unsigned code = length == 1 ? first : first & (0x7fU >> length);
  for (std::size_t i = 1; i < length && at + i < text.size(); ++i) code = code << 6 | (byte(at + i) & 63);
  at += length;
  return code;
}

void appendString(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const unsigned code = codePoint(text, at);
    switch (code) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      default:
        if (code >= 0x20 && code < 0x7f) {
          out += static_cast<char>(code);
        } else if (code < 0x10000) {
          appendUnit(out, code);
        } else {
          appendUnit(out, 0xd800 + ((code - 0x10000) >> 10));
          appendUnit(out, 0xdc00 + ((code - 0x10000) & 0x3ff));
        }
    }
  }
  out += '"';
}

void appendValue(std::string& out, const json::value& value, std::size_t indent) {
  const std::string inner(indent + 4, ' ');
  const char* separator = "\n";
  if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    out += '[';
    for (const json::value& element : *array) {
      out += separator + inner;
      appendValue(out, element, indent + 4);
      separator = ",\n";
    }
    out += "\n" + std::string(indent, ' ') + "]";
  } else if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    out += '{';
    for (const auto& [name, element] : *object) {
      out += separator + inner;
      appendString(out, name);
      out += ": ";
      appendValue(out, element, indent + 4);
      separator = ",\n";
    }
    out += "\n" + std::string(indent, ' ') + "}";
  } else if (const auto* string = value.if_string()) {
    appendString(out, *string);
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

Outcome<json::value> parseJson(std::string_view text, std::size_t maxBytes, std::string_view what) {
  const std::string name(what);
  if (text.size() > maxBytes) {
    return Problem{name + " is longer than " + std::to_string(maxBytes / 1024) + " KiB"};
  }
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  json::parse_options options;
  options.max_depth = 32;
  boost::system::error_code error;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error) return Problem{name + " is not JSON: " + error.message()};
  return value;
}

const json::value* findMember(const json::object& object, std::string_view name) {
  return object.if_contains(json::string_view(name.data(), name.size()));
}

std::optional<std::string_view> findString(const json::object& object, std::string_view name) {
  const json::value* member = findMember(object, name);
  if (member == nullptr || !member->is_string()) return std::nullopt;
  return std::string_view(member->get_string().data(), member->get_string().size());
}

std::optional<std::int64_t> findInteger(const json::object& object, std::string_view name) {
  const json::value* member = findMember(object, name);
  if (member == nullptr || !member->is_int64()) return std::nullopt;
  return member->get_int64();
}

std::optional<bool> findBool(const json::object& object, std::string_view name) {
  const json::value* member = findMember(object, name);
  if (member == nullptr || !member->is_bool()) return std::nullopt;
  return member->get_bool();
}

std::string pythonJson(const json::value& value) {
  std::string out;
  appendValue(out, value, 0);
  return out;
}

}  // namespace hearth::homework
