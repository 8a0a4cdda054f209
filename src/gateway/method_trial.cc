#include "gateway/method_trial.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/byte_stream.h"
#include "base/bytes.h"
#include "gateway/gateway.h"
#include "gateway/trial_request.h"

namespace hearth::gateway {
namespace {

// Of what is logged of one body.
constexpr std::size_t kMostLogged = 1024;

// "Tue Apr 07 12:34:56 UTC 2026 : " before each line.
class TrialLog final {
 public:
  TrialLog(const base::Clock& clock, const std::string& requestId) : clock_(clock) {
    text_ = "Execution log for request " + requestId + "\n";
  }
  void line(std::string_view what) { text_ += stamp() + " : " + std::string(what) + "\n"; }
  void body(std::string_view title, std::string_view bytes) {
    std::string shown = base::toUtf8(bytes.substr(0, kMostLogged));
    if (bytes.size() > kMostLogged) shown += " [TRUNCATED]";
    line(std::string(title) + ": " + shown);
  }
  // As Java prints a map: {a=1, b=2}.
  void pairs(std::string_view title, const Pairs& list) {
    std::string text;
    for (const auto& [name, value] : list) text += (text.empty() ? "" : ", ") + name + "=" + value;
    line(std::string(title) + ": {" + base::toUtf8(std::string_view(text).substr(0, kMostLogged)) + "}");
  }
  std::string take() { return std::move(text_); }

 private:
  std::string stamp() const {
    static constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    const base::Time now = clock_.now();
    const std::chrono::weekday day(std::chrono::floor<std::chrono::days>(now));
    const std::string time = formatRequestTime(now);  // "07/Apr/2026:12:34:56 +0000"
    return std::string(kDays[day.c_encoding()]) + " " + time.substr(3, 3) + " " + time.substr(0, 2) + " " +
           time.substr(12, 8) + " UTC " + time.substr(7, 4);
  }
  const base::Clock& clock_;
  std::string text_;
};

http::Request requestOf(const MethodTrial& trial) {
  const std::string& own = trial.stage.resources.front().path;
  http::Request request = makeTrialRequest(trial.verb, trial.pathWithQuery.empty() ? own : trial.pathWithQuery);
  const auto given = [&](std::string_view name) {
    return std::any_of(trial.headers.begin(), trial.headers.end(),
                       [&](const auto& header) { return base::equalsIgnoreCase(header.first, name); });
  };
  if (!given("Host")) request.headers.add("Host", trialHost(trial.stage.apiId, trial.stage.region));
  for (const auto& [name, value] : trial.headers) request.headers.add(name, value);
  return request;
}

void logRequest(TrialLog& log, const MethodTrial& trial, const Exchange& exchange) {
  log.line("Starting execution for request: " + exchange.requestId);
  log.line("HTTP Method: " + exchange.verb + ", Resource Path: " + exchange.path.substr(0, kMostLogged));
  log.pairs("Method request path", exchange.pathParameters);
  log.pairs("Method request query string", exchange.query);
  log.pairs("Method request headers", trial.headers);
  log.body("Method request body before transformations", exchange.body);
}

void logResponse(TrialLog& log, const MethodVerdict& verdict, const AccessRecord& record) {
  if (record.integrationLatency.count() > 0) {
    log.line("Received response. Integration latency: " + std::to_string(record.integrationLatency.count()) +
             " ms");
  }
  log.body("Method response body after transformations", verdict.body);
  log.pairs("Method response headers", verdict.headers);
  if (record.reason.empty())
    log.line("Successfully completed execution");
  else
    log.body("Execution failed", record.reason);
  log.line("Method completed with status: " + std::to_string(verdict.status));
}

}  // namespace

Task<Result<MethodVerdict>> Gateway::tryMethod(MethodTrial trial) {
  trial.stage.name = kTrialStage;
  HEARTH_CO_TRY(std::shared_ptr<const Stage> stage, compileStage(trial.stage, parts_.policies));
  const http::Request request = requestOf(trial);
  Exchange exchange = makeExchange(request, std::move(stage), request.path, parts_.clock.now(), parts_.random);
  if (auto refusal = route(exchange)) {
    co_return Fault("BadRequestException",
                    "The path does not belong to the resource: " + request.path.substr(0, 200));
  }
  exchange.sourceIp = kTrialSource;
  exchange.caller = trial.caller;
  exchange.body = std::move(trial.body);
  TrialLog log(parts_.clock, exchange.requestId);
  logRequest(log, trial, exchange);
  AccessRecord record;
  Holding holding(bodies_);
  http::Response response = co_await fulfil(exchange, record, holding);
  MethodVerdict verdict;
  verdict.status = response.status;
  verdict.body = std::move(response.body);
  if (response.stream) {
    Fault tooLarge("BadRequestException", "The response is longer than a trial can tell.");
    HEARTH_CO_TRY(verdict.body, co_await base::readAll(*response.stream, settings_.bodyBytes, std::move(tooLarge),
                                                       holding.share()));
  }
  for (const auto& [name, value] : response.headers) verdict.headers.emplace_back(name, value);
  verdict.latency = std::chrono::duration_cast<std::chrono::milliseconds>(parts_.clock.now() - exchange.start);
  logResponse(log, verdict, record);
  verdict.log = log.take();
  co_return verdict;
}

}  // namespace hearth::gateway
