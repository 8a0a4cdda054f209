#include "functions/failure.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <cerrno>

namespace hearth::functions {
namespace {

using Kind = sandbox::Ended::Kind;

std::string reasonOf(Kind kind, int value, OutOfMemory memory = OutOfMemory::kNo) {
  const sandbox::Ended ended{kind, value, {}};
  const Failure failure = failureOf(&ended, "/var/task/bootstrap", memory);
  return failure.type + ": " + failure.reason;
}

TEST(Failure, EndsAreToldInLambdasWords) {
  EXPECT_EQ(reasonOf(Kind::kExited, 0), "Runtime.ExitError: Runtime exited without providing a reason");
  EXPECT_EQ(reasonOf(Kind::kExited, 3), "Runtime.ExitError: Runtime exited with error: exit status 3");
  EXPECT_EQ(reasonOf(Kind::kSignaled, SIGSEGV),
            "Runtime.ExitError: Runtime exited with error: signal: segmentation fault");
  EXPECT_EQ(reasonOf(Kind::kSignaled, SIGSYS),
            "Runtime.ExitError: Runtime exited with error: signal: bad system call");
  EXPECT_EQ(reasonOf(Kind::kSignaled, SIGRTMIN + 1),
            "Runtime.ExitError: Runtime exited with error: signal: signal " + std::to_string(SIGRTMIN + 1));
  EXPECT_EQ(reasonOf(Kind::kNotStarted, ENOENT),
            "Runtime.InvalidEntrypoint: fork/exec /var/task/bootstrap: no such file or directory");
}

TEST(Failure, MemoryIsBlamedOnlyForAKill) {
  EXPECT_EQ(reasonOf(Kind::kSignaled, SIGKILL, OutOfMemory::kYes),
            "Runtime.OutOfMemory: Runtime exited with error: signal: killed");
  EXPECT_EQ(reasonOf(Kind::kExited, 1, OutOfMemory::kYes),
            "Runtime.ExitError: Runtime exited with error: exit status 1");
}

TEST(Failure, AProcessThatWasKilledFromOutsideTellsNothing) {
  EXPECT_EQ(failureOf(nullptr, "p", OutOfMemory::kNo).reason, "Runtime exited with error: signal: killed");
}

TEST(Failure, TheDocumentNamesTheRequest) {
  EXPECT_EQ(
      errorDocument(timeoutFailure(std::chrono::seconds(3)), "id-1"),
      R"({"errorType":"Sandbox.Timedout","errorMessage":"RequestId: id-1 Error: Task timed out after 3.00 seconds"})");
  EXPECT_EQ(errorDocument(oversizedResponse(7'000'000), "id-1"),
            R"({"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size (7000000 bytes) )"
            R"(exceeded maximum allowed payload size (6291556 bytes)."})");
}

}  // namespace
}  // namespace hearth::functions
