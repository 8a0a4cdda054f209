#include "sandbox/jail_factory.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "base/file.h"
#include "sandbox/init.h"
#include "sandbox/namespaces.h"

namespace hearth::sandbox {

namespace {

// A jail is ready within a millisecond or two; a machine that needs this long is stuck.
constexpr int kReadyTimeoutMs = 10'000;

struct Pipe {
  base::Fd out;
  base::Fd in;
};

Pipe makePipe() {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) base::throwErrno("pipe");
  Pipe pipe{base::Fd(ends[0]), base::Fd(ends[1])};
  if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) base::throwErrno("fcntl");
  return pipe;
}

Pipe makeControl() {
  int ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) base::throwErrno("socketpair");
  return {base::Fd(ends[0]), base::Fd(ends[1])};
}

}  // namespace

JailFactory::JailFactory(const Site& site, Cgroups& cgroups, Identities identities)
    : site_(site), cgroups_(cgroups), identities_(identities) {}

std::variant<JailHandle, StepFailure> JailFactory::make() {
  const std::uint64_t id = next_++;
  const std::string name = "j" + std::to_string(id);
  const bool ownId = site_.facilities.has(Facility::kOwnIdentity);
  const bool mapped = site_.facilities.has(Facility::kUserNamespace);
  const uid_t outer = ownId ? identities_.first + static_cast<uid_t>(id % identities_.count) : geteuid();
  const gid_t outerGroup = ownId ? outer : getegid();

  Pipe control = makeControl();
  Pipe output = makePipe();
  Pipe status = makePipe();
  JailHandle handle;
  handle.id = id;
  if (!site_.facilities.has(Facility::kMountNamespace)) {
    handle.temporary = site_.runDirectory + "/tmp-" + std::to_string(id);
    if (mkdir(handle.temporary.c_str(), 0700) != 0) base::throwErrno("mkdir", handle.temporary);
    if (ownId && chown(handle.temporary.c_str(), outer, outerGroup) != 0)
      base::throwErrno("chown", handle.temporary);
  }

  std::optional<Child> child = cloneProcess(cloneFlags(site_.facilities));
  if (!child) {
    const StepFailure failure{Facility::kUserNamespace, std::string("clone: ") + std::strerror(errno)};
    forget(handle);
    return failure;
  }
  if (child->pid == 0) {
    runJail(Jail{site_,
                 mapped ? kInnerUid : outer,
                 mapped ? kInnerGid : outerGroup,
                 std::move(control.in),
                 std::move(output.in),
                 std::move(status.in),
                 {},
                 {},
                 {},
                 handle.temporary.empty() ? "/tmp" : handle.temporary,
                 {}});
  }

  handle.pid = child->pid;
  handle.process = std::move(child->process);
  handle.control = std::move(control.out);
  handle.output = std::move(output.out);
  handle.status = std::move(status.out);
  control.in.reset();  // so that a jail that dies early is seen
  try {
    if (mapped) writeIdMaps(handle.pid, outer, outerGroup);
  } catch (const std::exception& error) {
    abandon(handle);
    return StepFailure{Facility::kUserNamespace, error.what()};
  }
  try {
    handle.groups = cgroups_.create(name, handle.pid);
  } catch (const std::exception& error) {
    handle.groups.name = name;
    abandon(handle);
    return StepFailure{Facility::kMemoryLimit, error.what()};
  }

  const char go = 1;
  pollfd waiting{handle.control.get(), POLLIN, 0};
  Packet packet;
  const bool answered = send(handle.control.get(), &go, 1, MSG_NOSIGNAL) == 1 &&
                        poll(&waiting, 1, kReadyTimeoutMs) == 1 &&
                        receivePacket(handle.control.get(), packet) == Receipt::kPacket;
  if (answered && typeOf(packet.bytes) == MessageType::kJailReady && packet.descriptors.size() == 2) {
    handle.runtimeApi = std::move(packet.descriptors[0]);
    handle.awsEndpoint = std::move(packet.descriptors[1]);
    return handle;
  }
  abandon(handle);
  if (const auto failed = answered ? decodeJailFailed(packet.bytes) : std::nullopt) {
    return StepFailure{failed->facility, failed->reason};
  }
  return StepFailure{Facility::kMountNamespace, "the jail died or hung while it was prepared"};
}

void JailFactory::start(const JailHandle& jail, const LaunchOrder& order) {
  cgroups_.limit(jail.groups, order.memoryMiB);
  std::string bytes = encode(order, MessageType::kStart);
  const int error = sendPacket(jail.control.get(), bytes);
  wipe(bytes);
  if (error != 0) {
    errno = error;
    base::throwErrno("start the jail");
  }
}

void JailFactory::kill(const JailHandle& jail) {
  if (!site_.facilities.has(Facility::kPidNamespace) && jail.pid > 0) {
    // The jail is a session of its own; a process that left it is only held by what else contains it.
    ::kill(-jail.pid, SIGKILL);
  }
  if (jail.process) syscall(SYS_pidfd_send_signal, jail.process.get(), SIGKILL, nullptr, 0);
}

void JailFactory::abandon(const JailHandle& jail) {
  kill(jail);
  waitpid(jail.pid, nullptr, __WALL);
  forget(jail);
}

bool JailFactory::forget(const JailHandle& jail) {
  if (!jail.temporary.empty()) base::removeTree(jail.temporary);
  return jail.groups.name.empty() || cgroups_.remove(jail.groups.name);
}

}  // namespace hearth::sandbox
