#include "sandbox/spawner.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

#include "base/file.h"

namespace hearth::sandbox {

namespace {

// How long the socket must be quiet before a blank jail is made: launches come in bursts.
constexpr int kQuietMs = 3;
// Blank jails that may fail in a row before no more are made ahead.
constexpr unsigned kFailuresInARow = 3;

void wipeVariables(LaunchOrder& order) {
  for (std::string& variable : order.environment) wipe(variable);
}

}  // namespace

Spawner::Spawner(base::Fd server) : server_(std::move(server)) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGCHLD);
  // A Ctrl-C at the server's terminal is for the server; it tells us by closing the socket.
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&signals, signal);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  sigemptyset(&signals);
  sigaddset(&signals, SIGCHLD);
  children_.reset(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!children_) base::throwErrno("signalfd");
  rlimit descriptors{};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  descriptors.rlim_cur = descriptors.rlim_max;
  setrlimit(RLIMIT_NOFILE, &descriptors);
}

int Spawner::run() {
  bool ready = false;
  try {
    ready = configure();
  } catch (const std::exception& error) {
    sendPacket(server_.get(), encode(Refused{error.what()}));
  }
  if (ready) serve();
  cleanUp();
  return ready ? 0 : 1;
}

bool Spawner::configure() {
  Packet packet;
  if (receivePacket(server_.get(), packet) != Receipt::kPacket) return false;
  auto asked = decodeConfigure(packet.bytes);
  if (!asked) throw std::runtime_error("the first message is not a configuration");
  configure_ = std::move(*asked);
  cgroups_ = configure_.mode == JailMode::kOff ? std::make_unique<Cgroups>() : std::make_unique<Cgroups>(getppid());
  surveyed_ = survey(configure_, *cgroups_);
  Ready ready{surveyed_.site.facilities, describeWalls(surveyed_), surveyed_.site.runDirectory};
  if (configure_.mode == JailMode::kStrict) {
    std::string missing;
    for (const Wall& wall : ready.walls) {
      if (!wall.present) missing += (missing.empty() ? "" : "; ") + wall.name + " (" + wall.why + ")";
    }
    if (!missing.empty()) throw std::runtime_error("--jail strict, but walls are missing: " + missing);
  }
  factory_ = std::make_unique<JailFactory>(surveyed_.site, *cgroups_, surveyed_.identities);
  const std::array descriptors{surveyed_.runDirectory.get()};
  return sendPacket(server_.get(), encode(ready), descriptors) == 0;
}

void Spawner::serve() {
  for (;;) {
    const bool wants = blanks_.size() < configure_.pooledJails && failures_ < kFailuresInARow;
    const int wait = wants ? kQuietMs : (unburied_.empty() ? -1 : 100);
    std::array<pollfd, 2> events{pollfd{server_.get(), POLLIN, 0}, pollfd{children_.get(), POLLIN, 0}};
    const int count = poll(events.data(), events.size(), wait);
    if (count < 0 && errno != EINTR) return;
    if (events[1].revents != 0) reap();
    if (events[0].revents != 0) {
      Packet packet;
      if (receivePacket(server_.get(), packet) != Receipt::kPacket) return;
      const bool known = handle(packet);
      wipe(packet.bytes);
      if (!known) return;
    } else if (count == 0) {
      std::erase_if(unburied_, [this](const JailHandle& jail) { return factory_->forget(jail); });
      if (wants) refill();
    }
  }
}

bool Spawner::handle(Packet& packet) {
  if (auto order = decodeLaunchOrder(packet.bytes)) {
    launch(*order);
    wipeVariables(*order);
    return true;
  }
  if (const auto done = decodeRelease(packet.bytes)) {
    release(done->jail);
    return true;
  }
  return false;  // not our server
}

std::optional<JailHandle> Spawner::takeBlank(std::string& reason) {
  while (!blanks_.empty()) {
    JailHandle jail = std::move(blanks_.front());
    blanks_.pop_front();
    if (jail.pid > 0) return jail;
  }
  auto made = factory_->make();
  if (auto* failure = std::get_if<StepFailure>(&made)) {
    reason = failure->reason;
    return std::nullopt;
  }
  return std::move(std::get<JailHandle>(made));
}

