// Drift: how a resource differs from what its template says, found by asking its provider. Pure values; the engine
// finds and keeps them (engine_drift.cc, drift_store).
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "ports/resource_provider.h"

namespace hearth::stacks {

enum class DriftStatus : unsigned char { kNotChecked, kInSync, kModified, kDeleted };
std::string_view nameOf(DriftStatus status);
std::optional<DriftStatus> driftStatusOf(std::string_view name);

enum class DifferenceKind : unsigned char { kAdd, kRemove, kNotEqual };
std::string_view nameOf(DifferenceKind kind);

struct PropertyDifference {
  std::string path;  // a JSON pointer: "/Environment/Variables/STAGE"
  DifferenceKind kind = DifferenceKind::kNotEqual;
  Json expected;  // null: not there
  Json actual;

  bool operator==(const PropertyDifference&) const = default;
};

// What differs from `expected`, in what it names: members of objects that it does not have may be anything, while
// lists and maps must have no more than it says. The order in lists does not matter, an empty one is as good as
// none, and neither does it matter whether a scalar is text. Values with a dynamic reference are not compared.
std::vector<PropertyDifference> compareProperties(const ports::ResourceSpec& spec, const JsonObject& expected,
                                                  const JsonObject& actual);

// Of a resource, when it was last looked at.
struct ResourceDrift {
  std::string logicalId;
  std::string physicalId;
  std::string type;
  DriftStatus status = DriftStatus::kNotChecked;
  base::Time checked;
  base::Time changed;  // when the stack had last changed it by then: the time of an event
  // As people may see them: without secrets. Absent with kNotChecked, `actual` with kDeleted, too.
  std::optional<JsonObject> expected;
  std::optional<JsonObject> actual;
  std::vector<PropertyDifference> differences;
};

// `shown` is what people may see of `expected`: it differs where there are secrets. An actual value in such a place,
// or where `expected` has a dynamic reference, is shown only as far as it is the expected one.
ResourceDrift describeDrift(const ports::ResourceSpec& spec, const JsonObject& expected, const JsonObject& shown,
                            const JsonObject& actual);

struct StackDrift {
  bool isDrifted = false;
  base::Time checked;
};

// One DetectStackDrift.
struct Detection {
  enum class Stage : unsigned char { kInProgress, kComplete, kFailed };
  std::string id;
  std::string stackId;
  std::string account;
  std::string region;
  std::vector<std::string> logicalIds;  // empty: all
  base::Time started;
  Stage stage = Stage::kInProgress;
  std::string reason;  // of kFailed
  std::int64_t drifted = 0;
};
std::string_view nameOf(Detection::Stage stage);

JsonObject toJson(const ResourceDrift& drift);
ResourceDrift driftOf(const Json& json);

}  // namespace hearth::stacks
