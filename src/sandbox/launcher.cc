#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <deque>
#include <functional>
#include <map>

#include "base/file.h"
#include "base/log.h"
#include "sandbox/launch.h"

namespace hearth::sandbox {

namespace {

constexpr std::size_t kMostQueued = 100'000;  // releases that the spawner does not take

Fault gone() { return Fault("ServiceException", "The process that starts functions has ended.", 500); }

}  // namespace

struct Launcher::Impl : std::enable_shared_from_this<Launcher::Impl> {
  using Done = std::function<void(Result<Launched>)>;

  Impl(boost::asio::io_context& loop, const LauncherOptions& launcherOptions)
      : options(launcherOptions), socket(loop) {}

  struct Pending {
    Done done;
    std::unique_ptr<boost::asio::steady_timer> deadline;
  };

  void wait() {
    socket.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](const boost::system::error_code& error) {
                        if (!error) self->receive();
                      });
  }

  // Takes every packet that is there.
  void receive() {
    Packet packet;
    for (;;) {
      switch (receivePacket(socket.native_handle(), packet)) {
        case Receipt::kNothing:
          return wait();
        case Receipt::kClosed:
          return fail();
        case Receipt::kPacket:
          answer(packet);
      }
      if (!socket.is_open()) return;
    }
  }

  void answer(Packet& packet) {
    if (const auto failed = decodeLaunchFailed(packet.bytes)) {
      return finish(failed->request, Fault("ServiceException",
                                           "The function's environment could not be made: " + failed->reason, 500));
    }
    const auto launched = decodeLaunched(packet.bytes);
    const std::size_t count =
        launched ? 5U + (launched->hasMemoryPeak ? 1U : 0U) + (launched->hasMemoryEvents ? 1U : 0U) : 0;
    if (!launched || packet.descriptors.size() != count) return fail();
    Launched jail;
    jail.id = launched->jail;
    auto next = packet.descriptors.begin();
    for (base::Fd* into : {&jail.process, &jail.output, &jail.status, &jail.runtimeApi, &jail.awsEndpoint}) {
      *into = std::move(*next++);
    }
    if (launched->hasMemoryPeak) jail.memoryPeak = std::move(*next++);
    if (launched->hasMemoryEvents) jail.memoryEvents = std::move(*next++);
    // Nobody waits for it any more: it came after its deadline.
    if (!pending.contains(launched->request)) return release(jail.id);
    finish(launched->request, std::move(jail));
  }

  void begin(std::uint64_t request, const std::string& bytes, Done done) {
    if (!socket.is_open()) return done(gone());
    auto deadline = std::make_unique<boost::asio::steady_timer>(socket.get_executor(), options.launchTime);
    deadline->async_wait([weak = weak_from_this(), request](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (!self || error) return;
      self->finish(request, Fault("ServiceException", "The function's environment was not made in time.", 500));
    });
    pending.emplace(request, Pending{std::move(done), std::move(deadline)});
    const int error = sendPacket(socket.native_handle(), bytes);
    if (error == EAGAIN) {
      finish(request, Fault("ServiceException", "Too many environments are being started.", 500));
    } else if (error != 0) {
      fail();
    }
  }

  // In order, as soon as the spawner takes them: a release that is not sent leaves a jail behind.
  void release(std::uint64_t id) {
    if (!socket.is_open()) return;
    releases.push_back(id);
    if (releases.size() == 1) sendReleases();
    if (releases.size() > kMostQueued) fail();
  }

  void sendReleases() {
    while (!releases.empty()) {
      const int error = sendPacket(socket.native_handle(), encode(Release{releases.front()}));
      if (error == EAGAIN) {
        return socket.async_wait(boost::asio::posix::stream_descriptor::wait_write,
                                 [self = shared_from_this()](const boost::system::error_code& failed) {
                                   if (!failed && self->socket.is_open()) self->sendReleases();
                                 });
      }
      if (error != 0) return fail();
      releases.pop_front();
    }
  }

  void finish(std::uint64_t request, Result<Launched> result) {
    const auto found = pending.find(request);
    if (found == pending.end()) return;
    Done done = std::move(found->second.done);
    pending.erase(found);
    done(std::move(result));
  }

  void fail() {
    base::logError("sandbox", "the spawner has ended");
    close();
    if (auto tell = std::exchange(ended, nullptr)) tell();
  }

  void close() {
    if (socket.is_open()) {
      boost::system::error_code ignored;
      socket.close(ignored);
    }
    releases.clear();
    while (!pending.empty()) finish(pending.begin()->first, gone());
  }

  LauncherOptions options;
  boost::asio::posix::stream_descriptor socket;
  pid_t spawner = -1;
  Ready ready;
  base::Fd runDirectory;
  std::uint64_t nextRequest = 1;
  std::map<std::uint64_t, Pending> pending;
  std::deque<std::uint64_t> releases;  // not sent yet
  std::function<void()> ended;
};

