// What a scoring run is asked to do.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "homework/domain/ids.h"
#include "homework/domain/outcome.h"
#include "homework/domain/times.h"

namespace hearth::homework {

struct ScoreRequest {
  Instant time{};               // when the run was meant to happen
  bool scheduled = false;       // by the clock, not by a person
  bool now = false;             // also tests that are still open
  bool dryRun = false;          // find out, write nothing
  bool quiet = false;           // no mail when there is nothing to do
  bool regrade = false;         // what has a score is scored again, with the key as it is now
  std::string reason;           // of a regrade, for students and trainers
  std::optional<TestRef> only;  // this test, even when it is final
};

// A schedule's event, or {"scheduled", "now", "test", "dryRun", "quiet", "time", "regrade", "reason"}; `fallback`
// is the time when it says none. A member of another type is a Problem: a run must not guess.
Outcome<ScoreRequest> parseScoreRequest(std::string_view event, Instant fallback);

}  // namespace hearth::homework
