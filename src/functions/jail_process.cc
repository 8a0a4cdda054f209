#include "functions/jail_process.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <charconv>
#include <string>

namespace hearth::functions {

namespace {

constexpr std::size_t kPiece = 64 * 1024;  // a pipe's capacity
constexpr int kPiecesPerTurn = 4;          // then others have the loop
constexpr int kPiecesPerDrain = 16;

std::string readStart(int descriptor) {
  std::array<char, 1024> bytes{};
  const ssize_t size = pread(descriptor, bytes.data(), bytes.size(), 0);
  return std::string(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
}

std::string readStart(const std::string& path) {
  const base::Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file ? readStart(file.get()) : std::string();
}

// The number behind the last `label`, or at the front when it is empty.
unsigned long long numberBehind(std::string_view text, std::string_view label) {
  const std::size_t found = text.rfind(label);
  if (found == std::string_view::npos) return 0;
  text.remove_prefix(label.empty() ? 0 : found + label.size());
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  unsigned long long number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

struct JailProcess::State : std::enable_shared_from_this<State> {
  using Descriptor = boost::asio::posix::stream_descriptor;

  State(boost::asio::io_context& loop, sandbox::Launcher& jailLauncher, sandbox::Launched launched,
        Events callbacks)
      : launcher(jailLauncher),
        jail(std::move(launched)),
        events(std::move(callbacks)),
        output(loop, jail.output.release()),
        status(loop, jail.status.release()) {}

  void waitForOutput() {
    output.async_wait(Descriptor::wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
      if (error || !self->output.is_open()) return;
      if (self->readOutput(kPiecesPerTurn)) self->waitForOutput();
    });
  }

  // False at the end of the output.
  bool readOutput(int pieces) {
    // One buffer for all environments: the loop reads one of them at a time.
    static thread_local std::string buffer(kPiece, '\0');
    for (int piece = 0; piece < pieces && output.is_open(); ++piece) {
      const ssize_t size = ::read(output.native_handle(), buffer.data(), buffer.size());
      if (size == 0) return false;
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) return errno == EAGAIN;
      if (events.output) events.output({buffer.data(), static_cast<std::size_t>(size)});
      if (static_cast<std::size_t>(size) < kPiece / 2) return true;
    }
    return true;
  }

  void waitForEnd() {
    status.async_wait(Descriptor::wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
      if (error || !self->status.is_open()) return;
      std::array<char, 1024> bytes{};
      const ssize_t size = ::read(self->status.native_handle(), bytes.data(), bytes.size());
      if (size < 0 && (errno == EAGAIN || errno == EINTR)) return self->waitForEnd();
      self->status.close();
      self->readOutput(kPiecesPerDrain);
      auto ended = sandbox::decodeEnded({bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))});
      if (auto tell = std::exchange(self->events.ended, nullptr)) tell(std::move(ended), self->outOfMemory());
    });
  }

  OutOfMemory outOfMemory() const {
    if (!jail.memoryEvents) return OutOfMemory::kNo;
    const std::string text = readStart(jail.memoryEvents.get());
    return numberBehind(text, "oom_kill ") > 0 ? OutOfMemory::kYes : OutOfMemory::kNo;
  }

  // Without a cgroup: what the kernel says of the function's first process.
  unsigned long long peakOfProcess() {
    if (functionStatus.empty()) {
      const std::string info = readStart("/proc/self/fdinfo/" + std::to_string(jail.process.get()));
      const std::string init = std::to_string(numberBehind(info, "Pid:"));
      const std::string children = readStart("/proc/" + init + "/task/" + init + "/children");
      if (children.empty()) return 0;
      functionStatus = "/proc/" + std::to_string(numberBehind(children, "")) + "/status";
    }
    const base::Fd file(open(functionStatus.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 4096> bytes{};
    const ssize_t size = file ? ::read(file.get(), bytes.data(), bytes.size()) : 0;
    return numberBehind({bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))}, "VmHWM:") * 1024;
  }

  void close() {
    events = {};
    boost::system::error_code ignored;
    if (output.is_open()) output.close(ignored);
    if (status.is_open()) status.close(ignored);
    launcher.release(jail.id);
  }

  sandbox::Launcher& launcher;
  sandbox::Launched jail;
  Events events;
  Descriptor output;
  Descriptor status;
  std::string functionStatus;
};

JailProcess::JailProcess(boost::asio::io_context& loop, sandbox::Launcher& launcher, sandbox::Launched jail,
                         Events events)
    : state_(std::make_shared<State>(loop, launcher, std::move(jail), std::move(events))) {
  state_->waitForOutput();
  state_->waitForEnd();
}

JailProcess::~JailProcess() { state_->close(); }

void JailProcess::drainOutput() { state_->readOutput(kPiecesPerDrain); }

unsigned JailProcess::peakMiB() {
  const unsigned long long bytes = state_->jail.memoryPeak
                                       ? numberBehind(readStart(state_->jail.memoryPeak.get()), "")
                                       : state_->peakOfProcess();
  return static_cast<unsigned>((bytes + (1U << 20U) - 1) >> 20U);
}

void JailProcess::kill() { sandbox::killJail(state_->jail.process); }

}  // namespace hearth::functions
