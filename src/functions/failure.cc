#include "functions/failure.h"

#include <signal.h>

#include <array>
#include <cstdio>
#include <cstring>

#include "base/bytes.h"
#include "base/json.h"

namespace hearth::functions {

std::string signalText(int signal) {
  struct Name {
    int signal;
    const char* text;
  };
  static constexpr std::array kNames{
      Name{SIGABRT, "aborted"},
      Name{SIGALRM, "alarm clock"},
      Name{SIGBUS, "bus error"},
      Name{SIGFPE, "floating point exception"},
      Name{SIGHUP, "hangup"},
      Name{SIGILL, "illegal instruction"},
      Name{SIGINT, "interrupt"},
      Name{SIGKILL, "killed"},
      Name{SIGPIPE, "broken pipe"},
      Name{SIGQUIT, "quit"},
      Name{SIGSEGV, "segmentation fault"},
      Name{SIGTERM, "terminated"},
      Name{SIGTRAP, "trace/breakpoint trap"},
      Name{SIGSYS, "bad system call"},
      Name{SIGUSR1, "user defined signal 1"},
      Name{SIGUSR2, "user defined signal 2"},
  };
  for (const Name& name : kNames) {
    if (name.signal == signal) return name.text;
  }
  return "signal " + std::to_string(signal);
}

Failure failureOf(const sandbox::Ended* ended, std::string_view program, OutOfMemory outOfMemory) {
  using Kind = sandbox::Ended::Kind;
  if (ended == nullptr || ended->kind == Kind::kSignaled) {
    const bool memory = outOfMemory == OutOfMemory::kYes;
    return {memory ? "Runtime.OutOfMemory" : "Runtime.ExitError",
            "Runtime exited with error: signal: " + signalText(ended == nullptr ? SIGKILL : ended->value)};
  }
  if (ended->kind == Kind::kNotStarted) {
    return {"Runtime.InvalidEntrypoint",
            "fork/exec " + std::string(program) + ": " + base::toLower(std::strerror(ended->value))};
  }
  if (ended->value == 0) return {"Runtime.ExitError", "Runtime exited without providing a reason"};
  return {"Runtime.ExitError", "Runtime exited with error: exit status " + std::to_string(ended->value)};
}

Failure timeoutFailure(std::chrono::seconds timeout) {
  return {"Sandbox.Timedout", "Task timed out after " + std::to_string(timeout.count()) + ".00 seconds"};
}

Failure missingBootstrap() {
  return {"Runtime.InvalidEntrypoint", "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"};
}

Failure oversizedResponse(std::size_t size) {
  return {"Function.ResponseSizeTooLarge", "Response payload size (" + std::to_string(size) +
                                               " bytes) exceeded maximum allowed payload size (" +
                                               std::to_string(kMaxPayload) + " bytes)."};
}

Failure truncatedResponse() { return {"Runtime.TruncatedResponse", "HTTP request detected as truncated"}; }

std::string errorDocument(const Failure& failure, std::string_view requestId) {
  JsonObject document;
  document["errorType"] = failure.type;
  // The size alone stands without the request's id.
  document["errorMessage"] = failure.type == "Function.ResponseSizeTooLarge"
                                 ? failure.reason
                                 : "RequestId: " + std::string(requestId) + " Error: " + failure.reason;
  return base::writeJson(document);
}

}  // namespace hearth::functions