Launcher::Launcher(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Launcher::~Launcher() { stop(); }

Result<std::unique_ptr<Launcher>> Launcher::start(boost::asio::io_context& loop, const LauncherOptions& options) {
  const auto failed = [](const std::string& what, int error) {
    return Fault("SpawnerFailed", what + ": " + std::strerror(error), 500);
  };
  int ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return failed("socketpair", errno);
  base::Fd ours(ends[0]);
  base::Fd theirs(ends[1]);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, theirs.get(), 3);
  std::string program = options.spawnerPath;
  char* arguments[] = {program.data(), nullptr};
  // Nothing of the server's environment: it may hold the master key. The session's folder in memory is all it
  // needs.
  std::string session;
  if (const char* path = std::getenv("XDG_RUNTIME_DIR")) session = std::string("XDG_RUNTIME_DIR=") + path;
  char* environment[] = {session.empty() ? nullptr : session.data(), nullptr};
  auto impl = std::make_shared<Impl>(loop, options);
  const int error = posix_spawn(&impl->spawner, program.c_str(), &actions, nullptr, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return failed("start " + program, error);
  theirs.reset();

  const Configure configure{options.mode, options.runDirectory, options.runtimesDirectory, options.pooledJails};
  const int sent = sendPacket(ours.get(), encode(configure));
  impl->socket.assign(ours.release());
  std::unique_ptr<Launcher> launcher(new Launcher(std::move(impl)));
  if (sent != 0) return failed("configure " + program, sent);
  return launcher;
}

Result<void> Launcher::awaitReady() {
  Packet packet;
  const int socket = impl_->socket.native_handle();
  if (receivePacket(socket, packet) != Receipt::kPacket) {
    return Fault("JailRefused", impl_->options.spawnerPath + " ended before it was ready.", 500);
  }
  if (const auto refused = decodeRefused(packet.bytes)) return Fault("JailRefused", refused->reason, 500);
  auto ready = decodeReady(packet.bytes);
  if (!ready || packet.descriptors.size() != 1) {
    return Fault("JailRefused", impl_->options.spawnerPath + " is of another version.", 500);
  }
  impl_->ready = std::move(*ready);
  impl_->runDirectory = std::move(packet.descriptors.front());
  fcntl(socket, F_SETFL, O_NONBLOCK);
  impl_->wait();
  return {};
}

const std::vector<Wall>& Launcher::walls() const { return impl_->ready.walls; }

int Launcher::runDirectory() const { return impl_->runDirectory.get(); }

JailPaths Launcher::paths(const std::string& code, const std::string& layers) const {
  if (impl_->ready.facilities.has(Facility::kMountNamespace))
    return {"/var/task", "/var/runtime", "/opt", "/etc/hearth/ca.pem"};
  const std::string shelf = impl_->ready.runPath + "/code/";
  return {shelf + code, impl_->options.runtimesDirectory, layers.empty() ? "/opt" : shelf + layers,
          impl_->ready.runPath + "/trust/ca.pem"};
}

void Launcher::setAuthority(std::string_view certificate) {
  base::writeFileAtomically("/proc/self/fd/" + std::to_string(runDirectory()) + "/trust/ca.pem", certificate, 0644);
}

Task<Result<Launched>> Launcher::launch(LaunchSpec spec) {
  const std::uint64_t request = impl_->nextRequest++;
  LaunchOrder order{request,
                    std::move(spec.code),
                    std::move(spec.layers),
                    std::move(spec.arguments),
                    std::move(spec.environment),
                    spec.memoryMiB,
                    spec.temporaryMiB,
                    false};
  std::string bytes = encode(order);
  if (bytes.size() > kMessageLimit) {
    co_return Fault("InvalidParameterValueException", "Arguments and environment variables are too large.", 400);
  }
  const std::shared_ptr<Impl> impl = impl_;
  auto start = [impl, request, bytes = std::move(bytes)](Impl::Done done) {
    impl->begin(request, bytes, std::move(done));
  };
  co_return co_await base::awaitCallback<Result<Launched>>(std::move(start));
}

void Launcher::release(std::uint64_t id) { impl_->release(id); }

bool Launcher::alive() const {
  if (!impl_->socket.is_open()) return false;
  pollfd state{impl_->socket.native_handle(), 0, 0};
  return poll(&state, 1, 0) == 0;
}

void Launcher::onEnd(std::function<void()> tell) { impl_->ended = std::move(tell); }

void Launcher::stop() {
  impl_->ended = nullptr;
  if (impl_->spawner < 0) return;
  impl_->close();
  while (waitpid(impl_->spawner, nullptr, 0) < 0 && errno == EINTR) {
  }
  impl_->spawner = -1;
}

void killJail(const base::Fd& process) {
  if (process) syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
}

}  // namespace hearth::sandbox
