// Runtimes: which there are, and how each is started.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearth::functions {

// provided, provided.al2, provided.al2023; python3.N, which the machine's own Python 3 runs whatever N is;
// nodejs18.x and later, which its Node.js runs whichever it is.
bool isSupportedRuntime(std::string_view runtime);
bool isProvidedRuntime(std::string_view runtime);
// What AWS ran once and refuses now: nodejs, nodejs4.3 to nodejs16.x, python2.7.
bool isRetiredRuntime(std::string_view runtime);

// The program that runs it; nullptr for provided runtimes.
struct RuntimeProgram {
  const char* path;     // "/usr/bin/node"
  const char* package;  // the Debian package that has it
};
const RuntimeProgram* runtimeProgram(std::string_view runtime);

// AWS_EXECUTION_ENV; empty for provided runtimes, which do not have it.
std::string executionEnvironment(std::string_view runtime);

// The command of a runtime with a bootstrap of its own below /var/runtime; empty for provided runtimes.
std::vector<std::string> runtimeCommand(std::string_view runtime, const std::string& runtimeDirectory,
                                        unsigned memoryMiB);

// What INIT_START says: "python:3.11.hearth", "nodejs:20.hearth", and a name in the shape of a runtime version's
// ARN.
std::string runtimeVersion(std::string_view runtime);
std::string runtimeVersionArn(std::string_view runtime, std::string_view partition, std::string_view region);

}  // namespace hearth::functions
