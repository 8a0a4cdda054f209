#include "functions/function_host.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "functions/environment.h"
#include "functions/runtime_api.h"

namespace hearth::functions {

namespace {

using std::chrono::steady_clock;

// How often idle environments are looked through.
constexpr std::chrono::seconds kReapTime{5};
// A function that always comes late for its next event gets an environment of its own after so many tries.
constexpr int kPickUpTries = 3;
// What CodeStore::tree() says of a package that is not stored.
constexpr std::string_view kCodeGone = "ResourceNotFoundException";

Fault throttled(std::string_view reason) {
  return Fault("TooManyRequestsException", "Rate Exceeded.", 429)
      .with("Reason", std::string(reason))
      .with("Type", "User");
}

}  // namespace

struct FunctionHost::Impl : std::enable_shared_from_this<FunctionHost::Impl> {
  // The environments of one version of a function; the last used one is at the back.
  struct Version {
    std::vector<std::shared_ptr<Environment>> environments;
  };
  struct Function {
    std::unordered_map<std::string, Version> versions;
    unsigned running = 0;
  };

  Impl(HostParts hostParts, HostSettings hostSettings)
      : parts(std::move(hostParts)),
        settings(hostSettings),
        api(parts.loop, settings.answerBytes),
        reaper(parts.loop),
        drained(parts.loop),
        environmentParts{parts.loop,
                         parts.launcher,
                         parts.code,
                         parts.pool,
                         parts.logs,
                         parts.credentials,
                         parts.clock,
                         parts.random,
                         [this](const std::string& id, base::Fd runtimeApi, base::Fd awsEndpoint) {
                           openDoors(id, std::move(runtimeApi), std::move(awsEndpoint));
                         },
                         [this](const std::string& id) { closeDoors(id); }} {}

  void openDoors(const std::string& id, base::Fd runtimeApi, base::Fd awsEndpoint) {
    const auto found = byId.find(id);
    if (found == byId.end()) return;
    api.attach(found->second, std::move(runtimeApi));
    if (parts.serveEndpoint) parts.serveEndpoint(std::move(awsEndpoint), RuntimeApi::listenerName(id));
  }

  void closeDoors(const std::string& id) {
    api.detach(id);
    if (parts.closeEndpoint) parts.closeEndpoint(RuntimeApi::listenerName(id));
  }

  // The most recently used environment of the spec's revision: the fewer are in use, the warmer they are.
  std::shared_ptr<Environment> findWarm(const FunctionSpec& spec) {
    auto& environments = functions[spec.functionArn].versions[spec.version].environments;
    for (std::size_t at = environments.size(); at-- > 0;) {
      const std::shared_ptr<Environment> candidate = environments[at];
      if (candidate->ended() ||
          (candidate->idle() && (candidate->spec().revision != spec.revision || candidate->expired()))) {
        environments.erase(environments.begin() + static_cast<std::ptrdiff_t>(at));
        drop(candidate);
        continue;
      }
      if (candidate->available() && candidate->spec().revision == spec.revision && !candidate->expired()) {
        std::rotate(environments.begin() + static_cast<std::ptrdiff_t>(at),
                    environments.begin() + static_cast<std::ptrdiff_t>(at) + 1, environments.end());
        return candidate;
      }
    }
    return nullptr;
  }

  std::shared_ptr<Environment> make(std::shared_ptr<const FunctionSpec> spec) {
    if (byId.size() >= settings.environments && !evictIdle()) return nullptr;
    auto environment = std::make_shared<Environment>(environmentParts, std::move(spec), std::to_string(nextId++));
    byId.emplace(environment->id(), environment);
    const FunctionSpec& made = environment->spec();
    functions[made.functionArn].versions[made.version].environments.push_back(environment);
    reapSoon();
    return environment;
  }

  void drop(const std::shared_ptr<Environment>& environment) {
    environment->end();
    byId.erase(environment->id());
  }

  // Makes room by ending the environment that has been idle for longest.
  bool evictIdle() {
    std::shared_ptr<Environment> oldest;
    for (const auto& [id, environment] : byId) {
      if (environment->idle() && (!oldest || environment->idleSince() < oldest->idleSince())) oldest = environment;
    }
    if (!oldest) return false;
    forget(oldest);
    return true;
  }

