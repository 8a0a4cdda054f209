// The commands of `trainer`: what the command line knows, and what is done when one was given.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <utility>
#include <vector>

#include "homework/client/common/result.h"

namespace hearth::homework::client {

class Desk;

class CommandTable final {
 public:
  using Action = std::function<Status(Desk&)>;

  // `command` does `action` when it was given. What `action` needs of the command's options it shares with them.
  void add(CLI::App* command, Action action) { entries_.emplace_back(command, std::move(action)); }

  // Does what was parsed. Precondition: the command line was parsed, and it requires a command.
  Status act(Desk& desk) const {
    for (const auto& [command, action] : entries_) {
      if (command->parsed()) return action(desk);
    }
    return Failure{Exit::kUsage, "There is no such command.", "See  trainer --help"};
  }

 private:
  std::vector<std::pair<CLI::App*, Action>> entries_;
};

inline constexpr const char* kTestHelp = "SUBJECT/TEST, or TEST where only one subject has it";

}  // namespace hearth::homework::client
