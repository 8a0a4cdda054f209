// Shapes: what the codecs know about the generated structs.
//
// codegen/ writes, beside every struct, a constant table that names its members, their wire traits and how to reach
// them. The codecs of wire/ and the JSON documents of api/document.h are ordinary functions over these tables,
// written once: no template is instantiated per operation, which keeps the build short and the binary small.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::api {

// The C++ type behind each kind:
//   kString std::string (enums too: they stay open)   kBlob std::string of raw bytes   kBoolean bool
//   kInteger std::int64_t   kDouble double   kTimestamp base::Time   kStream std::unique_ptr<base::ByteStream>
//   kStructure a generated struct   kList std::vector<T>   kMap std::map<std::string, T>
enum class ShapeKind : std::uint8_t {
  kString,
  kBlob,
  kBoolean,
  kInteger,
  kDouble,
  kTimestamp,
  kStream,
  kStructure,
  kList,
  kMap,
};

enum class TimestampFormat : std::uint8_t { kDefault, kIso8601, kRfc822, kUnix };

// Where a member travels in the REST protocols. Everything else is in the body.
enum class Location : std::uint8_t { kBody, kHeader, kHeaders, kUri, kQuery, kStatusCode };

struct Shape;

// One member of a structure. `get` returns the value, or nullptr when the optional is empty; `make` gives the
// member a value-initialised value and returns it.
struct Member {
  std::string_view name;      // as the model names it; the key in JSON documents
  std::string_view wireName;  // locationName: element, query or header name; equal to `name` when not set
  const Shape* shape;
  std::size_t offset;
  const void* (*get)(const void* member);
  void* (*make)(void* member);
  Location location = Location::kBody;
  TimestampFormat timestampFormat = TimestampFormat::kDefault;
  bool required = false;
  bool flattened = false;
  bool xmlAttribute = false;
  bool payload = false;  // the body is this member alone

  const void* find(const void* owner) const { return get(static_cast<const char*>(owner) + offset); }
  void* emplace(void* owner) const { return make(static_cast<char*>(owner) + offset); }
};

struct ListAccess {
  std::size_t (*size)(const void* list);
  const void* (*at)(const void* list, std::size_t index);
  void* (*append)(void* list);
};

struct MapAccess {
  std::size_t (*size)(const void* map);
  // Calls `visit(context, key, value)` in key order.
  void (*forEach)(const void* map, void* context, void (*visit)(void*, const std::string&, const void*));
  void* (*insert)(void* map, std::string key);
};

struct Shape {
  ShapeKind kind;
  std::string_view name;
  std::span<const Member> members = {};  // kStructure
  const Shape* element = nullptr;        // kList: its elements, kMap: its values
  std::string_view elementName = {};     // kList: locationName of the elements, kMap: of the values
  std::string_view keyName = {};         // kMap: locationName of the keys
  bool flattened = false;                // kList and kMap
  TimestampFormat timestampFormat = TimestampFormat::kDefault;
  std::string_view xmlNamespacePrefix = {};  // "xsi" with
  std::string_view xmlNamespace = {};        // its URI
  const ListAccess* list = nullptr;
  const MapAccess* map = nullptr;
  // kInteger and kString of inputs, as the model states them; checked when decoding.
  std::optional<std::int64_t> min = std::nullopt;
  std::optional<std::int64_t> max = std::nullopt;

  const Member* findMember(std::string_view memberName) const {
    for (const Member& member : members)
      if (member.name == memberName) return &member;
    return nullptr;
  }
};

// How the generated tables reach members and elements: one instance per C++ type, not per member.
template <class T>
struct MemberAccess {
  static const void* get(const void* member) { return member; }
  static void* make(void* member) { return member; }
};
template <class T>
struct MemberAccess<std::optional<T>> {
  static const void* get(const void* member) {
    const auto& value = *static_cast<const std::optional<T>*>(member);
    return value ? &*value : nullptr;
  }
  static void* make(void* member) { return &static_cast<std::optional<T>*>(member)->emplace(); }
};

template <class T>
inline constexpr ListAccess kListAccess = {
    [](const void* list) { return static_cast<const std::vector<T>*>(list)->size(); },
    [](const void* list, std::size_t index) -> const void* {
      return &(*static_cast<const std::vector<T>*>(list))[index];
    },
    [](void* list) -> void* { return &static_cast<std::vector<T>*>(list)->emplace_back(); },
};

template <class T>
inline constexpr MapAccess kMapAccess = {
    [](const void* map) { return static_cast<const std::map<std::string, T>*>(map)->size(); },
    [](const void* map, void* context, void (*visit)(void*, const std::string&, const void*)) {
      for (const auto& [key, value] : *static_cast<const std::map<std::string, T>*>(map))
        visit(context, key, &value);
    },
    [](void* map, std::string key) -> void* {
      return &(*static_cast<std::map<std::string, T>*>(map))[std::move(key)];
    },
};

}  // namespace hearth::api
