// Shapes as JSON: the text that services keep as records, the inputs that CloudFormation properties become, and the
// bodies of the JSON protocols. One reader and one writer; a Style says how names and times are spelled.
#pragma once

#include <string>

#include "api/shape.h"
#include "base/json.h"
#include "base/result.h"

namespace hearth::api {

enum class Leniency : unsigned char {
  kStrict,   // types must match; unknown members are ignored, as AWS's services do
  kRecords,  // the same, and required members may be absent: a record written by another version
  kCoerce,   // CloudFormation: "60" is a number, 60 a string, "True" a boolean; names match without regard to
             // the case of their first letter; required members may be absent
};

struct Style {
  enum class Names : unsigned char { kModel, kWire } names = Names::kModel;
  enum class Times : unsigned char { kMillis, kSeconds } times = Times::kMillis;
  Leniency leniency = Leniency::kRecords;
};

inline constexpr Style kRecordStyle{};
inline constexpr Style kWireStyle{Style::Names::kWire, Style::Times::kSeconds, Leniency::kStrict};

// Appends the value. Absent members are left out, blobs are base64, streams and members outside of the body (in
// wire style) are left out. Doubles that JSON cannot say become null.
void appendJson(std::string& into, const Shape& shape, const void* value, const Style& style);

// Fills `value`, a value-initialised object of the shape. Null members count as absent. Fault:
// SerializationException with the path of the offence, ValidationException for a missing required member.
Result<void> readJson(const Shape& shape, void* value, const Json& document, const Style& style);

// For the structs that codegen wrote: `shapeOf` is found beside them.
template <class T>
std::string recordText(const T& value) {
  std::string text;
  appendJson(text, shapeOf(static_cast<const T*>(nullptr)), &value, kRecordStyle);
  return text;
}
template <class T>
Json toDocument(const T& value) {
  return base::parseJson(recordText(value)).value();
}
template <class T>
Result<T> fromDocument(const Json& document, Leniency leniency = Leniency::kRecords) {
  T value{};
  auto done = readJson(shapeOf(static_cast<const T*>(nullptr)), &value, document, Style{.leniency = leniency});
  if (!done.ok()) return std::move(done).fault();
  return value;
}
template <class T>
Result<T> fromRecord(std::string_view text) {
  HEARTH_TRY(Json document, base::parseJson(text));
  return fromDocument<T>(document);
}

// "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null".
Fault missingMember(std::string_view path);

}  // namespace hearth::api
