// Where a test limits how often it may be submitted: an attempt takes one of that many places,
// `attempts/slots/<number>.json`, before it is stored under its own name, so that of several requests at once only
// as many are taken as the limit allows. A place holds the whole attempt: whoever meets one whose request was
// killed between the two writes stores it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "homework/domain/attempt.h"
#include "homework/functions/ports.h"

namespace hearth::homework {

// Writes the attempt under its own name, unless it is there already.
sdk::Outcome<std::monostate> storeAttempt(ObjectStore& store, const Attempt& attempt);

// Stores what holds a place but is not among the `taken` attempts that have names, and returns it, oldest place
// first. Trouble of the store, and a place that holds no attempt, are a Problem.
Outcome<std::vector<Attempt>> storeFromSlots(ObjectStore& store, const TestRef& test, const std::string& student,
                                             std::size_t taken, std::size_t limit);

// Takes a place for `attempt`; `taken` attempts have names. Returns what is to be stored: `attempt`, or one with
// the same answers to the same questions that was a moment faster. Nothing when all `limit` places are taken.
Outcome<std::optional<Attempt>> takeSlot(ObjectStore& store, const Attempt& attempt, std::size_t taken,
                                         std::size_t limit);

}  // namespace hearth::homework
