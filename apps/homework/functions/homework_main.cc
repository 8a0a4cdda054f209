// The package's entry: one program, four functions, chosen by the function's Handler.
#include <cstdio>
#include <cstdlib>

#include "homework/functions/api_functions.h"
#include "homework/functions/aws_ports.h"
#include "homework/functions/course_files.h"
#include "homework/functions/score_run.h"

namespace hearth::homework {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

Instant platformTime() { return std::chrono::floor<std::chrono::milliseconds>(sdk::now()); }

sdk::Handler serveWith(ApiFunction function, const std::string& bucket) {
  auto store = std::make_shared<S3ObjectStore>(bucket);  // shared: a std::function must be copyable
  return [function, store](const sdk::Event& event, const sdk::Context& context) {
    store->setDeadline(context.deadline);
    return sdk::Reply::success(serveApi(function, event.payload, platformTime(), *store));
  };
}

sdk::Reply score(const sdk::Event& event, const sdk::Context& context, S3ObjectStore& store,
                 SesMailSender& sender) {
  store.setDeadline(context.deadline);
  sender.setDeadline(context.deadline);
  const auto request = parseScoreRequest(event.payload, platformTime());
  if (!request) return sdk::Reply::failure("InvalidEvent", request.problem().message);
  SteadyRunClock clock(request->time, context.deadline);
  const ScoreSettings settings{environment("emailSender"), environment("trainerEmail"), context.requestId, 8};
  auto summary = runScoring(*request, settings, store, sender, clock);
  if (!summary) return sdk::Reply::failure("ScoringFailed", summary.problem().message);
  for (const std::string& problem : summary->problems) logTrouble("score-tests", problem);
  // A schedule has nobody to read the result: the failure makes the platform try again, and then tell somebody.
  if (request->scheduled && !summary->problems.empty()) {
    return sdk::Reply::failure("ScoringIncomplete", summary->problems.front());
  }
  return sdk::Reply::success(json::serialize(summary->document));
}

sdk::Outcome<sdk::Handler> start() {
  const std::string bucket = environment("targetBucketName");
  if (bucket.empty()) return sdk::Error{"Configuration", "targetBucketName is not set", 0, false};
  const std::string handler = environment("_HANDLER");
  if (handler == "list-tests") return serveWith(listTests, bucket);
  if (handler == "get-test") return serveWith(getTest, bucket);
  if (handler == "submit-test") return serveWith(submitTest, bucket);
  if (handler == "score-tests") {
    auto store = std::make_shared<S3ObjectStore>(bucket);
    auto sender = std::make_shared<SesMailSender>(environment("sesRegion"));
    return sdk::Handler([store, sender](const sdk::Event& event, const sdk::Context& context) {
      return score(event, context, *store, *sender);
    });
  }
  return sdk::Error{"Configuration",
                    "the handler is one of list-tests, get-test, submit-test, score-tests, not '" + handler + "'",
                    0, false};
}

}  // namespace
}  // namespace hearth::homework

int main() { return hearth::sdk::run(hearth::homework::start); }
