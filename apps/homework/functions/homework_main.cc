// The package's entry: one program, all functions, chosen by the function's Handler.
#include <cstdio>
#include <cstdlib>

#include "homework/domain/trainer_mail.h"
#include "homework/functions/api_functions.h"
#include "homework/functions/aws_ports.h"
#include "homework/functions/course_files.h"
#include "homework/functions/notify_run.h"
#include "homework/functions/score_run.h"

namespace hearth::homework {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

Instant platformTime() { return std::chrono::floor<std::chrono::milliseconds>(sdk::now()); }

ScoreSettings settingsFor(const sdk::Context& context) {
  return {environment("emailSender"), environment("trainerEmail"), context.requestId};
}

sdk::Handler serveWith(ApiFunction function, const std::string& bucket) {
  // Shared: a std::function must be copyable.
  auto store = std::make_shared<S3ObjectStore>(bucket);
  const std::string notify = environment("notifyFunction");
  auto invoker = notify.empty() ? nullptr : std::make_shared<LambdaInvoker>();
  return [=](const sdk::Event& event, const sdk::Context& context) {
    store->setDeadline(context.deadline);
    if (invoker) invoker->setDeadline(context.deadline);
    return sdk::Reply::success(
        serveApi(function, event.payload, platformTime(), ApiPorts{*store, invoker.get(), notify}));
  };
}

sdk::Reply score(const sdk::Event& event, const sdk::Context& context, S3ObjectStore& store,
                 SesMailSender& sender) {
  const auto request = parseScoreRequest(event.payload, platformTime());
  if (!request) return sdk::Reply::failure("InvalidEvent", request.problem().message);
  SteadyRunClock clock(request->time, context.deadline);
  auto summary = runScoring(*request, settingsFor(context), store, sender, clock);
  if (!summary) return sdk::Reply::failure("ScoringFailed", summary.problem().message);
  for (const std::string& problem : summary->problems) logTrouble("score-tests", problem);
  // A schedule has nobody to read the result: the failure makes the platform try again, and then tell somebody who
  // has not been told.
  if (request->scheduled && !summary->problems.empty()) {
    return sdk::Reply::failure(std::string(summary->told ? kToldFailure : "ScoringIncomplete"),
                               summary->problems.front());
  }
  return sdk::Reply::success(json::serialize(summary->document));
}

sdk::Reply notify(const sdk::Event& event, const sdk::Context& context, S3ObjectStore& store,
                  SesMailSender& sender) {
  const auto request = parseNotifyRequest(event.payload, platformTime());
  if (!request) return sdk::Reply::failure("InvalidEvent", request.problem().message);
  SteadyRunClock clock(request->time, context.deadline);
  auto summary = runNotify(*request, settingsFor(context), store, sender, clock);
  if (!summary) return sdk::Reply::failure("NotifyFailed", summary.problem().message);
  return sdk::Reply::success(json::serialize(*summary));
}

sdk::Reply alarm(const sdk::Event& event, const sdk::Context& context, SesMailSender& sender) {
  sender.setDeadline(context.deadline);
  Course course;
  if (const std::string name = environment("courseName"); !name.empty()) course.name = name;
  if (const std::string lang = environment("courseLang"); !lang.empty()) course.lang = lang;
  auto told = runAlarm(event.payload, course, settingsFor(context), sender);
  if (!told) return sdk::Reply::failure("AlarmFailed", told.problem().message);
  return sdk::Reply::success(json::serialize(*told));
}

// A function that works on the whole course, and mails.
using CourseFunction = sdk::Reply (*)(const sdk::Event&, const sdk::Context&, S3ObjectStore&, SesMailSender&);
sdk::Handler runWith(CourseFunction function, const std::string& bucket) {
  auto store = std::make_shared<S3ObjectStore>(bucket);
  auto sender = std::make_shared<SesMailSender>(environment("sesRegion"));
  return [=](const sdk::Event& event, const sdk::Context& context) {
    store->setDeadline(context.deadline);
    sender->setDeadline(context.deadline);
    return function(event, context, *store, *sender);
  };
}

sdk::Outcome<sdk::Handler> start() {
  const std::string handler = environment("_HANDLER");
  if (handler == "alarm-trainer") {
    auto sender = std::make_shared<SesMailSender>(environment("sesRegion"));
    return sdk::Handler(
        [sender](const sdk::Event& event, const sdk::Context& context) { return alarm(event, context, *sender); });
  }
  const std::string bucket = environment("targetBucketName");
  if (bucket.empty()) return sdk::Error{"Configuration", "targetBucketName is not set", 0, false};
  if (handler == "list-tests") return serveWith(listTests, bucket);
  if (handler == "get-test") return serveWith(getTest, bucket);
  if (handler == "submit-test") return serveWith(submitTest, bucket);
  if (handler == "get-result") return serveWith(getResult, bucket);
  if (handler == "score-tests") return runWith(score, bucket);
  if (handler == "notify-students") return runWith(notify, bucket);
  return sdk::Error{"Configuration",
                    "the handler is one of list-tests, get-test, submit-test, get-result, score-tests, "
                    "notify-students, alarm-trainer, not '" +
                        handler + "'",
                    0, false};
}

}  // namespace
}  // namespace hearth::homework

int main() { return hearth::sdk::run(hearth::homework::start); }
