#include "homework/client/student/completion.h"

#include <algorithm>
#include <set>

namespace hearth::homework::client {
namespace {

constexpr const char* kBash = R"(# homework: completion for bash
_homework() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("${line%%$'\t'*}")
  done < <(homework __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _homework homework
)";

constexpr const char* kZsh = R"(#compdef homework
# homework: completion for zsh
_homework() {
  local line
  local -a found
  while IFS= read -r line; do
    found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done < <(homework __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( ${#found} )); then
    _describe -t words homework found
  else
    _files
  fi
}
if [[ "${zsh_eval_context[-1]}" == loadautofunc ]]; then
  _homework "$@"
else
  compdef _homework homework
fi
)";

constexpr const char* kFish = R"(# homework: completion for fish
function __homework_complete
    set -l words (commandline -opc) (commandline -ct)
    homework __complete $words[2..-1] 2>/dev/null
end
complete -c homework -f -a '(__homework_complete)'
complete -c homework -l invite-file -r -F
complete -c homework -l answers -r -F
)";

constexpr const char* kName = "homework";  // in the scripts above

std::string forProgram(std::string script, const std::string& program) {
  if (program == kName) return script;
  // What the student's command says of its own options; the other one's arguments are files more often than not.
  if (const std::size_t at = script.find("complete -c homework -l "); at != std::string::npos) script.erase(at);
  if (const std::size_t at = script.find("complete -c homework -f "); at != std::string::npos)
    script.replace(at, 24, "complete -c homework ");
  const std::string_view name = kName;
  for (std::size_t at = script.find(name); at != std::string::npos; at = script.find(name, at + program.size()))
    script.replace(at, name.size(), program);
  return script;
}

struct Candidate {
  std::string word;
  std::string description;
};

// Options whose value is one of few words.
std::optional<std::vector<Candidate>> valuesOf(const std::string& option) {
  if (option == "--color") return std::vector<Candidate>{{"auto", ""}, {"always", ""}, {"never", ""}};
  if (option == "--lang") return std::vector<Candidate>{{"en", "English"}, {"pl", "polski"}};
  if (option == "--invite-file" || option == "--answers" || option == "--answer") return std::vector<Candidate>{};
  return std::nullopt;
}

void addCommands(std::vector<Candidate>& out, const CLI::App& app) {
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    out.push_back({command->get_name(), command->get_description()});
  }
}

void addOptions(std::vector<Candidate>& out, const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) out.push_back({"--" + name, option->get_description()});
  }
}

void addNames(std::vector<Candidate>& out, const CLI::App& command, const KnownNames& known) {
  const std::string& name = command.get_name();
  if (name == "completion") out.insert(out.end(), {{"bash", ""}, {"zsh", ""}, {"fish", ""}});
  if (name == "receipt" || name == "verify" || name == "show") {
    const bool receipts = name != "show" || command.get_parent()->get_name() == "receipt";
    if (receipts) {
      for (const std::string& code : known.receipts) out.push_back({code, ""});
      return;
    }
  }
  const std::set<std::string> named = {"do", "submit", "status", "show", "result"};
  if (!named.contains(name)) return;
  for (const std::string& test : known.tests) out.push_back({test, ""});
}

}  // namespace

std::optional<std::string> completionScript(const std::string& shell, const std::string& program) {
  if (shell == "bash") return forProgram(kBash, program);
  if (shell == "zsh") return forProgram(kZsh, program);
  if (shell == "fish") return forProgram(kFish, program);
  return std::nullopt;
}

std::vector<std::string> candidates(const CLI::App& app, const std::vector<std::string>& words,
                                    const KnownNames& known) {
  const std::string current = words.empty() ? "" : words.back();
  const CLI::App* command = &app;
  bool argumentGiven = false;
  std::vector<Candidate> found;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (valuesOf(word)) {
      ++i;  // its value
    } else if (!word.starts_with("-")) {
      const auto named = command->get_subcommands([&](const CLI::App* sub) { return sub->get_name() == word; });
      argumentGiven = argumentGiven || named.empty();
      if (!named.empty()) command = named.front();
    }
  }
  const auto values = words.size() < 2 ? std::nullopt : valuesOf(words[words.size() - 2]);
  if (values) {
    found = *values;
  } else if (current.starts_with("-")) {
    addOptions(found, *command);
    if (command != &app) addOptions(found, app);
  } else if (!argumentGiven) {
    addCommands(found, *command);
    addNames(found, *command, known);
  }
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (const Candidate& candidate : found) {
    if (candidate.word.starts_with(current) && seen.insert(candidate.word).second) {
      out.push_back(candidate.word + "\t" + candidate.description);
    }
  }
  return out;
}

}  // namespace hearth::homework::client
