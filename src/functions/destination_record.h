// The record that a destination gets of an event: what was asked of the function, and how it ended.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
#pragma once

#include <string>

#include "base/clock.h"
#include "functions/event_queue.h"

namespace hearth::functions {

// JSON text. A payload that is no JSON becomes a string. Response context and payload are left out where there was
// no response.
std::string makeDestinationRecord(const EndedEvent& event, base::Time now);

}  // namespace hearth::functions
