// The command line of hearth: which commands there are, and what every one of them shares.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace CLI {
class App;
}

namespace hearth::cli {

// Exit codes, the same for every command.
enum ExitCode : int {
  kOk = 0,
  kFailed = 1,    // the server or the operation said no; the reason is on stderr
  kUsage = 2,     // the command line is wrong
  kNoServer = 3,  // no server runs on this data folder
  kNotFound = 4,  // what was named does not exist
};

// Collects the commands. A command is run after the whole line was parsed.
class Application final {
 public:
  Application();
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  CLI::App& app();
  // Adds a command; `command` runs when it was chosen, and returns the exit code.
  CLI::App& add(const std::string& name, const std::string& description, std::function<int()> command);
  // The same for a command below a command, after it was added.
  void choose(CLI::App& below, std::function<int()> command);
  int run(int argc, char** argv);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Prints "hearth: MESSAGE" and the hint of a fault to stderr; the exit code that fits.
int report(const Fault& fault);

// main() of the program: the client commands, and those that `addMore` adds.
int run(int argc, char** argv, const std::function<void(Application&)>& addMore);

// One per file.
void addEnvCommand(Application& application);
void addStatusCommands(Application& application);  // status, stop
void addDeployCommand(Application& application);
void addLogsCommand(Application& application);
void addMailCommand(Application& application);

}  // namespace hearth::cli
