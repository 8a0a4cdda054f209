// The Events of a function: what calls it, and the permission to.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventsource.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "stacks/sam/context.h"

namespace hearth::stacks::sam {

enum class TargetKind : unsigned char { kFunction, kAlias };

// What the events call: the function, or the alias that SAM publishes it under.
struct EventTarget {
  std::string id;
  TargetKind kind = TargetKind::kFunction;
  JsonObject attributes;  // Condition, DeletionPolicy, UpdateReplacePolicy

  Json arn() const;
  Json name() const;              // what a permission names; the ARN of an alias
  std::string inSub() const;      // the ARN inside of Fn::Sub
  std::string condition() const;  // empty: none
};

// One event as the template has it.
struct Event {
  std::string name;  // in the function's Events
  std::string id;    // logical id of what is made of it
  JsonObject properties;

  const Json* property(std::string_view propertyName) const { return properties.if_contains(propertyName); }
};

// The resources that the events need, in the order of their paths and names. APIs and buckets that they name are
// changed in the document. Faults: invalidEvent(), invalidResource(), others of sam/faults.h.
Result<std::vector<Generated>> expandEvents(Context& context, const Source& function, const EventTarget& target);

// AWS::Lambda::Permission for the service; `suffix` ends its logical id, by its hash if it is no plain name.
Generated permissionFor(const EventTarget& target, const Event& event, std::string_view principal,
                        std::string_view suffix = "");

// One event of type Api: the permission; the API that SAM writes gets the method. (sam/api_event.cc)
Result<std::vector<Generated>> expandApiEvent(Context& context, const EventTarget& target, Event event);

}  // namespace hearth::stacks::sam
