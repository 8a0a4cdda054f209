#include "api/document.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/byte_stream.h"
#include "base/bytes.h"
#include "base/clock.h"

namespace hearth::api {
namespace {

void appendQuoted(std::string& into, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  into += '"';
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"':
        into += "\\\"";
        break;
      case '\\':
        into += "\\\\";
        break;
      case '\n':
        into += "\\n";
        break;
      case '\r':
        into += "\\r";
        break;
      case '\t':
        into += "\\t";
        break;
      default:
        if (byte < 0x20) {
          into += "\\u00";
          into += kHex[byte >> 4];
          into += kHex[byte & 15];
        } else {
          into += c;
        }
    }
  }
  into += '"';
}

template <class Number>
void appendNumber(std::string& into, Number number) {
  char buffer[32];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, number);
  into.append(buffer, end.ptr);
}

void appendTime(std::string& into, base::Time time, TimestampFormat format, const Style& style) {
  if (style.times == Style::Times::kMillis) return appendNumber(into, base::toMillis(time));
  if (format == TimestampFormat::kIso8601) return appendQuoted(into, base::formatIso8601(time, true));
  if (format == TimestampFormat::kRfc822) return appendQuoted(into, base::formatHttpDate(time));
  std::int64_t millis = base::toMillis(time);
  if (millis % 1000 == 0) return appendNumber(into, millis / 1000);
  appendNumber(into, static_cast<double>(millis) / 1000.0);
}

bool travelsInBody(const Member& member, const Style& style) {
  return member.shape->kind != ShapeKind::kStream &&
         (style.names == Style::Names::kModel || member.location == Location::kBody);
}

void appendValue(std::string& into, const Shape& shape, const void* value, TimestampFormat format,
                 const Style& style);

void appendStructure(std::string& into, const Shape& shape, const void* value, const Style& style) {
  into += '{';
  bool first = true;
  for (const Member& member : shape.members) {
    if (!travelsInBody(member, style)) continue;
    const void* found = member.find(value);
    if (!found) continue;
    if (!first) into += ',';
    first = false;
    appendQuoted(into, style.names == Style::Names::kWire ? member.wireName : member.name);
    into += ':';
    appendValue(into, *member.shape, found, member.timestampFormat, style);
  }
  into += '}';
}

void appendMap(std::string& into, const Shape& shape, const void* value, const Style& style) {
  struct Context {
    std::string& into;
    const Shape& shape;
    const Style& style;
    bool first = true;
  } context{into, shape, style};
  into += '{';
  shape.map->forEach(value, &context, [](void* raw, const std::string& key, const void* element) {
    auto& c = *static_cast<Context*>(raw);
    if (!c.first) c.into += ',';
    c.first = false;
    appendQuoted(c.into, key);
    c.into += ':';
    appendValue(c.into, *c.shape.element, element, TimestampFormat::kDefault, c.style);
  });
  into += '}';
}

void appendValue(std::string& into, const Shape& shape, const void* value, TimestampFormat format,
                 const Style& style) {
  switch (shape.kind) {
    case ShapeKind::kString:
      return appendQuoted(into, *static_cast<const std::string*>(value));
    case ShapeKind::kBlob:
      return appendQuoted(into, base::base64Encode(*static_cast<const std::string*>(value)));
    case ShapeKind::kBoolean:
      into += *static_cast<const bool*>(value) ? "true" : "false";
      return;
    case ShapeKind::kInteger:
      return appendNumber(into, *static_cast<const std::int64_t*>(value));
    case ShapeKind::kDouble: {
      double number = *static_cast<const double*>(value);
      if (std::isfinite(number))
        appendNumber(into, number);
      else
        into += "null";
      return;
    }
    case ShapeKind::kTimestamp:
      return appendTime(into, *static_cast<const base::Time*>(value),
                        format == TimestampFormat::kDefault ? shape.timestampFormat : format, style);
    case ShapeKind::kStream:
      into += "null";
      return;
    case ShapeKind::kStructure:
      return appendStructure(into, shape, value, style);
    case ShapeKind::kMap:
      return appendMap(into, shape, value, style);
    case ShapeKind::kList: {
      into += '[';
      std::size_t size = shape.list->size(value);
      for (std::size_t i = 0; i < size; ++i) {
        if (i) into += ',';
        appendValue(into, *shape.element, shape.list->at(value, i), TimestampFormat::kDefault, style);
      }
      into += ']';
      return;
    }
  }
}

