// FunctionHost: runs functions: finds or makes an environment for every invocation, keeps the used ones warm, and
// holds to the limits.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/executor.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "functions/code_store.h"
#include "functions/event_queue.h"
#include "functions/function_spec.h"
#include "ports/credential_issuer.h"
#include "ports/invoker.h"
#include "ports/log_sink.h"
#include "sandbox/launch.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::functions {

struct HostSettings {
  unsigned accountConcurrency = 1000;      // invocations at once, of all functions together
  unsigned environments = 1000;            // processes at once; idle ones make room for new ones
  std::chrono::seconds idleTime{10 * 60};  // after which a warm environment is ended
  std::size_t eventConcurrency = 64;       // asynchronous invocations at once
  std::size_t answerBytes = 256U << 20U;   // of answers in memory before they are handed on; see RuntimeApi
};

// What the host borrows; all of it outlives it.
struct HostParts {
  boost::asio::io_context& loop;
  sandbox::Launcher& launcher;
  CodeStore& code;
  base::ThreadPool& pool;
  store::Database& database;
  const store::Keyring& keyring;
  ports::LogSink& logs;
  ports::CredentialIssuer& credentials;
  const base::Clock& clock;
  base::Random& random;
  // Takes the listening socket of an environment's AWS endpoint; requests on it come from that function. And back.
  std::function<void(base::Fd socket, const std::string& listenerName)> serveEndpoint;
  std::function<void(const std::string& listenerName)> closeEndpoint;
  // See EventQueueParts. Also asked for the current revision of what has changed.
  std::function<Result<std::shared_ptr<const FunctionSpec>>(const std::string& functionArn)> resolve;
  std::function<void(const EndedEvent&)> endedEvent;
};

struct HostStatus {
  std::size_t environments = 0;
  std::size_t running = 0;  // invocations
  std::size_t events = 0;   // of those, asynchronous ones
};

// On the loop, but for enqueue() and retireSoon().
class FunctionHost final {
 public:
  FunctionHost(HostParts parts, HostSettings settings = {});
  ~FunctionHost();
  FunctionHost(const FunctionHost&) = delete;
  FunctionHost& operator=(const FunctionHost&) = delete;

  // The tables of this folder.
  static std::vector<store::Migration> migrations();

  // Begins to deliver queued events.
  void start();

  // Runs the function and waits for it. A function that fails is an outcome, not a Fault. Faults:
  // TooManyRequestsException 429, AccessDeniedException 403 (the role), ServiceException 500 (no jail).
  Task<Result<ports::InvokeOutcome>> invoke(std::shared_ptr<const FunctionSpec> spec, ports::Invocation invocation);

  // On the writer thread, in the caller's transaction: accepts the event for later; its request id. For `hops` see
  // EventQueue.
  Result<std::string> enqueue(ports::Invocation invocation, int hops = 0);

  // The function, or one version of it, was deleted or changed: its environments of a revision that is not the
  // current one end, now or when they are done with their invocation.
  void retire(const std::string& functionArn);
  // The same, soon. From any thread.
  void retireSoon(std::string functionArn);

  HostStatus status() const;
  EventQueue& events();

  // Begins no more events; they wait for the next start. The first step of a stop.
  void holdEvents();
  // Takes no more work, waits for what runs for at most `grace`, then ends everything.
  Task<void> stop(std::chrono::milliseconds grace);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with the invocations in progress and the timer
};

}  // namespace hearth::functions
