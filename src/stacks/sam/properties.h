// The properties that SAM types and their events take, and of what shape they are.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace hearth::stacks::sam {

enum class Shape : unsigned char {
  kAny,
  kText,
  kMap,
  kList,
  kBoolean,
  kInteger,
  kTextOrMap,
  kTextOrTexts,  // text, or a list of texts
  kMapOfMaps,
  kMapOfTexts,
  kListOfReferences,  // of texts and maps
  kPolicies,          // text, map, or a list of them
};

struct Property {
  std::string_view name;
  Shape shape = Shape::kAny;
  bool isRequired = false;
  bool takesCalls = true;  // an intrinsic function fits, too
};

// Faults: invalidResource() for an unknown property, a required one that is missing, and a shape that does not fit.
Result<void> checkProperties(const std::string& logicalId, std::string_view type, const JsonObject& properties,
                             std::span<const Property> known);

}  // namespace hearth::stacks::sam
