// What the two tools' command lines share: global options, and how a command ends.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "homework/client/common/result.h"
#include "homework/client/common/terminal.h"

namespace hearth::homework::client {

struct GlobalOptions {
  bool json = false;
  bool noInput = false;
  std::string colour = "auto";

  TerminalOptions terminal() const;
};

// Adds --json, --no-input and --color to `command`, and sets its help in 80 columns, also that of commands that are
// added later. `options` outlives it.
void addGlobalOptions(CLI::App& command, GlobalOptions& options, Lang lang = Lang::kEn);

// Tells a failure on standard error, with --json as a document on standard output as well. Returns the exit status.
int report(const Failure& failure, const GlobalOptions& options);

// Parses, and runs `act`, which does what was parsed. Tells failures on standard error, with --json as a document
// on standard output as well. Returns the exit status.
int runTool(CLI::App& app, int argc, char** argv, const GlobalOptions& options, const std::function<Status()>& act);

}  // namespace hearth::homework::client
