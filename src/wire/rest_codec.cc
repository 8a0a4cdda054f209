#include <charconv>
#include <cmath>

#include "base/bytes.h"
#include "base/clock.h"
#include "wire/codec.h"

namespace hearth::wire {

using api::Location;
using api::Member;
using api::Shape;
using api::ShapeKind;
using api::TimestampFormat;

namespace {

template <class Number>
bool parseWhole(std::string_view text, Number& number) {
  auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && end.ec == std::errc() && end.ptr == text.data() + text.size();
}

Fault invalid(std::string_view name, std::string_view text, std::string_view expected) {
  constexpr std::size_t kShown = 64;
  const bool shows = base::isUtf8(text) && text.size() <= kShown;
  return {"SerializationException", (shows ? "'" + std::string(text) + "'" : std::string("The value")) + " at '" +
                                        std::string(name) + "' is not " + std::string(expected)};
}

// Years that ISO 8601 and SDKs can write: 0001 to 9999.
constexpr double kFirstSecond = -62'135'596'800.0;
constexpr double kLastSecond = 253'402'300'799.0;

}  // namespace

Result<void> readScalar(const Shape& shape, void* value, std::string_view text, TimestampFormat format,
                        std::string_view name) {
  switch (shape.kind) {
    case ShapeKind::kString:
      // What is kept and answered as JSON and XML must be text.
      if (!base::isUtf8(text)) return invalid(name, text, "valid UTF-8");
      *static_cast<std::string*>(value) = text;
      return {};
    case ShapeKind::kBlob: {
      auto bytes = base::base64Decode(text);
      if (!bytes) return invalid(name, text, "valid base64");
      *static_cast<std::string*>(value) = std::move(*bytes);
      return {};
    }
    case ShapeKind::kBoolean: {
      std::string lower = base::toLower(text);
      if (lower != "true" && lower != "false") return invalid(name, text, "a boolean");
      *static_cast<bool*>(value) = lower == "true";
      return {};
    }
    case ShapeKind::kInteger:
      if (!parseWhole(text, *static_cast<std::int64_t*>(value))) return invalid(name, text, "an integer");
      return {};
    case ShapeKind::kDouble:
      if (!parseWhole(text, *static_cast<double*>(value))) return invalid(name, text, "a number");
      return {};
    case ShapeKind::kTimestamp: {
      double seconds = 0;
      if (format == TimestampFormat::kUnix || (parseWhole(text, seconds) && text.size() < 18)) {
        if (!parseWhole(text, seconds) || !(seconds >= kFirstSecond && seconds <= kLastSecond))
          return invalid(name, text, "a timestamp");
        *static_cast<base::Time*>(value) = base::fromMillis(std::llround(seconds * 1000));
        return {};
      }
      auto time = format == TimestampFormat::kRfc822 ? base::parseHttpDate(text) : base::parseIso8601(text);
      if (!time.ok())
        time = format == TimestampFormat::kRfc822 ? base::parseIso8601(text) : base::parseHttpDate(text);
      if (!time.ok()) return invalid(name, text, "a timestamp");
      *static_cast<base::Time*>(value) = *time;
      return {};
    }
    default:
      return invalid(name, text, "a scalar");
  }
}

std::string writeScalar(const Shape& shape, const void* value, TimestampFormat format) {
  switch (shape.kind) {
    case ShapeKind::kString:
      return *static_cast<const std::string*>(value);
    case ShapeKind::kBlob:
      return base::base64Encode(*static_cast<const std::string*>(value));
    case ShapeKind::kBoolean:
      return *static_cast<const bool*>(value) ? "true" : "false";
    case ShapeKind::kInteger:
      return std::to_string(*static_cast<const std::int64_t*>(value));
    case ShapeKind::kDouble: {
      char buffer[32];
      auto end = std::to_chars(buffer, buffer + sizeof buffer, *static_cast<const double*>(value));
      return std::string(buffer, end.ptr);
    }
    case ShapeKind::kTimestamp: {
      base::Time time = *static_cast<const base::Time*>(value);
      if (format == TimestampFormat::kRfc822) return base::formatHttpDate(time);
      if (format == TimestampFormat::kUnix) return std::to_string(base::toMillis(time) / 1000);
      return base::formatIso8601(time, true);
    }
    default:
      return {};
  }
}

const Member* payloadOf(const Shape& shape) {
  for (const Member& member : shape.members)
    if (member.payload) return &member;
  return nullptr;
}

namespace {

TimestampFormat formatOf(const Member& member, TimestampFormat otherwise) {
  if (member.timestampFormat != TimestampFormat::kDefault) return member.timestampFormat;
  if (member.shape->timestampFormat != TimestampFormat::kDefault) return member.shape->timestampFormat;
  return otherwise;
}

// Reads a part of a request. S3 has its own words for what is wrong with it.
Result<void> readPart(const Match& match, const Member& member, const Shape& shape, void* value,
                      std::string_view text, TimestampFormat format, std::string_view name) {
  auto done = readScalar(shape, value, text, format, name);
  if (done.ok() || match.protocol != api::Protocol::kRestXml) return done;
  if (member.location == Location::kUri) return Fault("InvalidURI", "Couldn't parse the specified URI.");
  Fault fault("InvalidArgument", shape.kind == ShapeKind::kInteger
                                     ? "Provided " + std::string(name) + " not an integer or within integer range"
                                     : done.fault().message);
  return std::move(fault).with("ArgumentName", std::string(name)).with("ArgumentValue", std::string(text));
}

Result<void> decodeQueryMember(const Match& match, const Member& member,
                               const std::vector<std::pair<std::string, std::string>>& parameters, void* input) {
  const Shape& shape = *member.shape;
  if (shape.kind == ShapeKind::kMap) {
    // Everything that no other member claims; list values keep their last.
    void* map = nullptr;
    for (const auto& [key, value] : parameters) {
      if (!map) map = member.emplace(input);
      if (!base::isUtf8(key)) return invalid(member.wireName, key, "valid UTF-8");
      HEARTH_CHECK(readPart(match, member, *shape.element, shape.map->insert(map, key), value,
                            TimestampFormat::kIso8601, key));
    }
    return {};
  }
  void* list = nullptr;
  for (const auto& [key, value] : parameters) {
    if (key != member.wireName) continue;
    if (shape.kind == ShapeKind::kList) {
      if (!list) list = member.emplace(input);
      HEARTH_CHECK(
          readPart(match, member, *shape.element, shape.list->append(list), value, TimestampFormat::kIso8601, key));
    } else {
      return readPart(match, member, shape, member.emplace(input), value,
                      formatOf(member, TimestampFormat::kIso8601), key);
    }
  }
  return {};
}

Result<void> decodeHeaderMember(const Match& match, const Member& member, const http::Request& request,
                                void* input) {
  const Shape& shape = *member.shape;
  auto found = request.headers.find(member.wireName);
  if (!found) return {};
  if (shape.kind != ShapeKind::kList)
    return readPart(match, member, shape, member.emplace(input), base::trim(*found),
                    formatOf(member, TimestampFormat::kRfc822), member.wireName);
  void* list = member.emplace(input);
  std::string all = request.headers.joined(member.wireName);
  std::string_view rest = all;
  while (true) {
    auto comma = rest.find(',');
    std::string_view item = base::trim(rest.substr(0, comma));
    HEARTH_CHECK(readPart(match, member, *shape.element, shape.list->append(list), item, TimestampFormat::kRfc822,
                          member.wireName));
    if (comma == std::string_view::npos) return {};
    rest.remove_prefix(comma + 1);
  }
}

Result<void> decodePrefixHeaders(const Match& match, const Member& member, const http::Request& request,
                                 void* input) {
  void* map = nullptr;
  for (const auto& [name, value] : request.headers) {
    if (name.size() <= member.wireName.size() ||
        !base::equalsIgnoreCase(std::string_view(name).substr(0, member.wireName.size()), member.wireName))
      continue;
    if (!map) map = member.emplace(input);
    std::string key = base::toLower(std::string_view(name).substr(member.wireName.size()));
    HEARTH_CHECK(readPart(match, member, *member.shape->element, member.shape->map->insert(map, std::move(key)),
                          value, TimestampFormat::kDefault, name));
  }
  return {};
}

}  // namespace

Result<void> decodeRestParts(const Match& match, const http::Request& request, const Shape& shape, void* input) {
  std::vector<std::pair<std::string, std::string>> parameters;
  if (!request.query.empty()) parameters = http::parseQuery(request.query, false);
  for (const Member& member : shape.members) {
    switch (member.location) {
      case Location::kUri:
        for (const auto& [name, value] : match.labels)
          if (name == member.wireName)
            HEARTH_CHECK(readPart(match, member, *member.shape, member.emplace(input), value,
                                  formatOf(member, TimestampFormat::kIso8601), name));
        break;
      case Location::kQuery:
        HEARTH_CHECK(decodeQueryMember(match, member, parameters, input));
        break;
      case Location::kHeader:
        HEARTH_CHECK(decodeHeaderMember(match, member, request, input));
        break;
      case Location::kHeaders:
        HEARTH_CHECK(decodePrefixHeaders(match, member, request, input));
        break;
      case Location::kStatusCode:
      case Location::kBody:
        break;
    }
    if (member.required && (member.location == Location::kQuery || member.location == Location::kHeader)) {
      bool there = member.location == Location::kHeader ? request.headers.contains(member.wireName) : false;
      for (const auto& [key, value] : parameters) there = there || key == member.wireName;
      if (!there)
        return Fault("ValidationException", "1 validation error detected: Value null at '" +
                                                std::string(member.wireName) +
                                                "' failed to satisfy constraint: Member must not be null");
    }
  }
  return {};
}

void encodeRestHeaders(const Shape& shape, const void* output, http::Response& response) {
  for (const Member& member : shape.members) {
    const void* value = member.find(output);
    if (!value) continue;
    if (member.location == Location::kHeader) {
      if (member.shape->kind == ShapeKind::kList) {
        const std::size_t size = member.shape->list->size(value);
        if (size == 0) continue;  // an empty field would be read as one empty element
        std::string joined;
        for (std::size_t i = 0; i < size; ++i) {
          if (i) joined += ", ";
          joined += writeScalar(*member.shape->element, member.shape->list->at(value, i), TimestampFormat::kRfc822);
        }
        response.headers.set(member.wireName, std::move(joined));
      } else {
        response.headers.set(member.wireName,
                             writeScalar(*member.shape, value, formatOf(member, TimestampFormat::kRfc822)));
      }
    } else if (member.location == Location::kHeaders) {
      struct Context {
        http::Response& response;
        std::string_view prefix;
      } context{response, member.wireName};
      member.shape->map->forEach(value, &context, [](void* raw, const std::string& key, const void* text) {
        auto& c = *static_cast<Context*>(raw);
        c.response.headers.set(std::string(c.prefix) + key, *static_cast<const std::string*>(text));
      });
    } else if (member.location == Location::kStatusCode) {
      response.status = static_cast<int>(*static_cast<const std::int64_t*>(value));
    }
  }
}

}  // namespace hearth::wire