  void forget(const std::shared_ptr<Environment>& environment) {
    const auto function = functions.find(environment->spec().functionArn);
    if (function != functions.end()) {
      const auto version = function->second.versions.find(environment->spec().version);
      if (version != function->second.versions.end()) {
        std::erase(version->second.environments, environment);
        if (version->second.environments.empty()) function->second.versions.erase(version);
      }
      if (function->second.versions.empty() && function->second.running == 0) functions.erase(function);
    }
    drop(environment);
  }

  template <class Test>
  void forgetIf(Test test) {
    std::vector<std::shared_ptr<Environment>> found;
    for (const auto& [id, environment] : byId) {
      if (test(*environment)) found.push_back(environment);
    }
    for (const auto& environment : found) forget(environment);
  }

  void retire(const std::string& functionArn) {
    std::unordered_map<std::string, std::string> revisions;  // by version; empty: it is gone
    for (const auto& [id, environment] : byId) {
      const FunctionSpec& spec = environment->spec();
      if (spec.functionArn != functionArn) continue;
      const auto [revision, isNew] = revisions.try_emplace(spec.version);
      if (isNew) {
        if (const auto current = parts.resolve(functionArn + ":" + spec.version); current.ok()) {
          revision->second = (*current)->revision;
        }
      }
      if (revision->second != spec.revision) environment->retire();
    }
    forgetIf([](const Environment& environment) { return environment.retired() && !environment.claimed(); });
  }

  void reapSoon() {
    if (reaping) return;
    reaping = true;
    reaper.expires_after(kReapTime);
    reaper.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (!self || error) return;
      self->reaping = false;
      const auto limit = steady_clock::now() - self->settings.idleTime;
      self->forgetIf([&](const Environment& environment) {
        return environment.ended() ||
               (environment.idle() && (environment.idleSince() < limit || environment.expired()));
      });
      if (!self->byId.empty()) self->reapSoon();
    });
  }

  Task<Result<ports::InvokeOutcome>> run(std::shared_ptr<const FunctionSpec> spec, Work work) {
    for (int tries = 0;; ++tries) {
      std::shared_ptr<Environment> environment = tries < kPickUpTries ? findWarm(*spec) : nullptr;
      if (environment)
        environment->claim();
      else
        environment = make(spec);
      if (!environment) co_return throttled("ConcurrentInvocationLimitExceeded");
      auto served = co_await environment->serve(work);
      if (environment->ended() || (environment->retired() && !environment->claimed())) forget(environment);
      if (!served.ok() && served.fault().code == kCodeGone) {
        // A deployment between the caller's look-up and now: the function as it is by now runs.
        HEARTH_CO_TRY(auto current, parts.resolve(work.functionArn));
        if (current->revision == spec->revision) co_return std::move(served).fault();
        spec = std::move(current);
        continue;
      }
      if (!served.ok()) co_return std::move(served).fault();
      if (*served) co_return std::move(**served);
    }
  }

  // Counts while it exists, however this coroutine ends.
  struct Ticket {
    Impl& impl;
    const std::string& arn;
    Ticket(Impl& host, const std::string& functionArn) : impl(host), arn(functionArn) {
      ++impl.running;
      ++impl.functions[arn].running;
    }
    ~Ticket() {
      --impl.running;
      const auto function = impl.functions.find(arn);
      if (--function->second.running == 0 && function->second.versions.empty()) impl.functions.erase(function);
      if (impl.running == 0 && impl.stopping) impl.drained.put(true);
    }
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
  };

  static Task<Result<ports::InvokeOutcome>> invoke(std::shared_ptr<Impl> impl,
                                                   std::shared_ptr<const FunctionSpec> spec,
                                                   ports::Invocation invocation) {
    if (!impl || impl->stopping) co_return Fault("ServiceException", "The server is stopping.", 500);
    {
      const auto function = impl->functions.find(spec->functionArn);
      const unsigned running = function == impl->functions.end() ? 0 : function->second.running;
      if (spec->reservedConcurrency && running >= *spec->reservedConcurrency) {
        co_return throttled("ReservedFunctionConcurrentInvocationLimitExceeded");
      }
      if (impl->running >= impl->settings.accountConcurrency)
        co_return throttled("ConcurrentInvocationLimitExceeded");
    }
    const Ticket ticket(*impl, spec->functionArn);
    Work work;
    work.requestId =
        invocation.requestId.empty() ? base::randomUuid(impl->parts.random) : std::move(invocation.requestId);
    work.functionArn = std::move(invocation.functionArn);
    work.payload = std::move(invocation.payload);
    work.clientContext = std::move(invocation.clientContext);
    work.traceId = std::move(invocation.traceId);
    work.wantLogTail = invocation.wantLogTail;
    co_return co_await impl->run(spec, std::move(work));
  }

  HostParts parts;
  HostSettings settings;
  RuntimeApi api;
  boost::asio::steady_timer reaper;
  Mailbox<bool> drained;
  EnvironmentParts environmentParts;
  std::unordered_map<std::string, Function> functions;  // by ARN without qualifier
  std::unordered_map<std::string, std::shared_ptr<Environment>> byId;
  std::unique_ptr<EventQueue> queue;
  std::uint64_t nextId = 1;
  unsigned running = 0;
  bool reaping = false;
  bool stopping = false;
};

