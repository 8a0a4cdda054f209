#include "functions/environment.h"

#include <array>
#include <cmath>
#include <cstdio>

#include "base/bytes.h"
#include "functions/runtimes.h"
#include "functions/variables.h"

namespace hearth::functions {

namespace {

using std::chrono::steady_clock;

// How long an initialisation may take before the invocation's own time begins to run, as on AWS.
constexpr std::chrono::seconds kInitTime{10};
// A function that has answered comes for more within microseconds; one that does not has work of its own left.
constexpr std::chrono::milliseconds kPickUpTime{20};
// Output of an invocation that goes on is handed to the log this often.
constexpr std::chrono::milliseconds kFlushTime{200};
// Credentials must outlast an invocation by this much.
constexpr std::chrono::minutes kCredentialReserve{5};
constexpr std::string_view kPrincipal = "lambda.amazonaws.com";

double milliseconds(steady_clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

std::string fixed(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f", value);
  return text.data();
}

// 2019/04/08/[$LATEST]<32 hex digits>
std::string streamName(base::Time now, const std::string& version, base::Random& random) {
  std::string day = base::formatIso8601(now).substr(0, 10);
  day[4] = day[7] = '/';
  return day + "/[" + version + "]" + base::hexEncode(base::randomBytes(random, 16));
}

LogPlace logPlace(const FunctionSpec& spec, base::Time now, base::Random& random) {
  const FunctionPlace place = placeOf(spec);
  return {place.account, place.region, logGroupOf(spec), streamName(now, spec.version, random)};
}

base::Duration clockShift(const base::Clock& clock) {
  const auto machine = std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now());
  const base::Duration shift = clock.now() - machine;
  return std::chrono::abs(shift) < std::chrono::seconds(1) ? base::Duration::zero() : shift;
}

// The invocation was cut off by the host: no failure of the function, and an event is tried again.
Fault endedByHost() {
  return Fault("ServiceException", "The function's environment was ended before it answered.", 500);
}

}  // namespace

Environment::Environment(const EnvironmentParts& parts, std::shared_ptr<const FunctionSpec> spec, std::string id)
    : parts_(parts),
      spec_(std::move(spec)),
      id_(std::move(id)),
      log_(parts.logs, parts.clock, logPlace(*spec_, parts.clock.now(), parts.random)),
      flushTimer_(parts.loop),
      next_(parts.loop),
      pickUp_(parts.loop),
      init_(parts.loop),
      answer_(parts.loop) {}

Environment::~Environment() { end(); }

// The package's tree, unpacked on the pool when it is not there.
Task<Result<CodeShelf::Handle>> Environment::findCode() {
  if (CodeShelf::Handle there = parts_.code.findTree(spec_->code)) co_return there;
  auto unpack = [&code = parts_.code, spec = spec_] { return code.tree(spec->code); };
  co_return co_await base::runOn(parts_.pool, std::move(unpack));
}

Task<Result<void>> Environment::launch() {
  phase_ = Phase::kStarting;
  HEARTH_CO_TRY(code_, co_await findCode());
  Result<ports::RoleCredentials> credentials = parts_.credentials.assumeForService(
      spec_->roleArn, spec_->name, std::string(kPrincipal), placeOf(*spec_).account);
  if (!credentials.ok()) {
    co_return Fault("AccessDeniedException", "The role defined for the function cannot be assumed by Lambda.", 403);
  }
  usableUntil_ = credentials->expires - spec_->timeout - kCredentialReserve;

  const sandbox::JailPaths paths = parts_.launcher.paths(code_->entry(), "");
  sandbox::LaunchSpec order;
  order.code = code_->entry();
  order.arguments = runtimeCommand(spec_->runtime, paths.runtime, spec_->memoryMiB);
  if (order.arguments.empty()) {
    if (!code_->hasFile("bootstrap")) {
      init_.put({.failure = missingBootstrap()});
      co_return Result<void>();
    }
    order.arguments = {paths.task + "/bootstrap"};
  }
  program_ = order.arguments.front();
  order.environment = processVariables(*spec_, *credentials, paths, log_.stream(), clockShift(parts_.clock));
  order.memoryMiB = spec_->memoryMiB;
  order.temporaryMiB = spec_->temporaryMiB;

  Result<sandbox::Launched> launched = co_await parts_.launcher.launch(std::move(order));
  if (!launched.ok()) co_return std::move(launched).fault();
  if (phase_ == Phase::kEnded) {  // meanwhile
    parts_.launcher.release(launched->id);
    co_return Fault("ServiceException", "The server is stopping.", 500);
  }
  phase_ = Phase::kInitialising;
  parts_.openDoors(id_, std::move(launched->runtimeApi), std::move(launched->awsEndpoint));
  // Both callbacks end with process_, which is ours.
  JailProcess::Events events;
  events.output = [this](std::string_view bytes) {
    log_.feed(bytes);
    flushSoon();
  };
  events.ended = [this](std::optional<sandbox::Ended> ended, OutOfMemory outOfMemory) {
    processEnded(std::move(ended), outOfMemory);
  };
  process_ = std::make_unique<JailProcess>(parts_.loop, parts_.launcher, std::move(*launched), std::move(events));
  co_return Result<void>();
}

// nullopt: it took longer than an invocation may.
Task<std::optional<Environment::InitEnd>> Environment::initialise(Timing& timing) {
  std::optional<InitEnd> end = co_await init_.take(timing.begun + kInitTime);
  const bool slow = !end;
  timing.initMs = milliseconds(steady_clock::now() - timing.begun);
  const std::string report = "INIT_REPORT Init Duration: " + fixed(timing.initMs) + " ms\tPhase: init\tStatus: ";
  if (slow) {
    log_.line(report + "timeout");
    // It goes on, but from here on it takes from the invocation's own time.
    timing.begun = steady_clock::now();
    end = co_await init_.take(timing.begun + spec_->timeout);
  } else {
    timing.begun = steady_clock::now();
  }
  if (end && end->failure) {
    if (process_) process_->drainOutput();
    log_.finishLine();
    if (!slow) log_.line(report + "error\tError Type: " + end->failure->type);
  }
  co_return end;
}

Task<Result<std::optional<ports::InvokeOutcome>>> Environment::serve(Work& work) {
  const std::shared_ptr<Environment> self = shared_from_this();
  Timing timing;
  timing.begun = steady_clock::now();
  timing.cold = phase_ == Phase::kNew;
  log_.startTail();
  if (timing.cold) {
    const FunctionPlace place = placeOf(*spec_);
    log_.line("INIT_START Runtime Version: " + runtimeVersion(spec_->runtime) +
              "\tRuntime Version ARN: " + runtimeVersionArn(spec_->runtime, place.partition, place.region));
    Result<void> launched = co_await launch();
    if (!launched.ok()) {
      end();
      co_return std::move(launched).fault();
    }
    std::optional<InitEnd> initEnd = co_await initialise(timing);
    if (containment_) {
      end();
      co_return Fault("ServiceException", "The function's jail could not be completed: " + containment_->reason,
                      500);
    }
    if (initEnd && initEnd->byHost) co_return endedByHost();
    if (!initEnd || initEnd->failure) {
      log_.line("START RequestId: " + work.requestId + " Version: " + spec_->version);
      Answer answer;
      if (!initEnd)
        answer.failure = timeoutFailure(spec_->timeout);
      else if (initEnd->document.empty())
        answer.failure = initEnd->failure;
      else
        answer = {.payload = std::move(initEnd->document), .isError = true, .intake = std::move(initEnd->intake)};
      ports::InvokeOutcome outcome = conclude(work, std::move(answer), timing);
      end();
      co_return std::optional(std::move(outcome));
    }
  } else if (phase_ == Phase::kFinishing) {
    pickUp_.clear();
    const std::optional<bool> came = co_await pickUp_.take(timing.begun + kPickUpTime);
    if (!came || phase_ != Phase::kIdle) {
      slow_ = phase_ == Phase::kFinishing;
      claimed_ = false;
      co_return std::optional<ports::InvokeOutcome>();
    }
  } else if (phase_ != Phase::kIdle) {
    claimed_ = false;
    co_return std::optional<ports::InvokeOutcome>();
  }

  const auto machineNow = std::chrono::time_point_cast<base::Duration>(std::chrono::system_clock::now());
  work.deadlineMs = base::toMillis(machineNow + spec_->timeout);
  log_.line("START RequestId: " + work.requestId + " Version: " + spec_->version);
  work_ = std::move(work);
  phase_ = Phase::kBusy;
  answer_.clear();
  next_.put(true);

  std::optional<Answer> answer = co_await answer_.take(timing.begun + spec_->timeout);
  const Work done = std::move(*work_);
  work_.reset();
  const bool timedOut = !answer.has_value();
  if (timedOut) {
    answer.emplace();
    answer->failure = timeoutFailure(spec_->timeout);
  }
  const bool byHost = answer->byHost;
  ports::InvokeOutcome outcome = conclude(done, std::move(*answer), timing);
  if (byHost) co_return endedByHost();
  if (timedOut) end();
  claimed_ = false;
  idleSince_ = steady_clock::now();
  co_return std::optional(std::move(outcome));
}

ports::InvokeOutcome Environment::conclude(const Work& work, Answer answer, const Timing& timing) {
  if (process_) process_->drainOutput();
  log_.finishLine();
  ports::InvokeOutcome outcome;
  outcome.executedVersion = spec_->version;
  if (answer.failure) {
    writeFailure(work, *answer.failure);
    outcome.payload = errorDocument(*answer.failure, work.requestId);
  } else {
    outcome.payload = std::move(answer.payload);
  }
  if (answer.failure || answer.isError) outcome.functionError = "Unhandled";
  writeReport(work, answer.failure, timing);
  if (work.wantLogTail) outcome.logTail = log_.tail();
  log_.flush();
  return outcome;
}

void Environment::writeFailure(const Work& work, const Failure& failure) {
  if (failure.type == "Sandbox.Timedout") {
    log_.line(base::formatIso8601(parts_.clock.now(), true) + " " + work.requestId + " " + failure.reason);
  } else {
    log_.line("RequestId: " + work.requestId + " Error: " + failure.reason + "\n" + failure.type);
  }
}

void Environment::writeReport(const Work& work, const std::optional<Failure>& failure, const Timing& timing) {
  double duration = milliseconds(steady_clock::now() - timing.begun);
  const bool timedOut = failure && failure->type == "Sandbox.Timedout";
  if (timedOut) duration = milliseconds(spec_->timeout);
  const double billed = std::ceil(duration + timing.initMs);
  std::string report = "REPORT RequestId: " + work.requestId + "\tDuration: " + fixed(duration) +
                       " ms\tBilled Duration: " + std::to_string(static_cast<long long>(billed)) +
                       " ms\tMemory Size: " + std::to_string(spec_->memoryMiB) +
                       " MB\tMax Memory Used: " + std::to_string(process_ ? process_->peakMiB() : 0) + " MB\t";
  if (timing.cold) report += "Init Duration: " + fixed(timing.initMs) + " ms\t";
  if (timedOut)
    report += "Status: timeout";
  else if (failure)
    report += "Status: error\tError Type: " + failure->type;
  log_.line("END RequestId: " + work.requestId);
  log_.line(std::move(report));
}

void Environment::processEnded(std::optional<sandbox::Ended> ended, OutOfMemory outOfMemory) {
  if (phase_ == Phase::kEnded) return;
  if (ended && ended->kind == sandbox::Ended::Kind::kContainment) containment_ = ended;
  // The spawner took every jail with it: says nothing of the function.
  if (!ended && !parts_.launcher.alive()) return end();
  const Failure failure = failureOf(ended ? &*ended : nullptr, program_, outOfMemory);
  init_.put({.failure = failure});
  if (work_) answer_.put({.failure = failure});
  end();
}

void Environment::end() {
  if (phase_ == Phase::kEnded) return;
  const bool hasDoors = process_ != nullptr;
  phase_ = Phase::kEnded;
  if (hasDoors) {
    process_->kill();
    parts_.closeDoors(id_);
  }
  const Failure ended{"Sandbox.Failure", "the environment was ended"};
  init_.put({.failure = ended, .byHost = true});
  if (work_) answer_.put({.failure = ended, .byHost = true});
  pickUp_.put(false);
  next_.put(false);
  log_.finishLine();
  log_.flush();
  // Not process_ itself: this may be one of its callbacks, and the invocation still asks for its memory.
}

void Environment::flushSoon() {
  if (flushing_ || !log_.hasPending()) return;
  flushing_ = true;
  flushTimer_.expires_after(kFlushTime);
  flushTimer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const std::shared_ptr<Environment> self = weak.lock();
    if (!self) return;
    self->flushing_ = false;
    if (!error) self->log_.flush();
  });
}

