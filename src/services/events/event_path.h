// EventPath: the part of JSONPath by which EventBridge picks from an event: `$`, `.name` and `[index]`.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace hearth::services::events {

class EventPath final {
 public:
  // Fault: ValidationException with a sentence about the text, also for wildcards, which AWS has and this does not.
  static Result<EventPath> parse(std::string_view text);

  // The value in `event`, or nullptr when it has none.
  const Json* find(const Json& event) const;

 private:
  std::vector<std::variant<std::string, std::size_t>> steps_;
};

}  // namespace hearth::services::events
