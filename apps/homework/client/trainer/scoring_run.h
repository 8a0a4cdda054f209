// Running the functions of scoring and of notices now, and what they said.
#pragma once

#include <string>
#include <vector>

#include "homework/client/common/json.h"
#include "homework/client/common/terminal.h"
#include "homework/client/trainer/deployment.h"

namespace hearth::homework::client {

struct ScoringRequest {
  std::string test;  // subject/test; empty for every test that is due
  bool now = false;  // also tests that are still open
  bool dryRun = false;
};

// The function's answer (README.md, "The functions"). When there was nothing to do the trainer gets no mail.
// Failure kRejected with its message when it failed.
Result<Json> runScoring(Cloud& cloud, const Deployment& deployment, const ScoringRequest& request);

struct RegradeRequest {
  std::string test;  // subject/test
  std::string reason;
  bool dryRun = false;
};
Result<Json> runRegrade(Cloud& cloud, const Deployment& deployment, const RegradeRequest& request);

struct NotifyRequest {
  std::string kind;                   // notice, reminder
  std::string test;                   // subject/test
  std::vector<std::string> students;  // empty: everybody whom it concerns
  bool again = false;                 // also who was told already
  bool dryRun = false;
  bool onlyWaiting = false;  // writes to nobody new: sends what waits in the test's outbox
};
// Failure kUsage when the deployment is from before there were reminders.
Result<Json> runNotify(Cloud& cloud, const Deployment& deployment, const NotifyRequest& request);

std::vector<std::string> scoringLines(const Json& outcome);
// `student01  3 (4 of 6)  ->  4 (5 of 6)`, a line per change.
std::vector<std::string> regradeLines(const Json& outcome, const Style& style);
// `mails: 8 sent, 0 failed, 0 pending`, and the problems.
std::vector<std::string> mailCountLines(const Json& outcome);

}  // namespace hearth::homework::client
