// A compiled JSON Schema. Internal to json_schema and schema_check.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace hearth::gateway {

struct SchemaNode;

// Bits of SchemaNode::types. In draft 4 an integer is a number written without fraction and exponent: 1, not 1.0.
enum TypeBit : unsigned {
  kNullBit = 1,
  kBooleanBit = 2,
  kIntegerBit = 4,
  kNumberBit = 8,
  kStringBit = 16,
  kArrayBit = 32,
  kObjectBit = 64,
  kAnyBits = 127
};

struct PatternSchema {
  std::unique_ptr<RE2> pattern;
  const SchemaNode* schema = nullptr;
};

struct Dependency {
  std::string property;
  std::vector<std::string> properties;  // or:
  const SchemaNode* schema = nullptr;
};

// One schema object. Other nodes are owned by the set, so that a $ref is a pointer and cycles are harmless.
struct SchemaNode {
  unsigned types = kAnyBits;
  const SchemaNode* ref = nullptr;  // when set, all else is ignored (draft 4, JSON Reference)
  bool nothing = false;             // false as a schema: nothing fits

  std::vector<Json> values;  // enum
  bool hasEnum = false;
  std::optional<Json> constant;

  std::optional<double> minimum, maximum, multipleOf;
  bool exclusiveMinimum = false, exclusiveMaximum = false;
  std::optional<double> above, below;  // the numeric exclusive bounds of later drafts

  std::optional<std::uint64_t> minLength, maxLength, minItems, maxItems, minProperties, maxProperties;
  std::unique_ptr<RE2> pattern;

  const SchemaNode* items = nullptr;
  std::vector<const SchemaNode*> tuple;
  bool isTuple = false;
  const SchemaNode* additionalItems = nullptr;  // null: anything
  bool uniqueItems = false;

  std::map<std::string, const SchemaNode*, std::less<>> properties;
  std::vector<PatternSchema> patternProperties;
  const SchemaNode* additionalProperties = nullptr;  // null: anything
  std::vector<std::string> required;
  std::vector<Dependency> dependencies;

  std::vector<const SchemaNode*> allOf, anyOf, oneOf;
  const SchemaNode* negated = nullptr;
};

}  // namespace hearth::gateway