// --- reading ----------------------------------------------------------------------------------------------------

class Reader final {
 public:
  explicit Reader(const Style& style) : style_(style) {}

  Result<void> read(const Shape& shape, void* value, const Json& json, TimestampFormat format,
                    const std::string& path) {
    switch (shape.kind) {
      case ShapeKind::kString:
        return readString(value, json, path);
      case ShapeKind::kBlob:
        return readBlob(value, json, path);
      case ShapeKind::kBoolean:
        return readBoolean(value, json, path);
      case ShapeKind::kInteger:
        return readInteger(value, json, path);
      case ShapeKind::kDouble:
        return readDouble(value, json, path);
      case ShapeKind::kTimestamp:
        return readTime(value, json, format, path);
      case ShapeKind::kStream:
        return {};
      case ShapeKind::kStructure:
        return readStructure(shape, value, json, path);
      case ShapeKind::kList:
        return readList(shape, value, json, path);
      case ShapeKind::kMap:
        return readMap(shape, value, json, path);
    }
    return {};
  }

 private:
  bool coerce() const { return style_.leniency == Leniency::kCoerce; }

  static Fault wrong(const std::string& path, std::string_view expected) {
    return {"SerializationException",
            "Value at '" + (path.empty() ? std::string("/") : path) + "' is not " + std::string(expected)};
  }

  Result<void> readString(void* value, const Json& json, const std::string& path) {
    auto& text = *static_cast<std::string*>(value);
    if (const auto* string = json.if_string()) {
      text.assign(string->data(), string->size());
      return {};
    }
    if (coerce()) {
      if (auto scalar = base::scalarText(json)) {
        text = *scalar;
        return {};
      }
      // A document where AWS models JSON text (PolicyDocument, Schema): its text is meant.
      if (json.is_object() || json.is_array()) {
        text = base::writeJson(json);
        return {};
      }
    }
    return wrong(path, "a string");
  }

  Result<void> readBlob(void* value, const Json& json, const std::string& path) {
    const auto* string = json.if_string();
    if (!string) return wrong(path, "a base64 string");
    auto bytes = base::base64Decode({string->data(), string->size()});
    if (!bytes) return wrong(path, "valid base64");
    *static_cast<std::string*>(value) = std::move(*bytes);
    return {};
  }

  Result<void> readBoolean(void* value, const Json& json, const std::string& path) {
    auto& flag = *static_cast<bool*>(value);
    if (const bool* b = json.if_bool()) {
      flag = *b;
      return {};
    }
    if (coerce() && json.is_string()) {
      std::string text = base::toLower(json.get_string());
      if (text == "true" || text == "false") {
        flag = text == "true";
        return {};
      }
    }
    return wrong(path, "a boolean");
  }

  Result<void> readInteger(void* value, const Json& json, const std::string& path) {
    auto& number = *static_cast<std::int64_t*>(value);
    if (const auto* i = json.if_int64()) {
      number = *i;
      return {};
    }
    if (const auto* d = json.if_double(); d && std::nearbyint(*d) == *d && std::fabs(*d) < 9e15) {
      number = static_cast<std::int64_t>(*d);
      return {};
    }
    if (coerce() && json.is_string()) {
      const auto& text = json.get_string();
      auto end = std::from_chars(text.data(), text.data() + text.size(), number);
      if (end.ec == std::errc() && end.ptr == text.data() + text.size() && !text.empty()) return {};
    }
    return wrong(path, "an integer");
  }

