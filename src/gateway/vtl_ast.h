// The syntax tree of a mapping template: what the parser makes once and every render walks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::gateway::vtl {

enum class Kind : unsigned char {
  // Statements. kBlock: children in order. kText: `text`. kReference as a statement prints its value.
  kBlock,
  kText,
  kSet,      // children: the reference that is set, the value
  kIf,       // children: condition, block, condition, block ... and at last an #else block when the number is odd
  kForeach,  // slot: the loop variable; children: the collection, the body
  kBreak,
  kStop,
  kDefine,  // slot: the name; children: the body
  kEscape,  // \$name. slot and children as kReference; `text`: the reference as written, without the backslash

  // Expressions.
  kReference,  // slot: the root name; children: accessors from left to right
  kBoolean,    // integer: 0 or 1
  kInteger,
  kDouble,
  kString,        // `text` as it is
  kInterpolated,  // children: one block
  kList,          // children: items
  kMap,           // children: key, value, key, value ...
  kRange,         // children: first, last
  kNot,           // children: one
  kOr,            // the following: two children
  kAnd,
  kEqual,
  kNotEqual,
  kLess,
  kGreater,
  kLessEqual,
  kGreaterEqual,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,

  // Accessors of a reference.
  kProperty,  // `text`: the name
  kMethod,    // `text`: the name; children: arguments
  kIndex,     // children: one
};

struct Node {
  Kind kind = Kind::kBlock;
  std::uint32_t slot = 0;
  std::uint32_t line = 1;  // from 1
  std::uint32_t column = 1;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;
  std::vector<Node> children;
};

// A parsed template. Every root name of a reference has a slot, so that a render looks names up by number.
struct Tree {
  Node root;
  std::vector<std::string> names;  // by slot
};

// Slots that every tree has.
inline constexpr std::uint32_t kForeachSlot = 0;        // $foreach
inline constexpr std::uint32_t kVelocityCountSlot = 1;  // $velocityCount
inline constexpr std::uint32_t kVelocityHasNextSlot = 2;

}  // namespace hearth::gateway::vtl