// --- the Runtime API -------------------------------------------------------------------------------------------

Task<std::optional<const Work*>> Environment::next() {
  const std::shared_ptr<Environment> self = shared_from_this();
  if (phase_ == Phase::kEnded) co_return std::optional<const Work*>(nullptr);
  if (phase_ == Phase::kBusy && !next_.waiting()) co_return std::nullopt;
  // A runtime that lost its connection asks again; what waits on the old one is in vain.
  if (next_.waiting()) next_.put(false);
  next_.clear();
  if (phase_ == Phase::kInitialising) {
    phase_ = Phase::kIdle;
    init_.put({});
  } else if (phase_ == Phase::kFinishing) {
    phase_ = Phase::kIdle;
    slow_ = false;
    if (pickUp_.waiting()) pickUp_.put(true);
  }
  const std::optional<bool> work = co_await next_.take(Mailbox<bool>::kNever);
  const bool mine = work.value_or(false) && work_ && phase_ == Phase::kBusy;
  co_return std::optional<const Work*>(mine ? &*work_ : nullptr);
}

bool Environment::awaitsAnswer(std::string_view requestId) const {
  return phase_ == Phase::kBusy && work_ && work_->requestId == requestId;
}

void Environment::finish(Answer answer) {
  phase_ = Phase::kFinishing;
  answer_.put(std::move(answer));
}

std::shared_ptr<Intake> Environment::openIntake(const std::shared_ptr<base::ByteBudget>& budget) {
  if (!intake_.expired()) return nullptr;
  auto intake = std::make_shared<Intake>(budget);
  intake_ = intake;
  return intake;
}

void Environment::respond(std::string payload, std::shared_ptr<Intake> intake) {
  finish({.payload = std::move(payload), .intake = std::move(intake)});
}

void Environment::reportError(std::string document, std::shared_ptr<Intake> intake) {
  finish({.payload = std::move(document), .isError = true, .intake = std::move(intake)});
}

void Environment::failAnswer(Failure failure) { finish({.failure = std::move(failure)}); }

bool Environment::reportInitError(std::string document, std::string errorType, std::shared_ptr<Intake> intake) {
  if (phase_ != Phase::kInitialising) return false;
  Failure failure{errorType.empty() ? "Runtime.Unknown" : std::move(errorType), "the initialisation failed"};
  init_.put({.failure = std::move(failure), .document = std::move(document), .intake = std::move(intake)});
  return true;
}

}  // namespace hearth::functions