void Spawner::tell(std::uint64_t request, const JailHandle& jail) {
  LaunchedReply reply{request, jail.id, static_cast<bool>(jail.groups.memoryPeak),
                      static_cast<bool>(jail.groups.memoryEvents)};
  std::vector<int> descriptors{jail.process.get(), jail.output.get(), jail.status.get(), jail.runtimeApi.get(),
                               jail.awsEndpoint.get()};
  if (reply.hasMemoryPeak) descriptors.push_back(jail.groups.memoryPeak.get());
  if (reply.hasMemoryEvents) descriptors.push_back(jail.groups.memoryEvents.get());
  if (const int error = sendPacket(server_.get(), encode(reply), descriptors); error != 0) {
    errno = error;
    base::throwErrno("hand over the jail");
  }
}

void Spawner::launch(const LaunchOrder& order) {
  std::string reason = "the jail could not be made";
  try {
    if (std::optional<JailHandle> jail = takeBlank(reason)) {
      // In the list first: whatever fails from here on, it is reaped and forgotten.
      Entry& entry = jails_[jail->pid];
      entry.jail = std::move(*jail);
      JailHandle& made = entry.jail;
      try {
        factory_->start(made, order);
        tell(order.request, made);
      } catch (...) {
        entry.released = true;
        factory_->kill(made);
        throw;
      }
      for (base::Fd* given : {&made.output, &made.status, &made.runtimeApi, &made.awsEndpoint,
                              &made.groups.memoryPeak, &made.groups.memoryEvents}) {
        given->reset();
      }
      return;
    }
  } catch (const std::exception& error) {
    reason = error.what();
  }
  sendPacket(server_.get(), encode(LaunchFailed{order.request, reason}));
}

void Spawner::refill() {
  try {
    auto made = factory_->make();
    if (auto* jail = std::get_if<JailHandle>(&made)) {
      blanks_.push_back(std::move(*jail));
      failures_ = 0;
      return;
    }
  } catch (const std::exception&) {
    // As below: without a pool, launches make their own jail and report what is wrong.
  }
  ++failures_;
}

void Spawner::reap() {
  signalfd_siginfo info{};
  while (read(children_.get(), &info, sizeof info) == sizeof info) {
  }
  for (;;) {
    const pid_t pid = waitpid(-1, nullptr, WNOHANG | __WALL);
    if (pid <= 0) return;
    if (const auto found = jails_.find(pid); found != jails_.end()) {
      found->second.ended = true;
      if (found->second.released) bury(found->second);
      continue;
    }
    for (JailHandle& blank : blanks_) {
      if (blank.pid != pid) continue;
      factory_->forget(blank);
      blank.pid = -1;
    }
  }
}

void Spawner::release(std::uint64_t id) {
  for (auto& [pid, entry] : jails_) {
    if (entry.jail.id != id) continue;
    entry.released = true;
    factory_->kill(entry.jail);
    if (entry.ended) bury(entry);
    return;
  }
}

void Spawner::bury(Entry& entry) {
  const pid_t pid = entry.jail.pid;
  factory_->kill(entry.jail);  // what outlived the first process where there is no process namespace
  if (!factory_->forget(entry.jail)) unburied_.push_back(std::move(entry.jail));
  jails_.erase(pid);
}

void Spawner::cleanUp() {
  for (JailHandle& blank : blanks_) {
    if (blank.pid > 0) jails_[blank.pid].jail = std::move(blank);
  }
  blanks_.clear();
  for (auto& [pid, entry] : jails_) factory_->kill(entry.jail);
  for (auto& [pid, entry] : jails_) {
    if (!entry.ended) waitpid(pid, nullptr, __WALL);
    factory_->forget(entry.jail);
  }
  for (const JailHandle& jail : unburied_) factory_->forget(jail);
  jails_.clear();
  cgroups_.reset();
  // A private run directory ends with our mount namespace.
  if (!surveyed_.runIsPrivate && !surveyed_.site.runDirectory.empty()) {
    base::removeTree(surveyed_.site.runDirectory);
  }
}

}  // namespace hearth::sandbox
