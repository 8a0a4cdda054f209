#include "sandbox/init.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "sandbox/names.h"
#include "sandbox/namespaces.h"

namespace hearth::sandbox {

namespace {

// Everything that was inherited from the spawner and is not this jail's. The standard three lead nowhere, and are
// taken, so that nothing opened later gets their numbers.
void closeForeignDescriptors(const Jail& jail) {
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null, standard);
  std::vector<unsigned> kept{static_cast<unsigned>(jail.control.get()), static_cast<unsigned>(jail.output.get()),
                             static_cast<unsigned>(jail.status.get())};
  std::sort(kept.begin(), kept.end());
  unsigned from = STDERR_FILENO + 1;
  for (unsigned descriptor : kept) {
    if (descriptor > from) syscall(SYS_close_range, from, descriptor - 1, 0);
    from = descriptor + 1;
  }
  syscall(SYS_close_range, from, ~0U, 0);
}

[[noreturn]] void tell(const Jail& jail, const Ended& ended) {
  const std::string bytes = encode(ended);
  // Below PIPE_BUF, so it is written whole; when nobody reads any more there is nobody to tell.
  const bool told = write(jail.status.get(), bytes.data(), bytes.size()) > 0;
  // Where the kernel does not end the rest with us: our session, ourselves included.
  if (!jail.site.facilities.has(Facility::kPidNamespace) && getsid(0) == getpid()) kill(0, SIGKILL);
  _exit(told ? 0 : 1);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

// In the function's own process. `failure` is closed by a successful execve.
[[noreturn]] void execute(Jail& jail, const base::Fd& failure) {
  dup2(jail.output.get(), STDOUT_FILENO);
  dup2(jail.output.get(), STDERR_FILENO);
  // Only the report of a failure stays, until execve closes it.
  constexpr int kReport = 3;
  if (failure.get() != kReport) dup3(failure.get(), kReport, O_CLOEXEC);
  syscall(SYS_close_range, kReport + 1U, ~0U, 0);

  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);

  const std::vector<char*> arguments = pointers(jail.order->arguments);
  const std::vector<char*> environment = pointers(jail.order->environment);
  execve(arguments[0], arguments.data(), environment.data());
  const int error = errno;
  (void)!write(kReport, &error, sizeof error);
  _exit(127);
}

// Ends of children as something to wait for beside other things.
base::Fd openChildSignals() {
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  sigprocmask(SIG_BLOCK, &children, nullptr);
  return base::Fd(signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK));
}

// Until a child has ended; meanwhile the function may ask for names.
void serveNames(const Jail& jail, const base::Fd& children) {
  pollfd waiting[] = {{children.get(), POLLIN, 0}, {jail.names.get(), POLLIN, 0}};
  if (poll(waiting, 2, -1) <= 0) return;
  if (waiting[1].revents != 0) answerNames(jail.names.get());
  signalfd_siginfo ended{};
  while (read(children.get(), &ended, sizeof ended) == sizeof ended) {
  }
}

// Reaps the function and what it left behind; ends with the function.
[[noreturn]] void awaitEnd(const Jail& jail, pid_t function, const base::Fd& children) {
  const bool serves = jail.names && children;
  for (;;) {
    int status = 0;
    const pid_t ended = waitpid(-1, &status, __WALL | (serves ? WNOHANG : 0));
    if (ended == 0) {
      serveNames(jail, children);
      continue;
    }
    if (ended < 0 && errno == EINTR) continue;
    if (ended < 0) _exit(1);
    if (ended != function) continue;
    if (WIFSIGNALED(status)) tell(jail, {Ended::Kind::kSignaled, WTERMSIG(status), {}});
    tell(jail, {Ended::Kind::kExited, WEXITSTATUS(status), {}});
  }
}

[[noreturn]] void runFunction(Jail& jail) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) tell(jail, {Ended::Kind::kNotStarted, errno, "pipe"});
  base::Fd failureOut(ends[0]);
  base::Fd failureIn(ends[1]);

  const base::Fd children = jail.names ? openChildSignals() : base::Fd();
  const std::optional<Child> child = cloneProcess(0);
  if (!child) tell(jail, {Ended::Kind::kNotStarted, errno, "fork"});
  if (child->pid == 0) execute(jail, failureIn);

  // The function's output ends when the function and its children end, not when we do.
  jail.output.reset();
  failureIn.reset();
  int error = 0;
  if (read(failureOut.get(), &error, sizeof error) == sizeof error) {
    tell(jail, {Ended::Kind::kNotStarted, error, std::strerror(error)});
  }
  awaitEnd(jail, child->pid, children);
}

}  // namespace

void runJail(Jail jail) {
  closeForeignDescriptors(jail);
  if (const auto failure = prepare(jail)) {
    sendPacket(jail.control.get(), encode(JailFailed{failure->facility, failure->reason}));
    _exit(1);
  }
  const int doors[2] = {jail.runtimeApi.get(), jail.awsEndpoint.get()};
  if (sendPacket(jail.control.get(), encode(JailReady{}), doors) != 0) _exit(1);

  Packet packet;
  if (receivePacket(jail.control.get(), packet) != Receipt::kPacket) _exit(0);  // never needed
  jail.order = decodeLaunchOrder(packet.bytes);
  if (!jail.order) _exit(1);
  if (const auto failure = complete(jail)) {
    tell(jail, {Ended::Kind::kContainment, static_cast<std::int32_t>(failure->facility), failure->reason});
  }
  if (jail.order->rehearsal) tell(jail, {Ended::Kind::kRehearsed, 0, {}});
  runFunction(jail);
}

}  // namespace hearth::sandbox
