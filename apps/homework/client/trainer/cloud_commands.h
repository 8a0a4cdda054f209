// The commands about where the course runs: deploy and destroy, backup, privacy, doctor, demo.
#pragma once

#include "homework/client/trainer/command_table.h"

namespace hearth::homework::client {

// Both outlive the parsing and the action.
void addCloudCommands(CLI::App& app, CommandTable& table);

}  // namespace hearth::homework::client
