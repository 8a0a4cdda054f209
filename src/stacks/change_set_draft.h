// What is worked out of a change set before it is kept; of the engine's own.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "stacks/engine.h"

namespace hearth::stacks {

inline constexpr std::string_view kNothingToDo =
    "The submitted information didn't contain changes. Submit different information to create a change set.";

struct Engine::Draft {
  StackRecord stack;
  bool isNew = false;  // it would be made with the set, under review
  int depth = 0;       // in the nest
  ChangeSet set;
  // Of nested stacks, by logical id.
  std::map<std::string, std::shared_ptr<Draft>> nested;
  JsonObject properties;  // of a nested one: what the parent gives it

  bool isUnchanged() const { return set.failed && set.reason == kNothingToDo; }
  void fail(std::string reason) {
    set.failed = true;
    set.reason = std::move(reason);
    set.execution = Execution::kUnavailable;
  }
};

}  // namespace hearth::stacks
