// `trainer`: the trainer's command.
#include <string>

#include "homework/client/common/command_line.h"
#include "homework/client/trainer/class_commands.h"
#include "homework/client/trainer/cloud_commands.h"
#include "homework/client/trainer/content_commands.h"
#include "homework/client/trainer/desk.h"

namespace hearth::homework::client {
namespace {

int run(int argc, char** argv) {
  GlobalOptions global;
  std::string name = "homework";
  CLI::App app("Publish tests, see who has answered, score, and look after the mails.", "trainer");
  app.set_version_flag("--version", "trainer 0.1.0");
  app.footer(
      "It works on AWS, or on the Hearth of this checkout, or on whatever AWS_ENDPOINT_URL and the AWS credentials "
      "of the\n"
      "environment say. Exit codes: 0 done, 1 errors in the course or in the program, 2 usage, 3 no rights, 4 "
      "server not\n"
      "reached, 6 refused, 130 interrupted.");
  addGlobalOptions(app, global);
  app.add_option("--name", name, "Name of the deployment, which its stacks begin with")->default_str("homework");
  app.require_subcommand(1);
  CommandTable table;
  addContentCommands(app, table);
  addClassCommands(app, table);
  addCloudCommands(app, table);
  return runTool(app, argc, argv, global, [&] {
    Terminal terminal(global.terminal());
    Desk desk(terminal, global.json ? Output::kJson : Output::kText, name);
    return table.act(desk);
  });
}

}  // namespace
}  // namespace hearth::homework::client

int main(int argc, char** argv) { return hearth::homework::client::run(argc, argv); }
