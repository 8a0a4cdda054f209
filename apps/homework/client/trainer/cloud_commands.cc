#include "homework/client/trainer/cloud_commands.h"

#include <filesystem>
#include <memory>
#include <string>

#include "homework/client/trainer/deploy_desk.h"

namespace hearth::homework::client {
namespace {

namespace fs = std::filesystem;

// Where the templates and the package of this build are.
void addDefaults(DeployOptions& options) {
  const fs::path bin = ownFolder();
  const fs::path checkout = bin.parent_path().parent_path().parent_path() / "apps" / "homework" / "deploy";
  if (options.templates.empty())
    options.templates = fs::exists(checkout) ? checkout : fs::path("apps/homework/deploy");
  if (options.package.empty()) options.package = bin.parent_path() / "functions" / "homework.zip";
}

void addDeploy(CLI::App& app, CommandTable& table) {
  struct Options {
    DeployOptions deploy;
    std::string folder = ".";
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("deploy", "Create or update the pipeline's stacks through CloudFormation");
  command->add_option("--course", options->folder, "Folder of the course, for sender, trainer and time zone");
  command->add_option("--sender", options->deploy.sender, "Address that mails come from");
  command->add_option("--trainer", options->deploy.trainer, "Address of the trainer");
  command->add_option("--time-zone", options->deploy.timeZone, "IANA time zone of the schedule");
  command->add_option("--schedule", options->deploy.schedule, "When scoring runs; default: cron(0 23 ? * MON *)");
  command->add_option("--bucket", options->deploy.bucket,
                      "Name for the data bucket; default: CloudFormation chooses");
  command->add_option("--templates", options->deploy.templates, "Folder of the templates");
  command->add_option("--package", options->deploy.package, "The functions' package, homework.zip");
  command->add_flag("--sender-is-verified", options->deploy.senderIsVerified,
                    "Do not make an SES identity for the sender");
  table.add(command, [options](Desk& desk) {
    addDefaults(options->deploy);
    return DeployDesk(desk).deploy(options->deploy, options->folder);
  });
}

void addDestroy(CLI::App& app, CommandTable& table) {
  const auto yes = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("destroy", "Remove API and scoring; data and packages stay");
  command->add_flag("--yes", *yes, "Do not ask for confirmation");
  table.add(command,
            [yes](Desk& desk) { return DeployDesk(desk).destroy(*yes ? Consent::kGiven : Consent::kAsk); });
}

}  // namespace

void addCloudCommands(CLI::App& app, CommandTable& table) {
  addDeploy(app, table);
  addDestroy(app, table);
}

}  // namespace hearth::homework::client
