// Environment: one jail with one function in it, serving one invocation at a time.
//
//   new -> starting -> initialising -> idle -> busy -> finishing -> idle ...        any -> ended
//
// The function drives it through the Runtime API (runtime_api.h): its first "next" ends the initialisation, its
// response or error ends the invocation, its following "next" makes the environment idle again.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/executor.h"
#include "base/fd.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "functions/code_store.h"
#include "functions/failure.h"
#include "functions/function_log.h"
#include "functions/function_spec.h"
#include "functions/intake.h"
#include "functions/jail_process.h"
#include "functions/mailbox.h"
#include "ports/credential_issuer.h"
#include "ports/invoker.h"
#include "ports/log_sink.h"
#include "sandbox/launch.h"

namespace hearth::functions {

// What environments borrow; all of it outlives them.
struct EnvironmentParts {
  boost::asio::io_context& loop;
  sandbox::Launcher& launcher;
  CodeStore& code;
  base::ThreadPool& pool;
  ports::LogSink& logs;
  ports::CredentialIssuer& credentials;
  const base::Clock& clock;
  base::Random& random;
  // Serves, and stops serving, the two listening sockets of the environment with that id.
  std::function<void(const std::string& id, base::Fd runtimeApi, base::Fd awsEndpoint)> openDoors;
  std::function<void(const std::string& id)> closeDoors;
};

// One invocation on its way to the function.
struct Work {
  std::string requestId;
  std::string functionArn;  // as it was invoked, qualifier included
  std::string payload;
  std::string clientContext;
  std::string traceId;
  bool wantLogTail = false;
  std::int64_t deadlineMs = 0;  // by the machine's clock, which is the one that the function sees
};

// On the loop. Shared by the host's pool and the requests in progress, which may outlast its place there.
class Environment final : public std::enable_shared_from_this<Environment> {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  Environment(const EnvironmentParts& parts, std::shared_ptr<const FunctionSpec> spec, std::string id);
  ~Environment();

  const std::string& id() const { return id_; }
  const FunctionSpec& spec() const { return *spec_; }
  bool ended() const { return phase_ == Phase::kEnded; }
  // May be given an invocation. Claiming makes that false, until the invocation is over.
  bool available() const {
    return !claimed_ && !retired_ && !slow_ && (phase_ == Phase::kIdle || phase_ == Phase::kFinishing);
  }
  bool idle() const { return !claimed_ && phase_ == Phase::kIdle; }
  void claim() { claimed_ = true; }
  bool claimed() const { return claimed_; }
  // Is to get no invocation any more.
  void retire() { retired_ = true; }
  bool retired() const { return retired_; }
  SteadyTime idleSince() const { return idleSince_; }
  // From then on its credentials might not last for an invocation.
  bool expired() const { return parts_.clock.now() >= usableUntil_; }

  // Starts the process when it is new, and runs one invocation. nullopt: the function was still busy with what it
  // does behind its last response; nothing happened, and `work` is as it was. Fault: the environment could not be
  // started, or the host ended it before the function had answered; it has ended. `work` outlives the call.
  Task<Result<std::optional<ports::InvokeOutcome>>> serve(Work& work);

  // Kills the process. Whoever waits is told.
  void end();

  // --- the Runtime API, see runtime_api.h
  // The next invocation; nullptr when the environment ends or another "next" took this one's place. nullopt: not
  // allowed while an invocation is unanswered.
  Task<std::optional<const Work*>> next();
  // Whether this is the id of the invocation that waits for an answer.
  bool awaitsAnswer(std::string_view requestId) const;
  // Whether an initialisation is going on that may fail.
  bool initialising() const { return phase_ == Phase::kInitialising; }
  // For a body that is about to be read; null while another one is read or on its way to the invocation.
  std::shared_ptr<Intake> openIntake(const std::shared_ptr<base::ByteBudget>& budget);
  void respond(std::string payload, std::shared_ptr<Intake> intake);
  void reportError(std::string document, std::shared_ptr<Intake> intake);
  void failAnswer(Failure failure);
  // False when the initialisation is over.
  bool reportInitError(std::string document, std::string errorType, std::shared_ptr<Intake> intake);

 private:
  enum class Phase : unsigned char { kNew, kStarting, kInitialising, kIdle, kBusy, kFinishing, kEnded };

  struct InitEnd {
    std::optional<Failure> failure;  // none: ready
    std::string document;            // what the runtime itself said of it; else empty
    bool byHost = false;             // end() was called: says nothing of the function
    std::shared_ptr<Intake> intake;  // of the document
  };
  struct Answer {
    std::string payload;  // the response, or the function's error document
    bool isError = false;
    std::optional<Failure> failure;  // the runtime failed, and there is no payload
    bool byHost = false;             // as in InitEnd
    std::shared_ptr<Intake> intake;  // of the payload
  };
  struct Timing {
    double initMs = 0;  // of this invocation's cold start
    bool cold = false;
    SteadyTime begun;
  };

  Task<Result<void>> launch();
  Task<Result<CodeShelf::Handle>> findCode();
  Task<std::optional<InitEnd>> initialise(Timing& timing);
  ports::InvokeOutcome conclude(const Work& work, Answer answer, const Timing& timing);
  void writeFailure(const Work& work, const Failure& failure);
  void writeReport(const Work& work, const std::optional<Failure>& failure, const Timing& timing);
  void processEnded(std::optional<sandbox::Ended> ended, OutOfMemory outOfMemory);
  void finish(Answer answer);
  void flushSoon();

  const EnvironmentParts& parts_;
  std::shared_ptr<const FunctionSpec> spec_;
  std::string id_;
  std::string program_;  // for "fork/exec"
  FunctionLog log_;
  boost::asio::steady_timer flushTimer_;
  bool flushing_ = false;
  CodeShelf::Handle code_;  // what the process runs
  std::unique_ptr<JailProcess> process_;

  Phase phase_ = Phase::kNew;
  bool claimed_ = true;  // by the invocation that it is made for
  bool retired_ = false;
  bool slow_ = false;  // did not come for work in time; until it comes
  SteadyTime idleSince_;
  base::Time usableUntil_ = base::Time::max();
  std::optional<sandbox::Ended> containment_;  // a jail that could not be completed

  std::optional<Work> work_;  // what the function works on
  Mailbox<bool> next_;        // wakes the "next" that waits; false: no work will come
  Mailbox<bool> pickUp_;      // wakes the invocation that waits for the function to be idle
  Mailbox<InitEnd> init_;
  Mailbox<Answer> answer_;
  std::weak_ptr<Intake> intake_;  // the one that there may be
};

}  // namespace hearth::functions
