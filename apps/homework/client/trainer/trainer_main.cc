// `trainer`: the trainer's command.
#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "homework/client/common/closest.h"
#include "homework/client/common/command_line.h"
#include "homework/client/common/text.h"
#include "homework/client/student/completion.h"
#include "homework/client/trainer/class_commands.h"
#include "homework/client/trainer/cloud_commands.h"
#include "homework/client/trainer/content_commands.h"
#include "homework/client/trainer/desk.h"

namespace hearth::homework::client {
namespace {

const auto kEvery = [](const CLI::App*) { return true; };

// Whether the word after `word` is its value.
bool takesValue(const CLI::App& app, const CLI::App& command, const std::string& word) {
  if (!word.starts_with("-") || word.find('=') != std::string::npos) return false;
  for (const CLI::App* owner : {&command, &app}) {
    if (const CLI::Option* option = owner->get_option_no_throw(word)) return option->get_items_expected_max() > 0;
  }
  return false;
}

// A word where a command has to stand and that is none, or no command at all. Nothing when help is asked for.
std::optional<Failure> wrongCommand(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* place = &app;
  std::string path = app.get_name();
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--help" || word == "-h" || word == "--version") return std::nullopt;
    if (word.starts_with("-")) {
      i += takesValue(app, *place, word) ? 1 : 0;
      continue;
    }
    const auto found = place->get_subcommands([&](const CLI::App* sub) { return sub->get_name() == word; });
    if (found.empty()) {
      std::vector<std::string> names;
      for (const CLI::App* known : place->get_subcommands(kEvery)) names.push_back(known->get_name());
      const auto meant = closestWord(word, names);
      return Failure{Exit::kUsage,
                     "There is no command " + inQuotes(word) + "." +
                         (meant ? " Did you mean  " + path + " " + *meant + " ?" : ""),
                     "All of them:  " + path + " --help"};
    }
    place = found.front();
    path += " " + word;
    if (place->get_subcommands(kEvery).empty()) return std::nullopt;
  }
  return Failure{Exit::kUsage, "A command is missing after  " + path + " .", "All of them:  " + path + " --help"};
}

void addCompletion(CLI::App& app, CommandTable& table) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completion", "What a shell needs to complete commands and options");
  command->add_option("shell", *shell, "bash, zsh, fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer("Example:\n  eval \"$(trainer completion bash)\"");
  table.add(command, [shell](Desk& desk) -> Status {
    desk.terminal().send(completionScript(*shell, "trainer").value_or(""));
    return Done{};
  });
}

int run(int argc, char** argv) {
  GlobalOptions global;
  std::string name(kDefaultName);
  CLI::App app("Publish tests, see who has answered, score, and look after the mails.", "trainer");
  app.set_version_flag("--version", "trainer 0.1.0");
  app.footer(
      "It works on AWS, or on the Hearth of this checkout, or on whatever AWS_ENDPOINT_URL and the AWS credentials "
      "of the environment say. Exit codes: 0 done, 1 errors in the course or in the program, 2 usage, 3 no rights, "
      "4 server not reached, 6 refused, 130 interrupted.");
  addGlobalOptions(app, global);
  app.add_option("--name", name, "Name of the deployment, which its stacks begin with")->default_str("homework");
  app.require_subcommand(1);
  CommandTable table;
  addContentCommands(app, table);
  addClassCommands(app, table);
  addCloudCommands(app, table);
  addCompletion(app, table);
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (words.empty()) {
    std::cout << printable(app.help()) << std::flush;
    return 0;
  }
  if (words.front() == kCompleteCommand) {
    words.erase(words.begin());
    for (const std::string& candidate : candidates(app, words, {})) std::cout << printable(candidate) << "\n";
    return 0;
  }
  if (const auto wrong = wrongCommand(app, words)) {
    global.json = std::find(words.begin(), words.end(), "--json") != words.end();
    return report(*wrong, global);
  }
  return runTool(app, argc, argv, global, [&] {
    Terminal terminal(global.terminal());
    Desk desk(terminal, global.json ? Output::kJson : Output::kText, name);
    return table.act(desk);
  });
}

}  // namespace
}  // namespace hearth::homework::client

int main(int argc, char** argv) { return hearth::homework::client::run(argc, argv); }
