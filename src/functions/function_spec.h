// FunctionSpec: everything that is needed to run one version of a function.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace hearth::functions {

// How events that were accepted for later are retried, and who is told how they ended
// (PutFunctionEventInvokeConfig).
struct EventPolicy {
  int maximumRetryAttempts = 2;                       // 0 to 2, after errors of the function
  std::chrono::seconds maximumEventAge{6 * 60 * 60};  // 60 seconds to 6 hours
  std::string onSuccess;                              // ARN of the destination; empty: nobody
  std::string onFailure;
};

struct FunctionSpec {
  std::string functionArn;  // arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME, without qualifier
  std::string name;
  std::string version = "$LATEST";
  std::string runtime;  // "provided.al2023", "python3.11"
  std::string handler;  // "module.function"; of provided runtimes whatever their bootstrap makes of it
  std::string code;     // content id in the code store
  std::map<std::string, std::string> environment;  // the function's own variables
  std::chrono::seconds timeout{3};                 // 1 to 900
  unsigned memoryMiB = 128;
  unsigned temporaryMiB = 512;
  std::string roleArn;
  std::string logGroup;  // /aws/lambda/NAME when empty
  std::optional<unsigned> reservedConcurrency;
  EventPolicy events;
  // Changes whenever anything above changes that a running process would not notice. Environments of another
  // revision serve what they have begun, and are retired.
  std::string revision;
};

// The parts of the ARN that logs and variables need; empty where the ARN is not one.
struct FunctionPlace {
  std::string partition;
  std::string region;
  std::string account;
};
FunctionPlace placeOf(const FunctionSpec& spec);
std::string logGroupOf(const FunctionSpec& spec);

}  // namespace hearth::functions
