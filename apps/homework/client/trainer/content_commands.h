// The commands about a course's content: its files, publishing, the roster.
#pragma once

#include "homework/client/trainer/command_table.h"

namespace hearth::homework::client {

// Both outlive the parsing and the action.
void addContentCommands(CLI::App& app, CommandTable& table);

}  // namespace hearth::homework::client
