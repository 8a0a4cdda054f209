// What a target gets: the scheduled event itself, or what Input, InputPath or InputTransformer make of it.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
#pragma once

#include <string>

#include "api/events.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "services/events/rule_arn.h"

namespace hearth::services::events {

// One fire of a rule, as all of its targets see it.
struct ScheduledEvent {
  RuleName rule;
  std::string id;         // UUID
  base::Time time{};      // when it was due
  base::Time ingested{};  // when it was fired

  // {"version": "0", "id": ..., "detail-type": "Scheduled Event", ...}
  Json document() const;
};

// Whether PutTargets may take the target's Input, InputPath or InputTransformer. Faults: ValidationException 400.
Result<void> checkTargetInput(const api::events::Target& target);

// The JSON text that the function gets. Precondition: checkTargetInput() found nothing. Fault: the event has
// nothing at InputPath, or what the template gives is no JSON.
Result<std::string> makeTargetInput(const api::events::Target& target, const ScheduledEvent& event);

}  // namespace hearth::services::events