  Result<void> readDouble(void* value, const Json& json, const std::string& path) {
    auto& number = *static_cast<double*>(value);
    if (json.is_number()) {
      number = json.to_number<double>();
      return {};
    }
    if (coerce() && json.is_string()) {
      const auto& text = json.get_string();
      auto end = std::from_chars(text.data(), text.data() + text.size(), number);
      if (end.ec == std::errc() && end.ptr == text.data() + text.size() && !text.empty()) return {};
    }
    return wrong(path, "a number");
  }

  Result<void> readTime(void* value, const Json& json, TimestampFormat format, const std::string& path) {
    auto& time = *static_cast<base::Time*>(value);
    if (json.is_number()) {
      double number = json.to_number<double>();
      if (!std::isfinite(number) || std::fabs(number) > 1e15) return wrong(path, "a timestamp");
      bool millis = style_.times == Style::Times::kMillis;
      time = base::fromMillis(millis ? static_cast<std::int64_t>(number) : std::llround(number * 1000.0));
      return {};
    }
    if (const auto* string = json.if_string()) {
      std::string_view text(string->data(), string->size());
      auto parsed = format == TimestampFormat::kRfc822 ? base::parseHttpDate(text) : base::parseIso8601(text);
      if (parsed.ok()) {
        time = *parsed;
        return {};
      }
    }
    return wrong(path, "a timestamp");
  }

  const Json* findIn(const JsonObject& object, const Member& member) const {
    std::string_view name = style_.names == Style::Names::kWire ? member.wireName : member.name;
    if (const Json* found = object.if_contains(name)) return found;
    if (!coerce() || name.empty()) return nullptr;
    std::string other(name);
    auto first = static_cast<unsigned char>(other[0]);
    other[0] = static_cast<char>(std::isupper(first) ? std::tolower(first) : std::toupper(first));
    return object.if_contains(other);
  }

  Result<void> readStructure(const Shape& shape, void* value, const Json& json, const std::string& path) {
    const auto* object = json.if_object();
    if (!object) return wrong(path, "an object");
    for (const Member& member : shape.members) {
      if (!travelsInBody(member, style_)) continue;
      const Json* found = findIn(*object, member);
      std::string here = path.empty() ? std::string(member.wireName) : path + "." + std::string(member.wireName);
      if (!found || found->is_null()) {
        if (member.required && style_.leniency == Leniency::kStrict) return missingMember(here);
        continue;
      }
      HEARTH_CHECK(read(*member.shape, member.emplace(value), *found, member.timestampFormat, here));
    }
    return {};
  }

  Result<void> readList(const Shape& shape, void* value, const Json& json, const std::string& path) {
    const auto* array = json.if_array();
    if (!array) {
      if (!coerce() || json.is_null()) return wrong(path, "a list");
      // CloudFormation accepts one value where a list is meant.
      return read(*shape.element, shape.list->append(value), json, TimestampFormat::kDefault, path);
    }
    std::size_t index = 0;
    for (const Json& element : *array) {
      std::string here = path + "." + std::to_string(++index) + ".member";
      HEARTH_CHECK(read(*shape.element, shape.list->append(value), element, TimestampFormat::kDefault, here));
    }
    return {};
  }

  Result<void> readMap(const Shape& shape, void* value, const Json& json, const std::string& path) {
    const auto* object = json.if_object();
    if (!object) return wrong(path, "a map");
    for (const auto& [key, element] : *object) {
      if (element.is_null()) continue;
      std::string here = path + "." + std::string(key);
      void* slot = shape.map->insert(value, std::string(key));
      HEARTH_CHECK(read(*shape.element, slot, element, TimestampFormat::kDefault, here));
    }
    return {};
  }

  const Style& style_;
};

}  // namespace

void appendJson(std::string& into, const Shape& shape, const void* value, const Style& style) {
  appendValue(into, shape, value, TimestampFormat::kDefault, style);
}

Result<void> readJson(const Shape& shape, void* value, const Json& document, const Style& style) {
  return Reader(style).read(shape, value, document, TimestampFormat::kDefault, "");
}

Fault missingMember(std::string_view path) {
  return {"ValidationException", "1 validation error detected: Value null at '" + std::string(path) +
                                     "' failed to satisfy constraint: Member must not be null"};
}

}  // namespace hearth::api
