// Completion for bash, zsh and fish: scripts that ask the program itself for candidates, so that they never grow
// old.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace hearth::homework::client {

// What the shells' scripts call: `PROGRAM __complete WORD...`, the last word being the one under the cursor.
inline constexpr const char* kCompleteCommand = "__complete";

// The script of `program` for `bash`, `zsh` or `fish`; nullopt for any other shell.
std::optional<std::string> completionScript(const std::string& shell, const std::string& program = "homework");

// Names that only this computer knows.
struct KnownNames {
  std::vector<std::string> tests;
  std::vector<std::string> receipts;
};

// `word<TAB>description` for everything that can stand where the last of `words` stands and begins like it. Empty
// where a file name is wanted.
std::vector<std::string> candidates(const CLI::App& app, const std::vector<std::string>& words,
                                    const KnownNames& known);

}  // namespace hearth::homework::client
