// The commands about the class and its deployment: deploy, status, scores, mails, grades.
#pragma once

#include "homework/client/trainer/command_table.h"

namespace hearth::homework::client {

// Both outlive the parsing and the action.
void addClassCommands(CLI::App& app, CommandTable& table);

}  // namespace hearth::homework::client
