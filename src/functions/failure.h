// Failure: how an invocation goes wrong, in Lambda's words.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "sandbox/protocol.h"

namespace hearth::functions {

inline constexpr std::size_t kMaxPayload = 6 * 1024 * 1024 + 100;  // as AWS counts it

// What is known of a runtime that ended. `type` is Lambda's error type, `reason` what follows "Error: ".
struct Failure {
  std::string type;    // "Runtime.ExitError"
  std::string reason;  // "Runtime exited with error: exit status 1"
};

enum class OutOfMemory : bool { kNo, kYes };

// Of a process that ended on its own; `ended` absent: it was killed from outside.
Failure failureOf(const sandbox::Ended* ended, std::string_view program, OutOfMemory outOfMemory);
Failure timeoutFailure(std::chrono::seconds timeout);
Failure missingBootstrap();
Failure oversizedResponse(std::size_t size);
Failure truncatedResponse();

// {"errorType":..., "errorMessage":"RequestId: ID Error: REASON"}, what the caller gets.
std::string errorDocument(const Failure& failure, std::string_view requestId);

// The signal's name as Lambda prints it: "killed", "segmentation fault".
std::string signalText(int signal);

}  // namespace hearth::functions
