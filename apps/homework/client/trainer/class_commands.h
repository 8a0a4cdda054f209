// The commands about the class: the board, reminders, extensions, scores, mails, grades, statistics.
#pragma once

#include "homework/client/trainer/command_table.h"

namespace hearth::homework::client {

// Both outlive the parsing and the action.
void addClassCommands(CLI::App& app, CommandTable& table);

}  // namespace hearth::homework::client