FunctionHost::FunctionHost(HostParts parts, HostSettings settings)
    : impl_(std::make_shared<Impl>(std::move(parts), settings)) {
  HostParts& mine = impl_->parts;
  // Weakly: deliveries may outlive the host by a moment.
  auto run = [weak = std::weak_ptr<Impl>(impl_)](std::shared_ptr<const FunctionSpec> spec,
                                                 ports::Invocation invocation) {
    return Impl::invoke(weak.lock(), std::move(spec), std::move(invocation));
  };
  impl_->queue = std::make_unique<EventQueue>(EventQueueParts{mine.loop, mine.database, mine.keyring, mine.clock,
                                                              mine.random, mine.resolve, std::move(run),
                                                              mine.endedEvent, settings.eventConcurrency});
}

FunctionHost::~FunctionHost() {
  impl_->stopping = true;
  impl_->queue.reset();
  impl_->reaper.cancel();
  impl_->forgetIf([](const Environment&) { return true; });
}

std::vector<store::Migration> FunctionHost::migrations() {
  std::vector<store::Migration> steps = CodeStore::migrations();
  const auto& events = EventQueue::migrations();
  steps.insert(steps.end(), events.begin(), events.end());
  return steps;
}

void FunctionHost::start() { impl_->queue->start(); }

Task<Result<ports::InvokeOutcome>> FunctionHost::invoke(std::shared_ptr<const FunctionSpec> spec,
                                                        ports::Invocation invocation) {
  return Impl::invoke(impl_, std::move(spec), std::move(invocation));
}

Result<std::string> FunctionHost::enqueue(ports::Invocation invocation, int hops) {
  return impl_->queue->enqueue(std::move(invocation), hops);
}

void FunctionHost::retire(const std::string& functionArn) { impl_->retire(functionArn); }

void FunctionHost::retireSoon(std::string functionArn) {
  boost::asio::post(impl_->parts.loop, [weak = std::weak_ptr<Impl>(impl_), arn = std::move(functionArn)] {
    if (const auto impl = weak.lock()) impl->retire(arn);
  });
}

HostStatus FunctionHost::status() const { return {impl_->byId.size(), impl_->running, impl_->queue->running()}; }

void FunctionHost::holdEvents() { impl_->queue->hold(); }

EventQueue& FunctionHost::events() { return *impl_->queue; }

Task<void> FunctionHost::stop(std::chrono::milliseconds grace) {
  const std::shared_ptr<Impl> impl = impl_;
  impl->stopping = true;
  impl->reaper.cancel();
  if (impl->running > 0) (void)co_await impl->drained.take(steady_clock::now() + grace);
  impl->forgetIf([](const Environment&) { return true; });
  co_await impl->queue->stop();
  co_await impl->api.stop(std::chrono::milliseconds(100));
}

}  // namespace hearth::functions
