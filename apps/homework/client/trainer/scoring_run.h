// Running the scoring function now, and what it said.
#pragma once

#include <string>
#include <vector>

#include "homework/client/common/json.h"
#include "homework/client/trainer/deployment.h"

namespace hearth::homework::client {

struct ScoringRequest {
  std::string test;  // subject/test; empty for every test that is due
  bool now = false;  // also tests that are still open
  bool dryRun = false;
};

// The function's answer (README.md, "The functions"). Failure kRejected with its message when it failed.
Result<Json> runScoring(Cloud& cloud, const Deployment& deployment, const ScoringRequest& request);

std::vector<std::string> scoringLines(const Json& outcome);

}  // namespace hearth::homework::client
