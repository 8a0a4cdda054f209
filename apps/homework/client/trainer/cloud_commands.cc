#include "homework/client/trainer/cloud_commands.h"

#include <filesystem>
#include <memory>
#include <string>

#include "homework/client/trainer/backup.h"
#include "homework/client/trainer/build_files.h"
#include "homework/client/trainer/demo/demo.h"
#include "homework/client/trainer/deploy_desk.h"
#include "homework/client/trainer/receipt_desk.h"

namespace hearth::homework::client {
namespace {

namespace fs = std::filesystem;

// Where the templates and the package of this build are.
void addDefaults(DeployOptions& options) {
  const fs::path bin = ownFolder();
  if (options.templates.empty())
    options.templates = findPipelineFiles(bin).value_or(fs::path("apps") / "homework") / "deploy";
  if (options.page.empty()) options.page = bin.parent_path() / "web" / "index.html";
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
  command->add_option("--page", options->deploy.page, "The students' page, index.html");
  command->add_flag("--sender-is-verified", options->deploy.senderIsVerified,
                    "Do not make an SES identity for the sender");
  table.add(command, [options](Desk& desk) {
    addDefaults(options->deploy);
    return DeployDesk(desk).deploy(options->deploy, options->folder);
  });
}

void addDestroy(CLI::App& app, CommandTable& table) {
  struct Options {
    DestroyOptions destroy;
    bool yes = false;
    bool data = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("destroy", "Remove API and scoring; data and packages stay");
  command->add_flag("--yes", options->yes, "Do not ask for confirmation");
  command->add_flag("--delete-data", options->data, "Also delete all data, every version of it, for ever");
  command->add_option("--course-name", options->destroy.courseName,
                      "With --delete-data: the course's name, as consent");
  table.add(command, [options](Desk& desk) {
    options->destroy.consent = options->yes ? Consent::kGiven : Consent::kAsk;
    if (options->data) options->destroy.data = DestroyOptions::Data::kDelete;
    return DeployDesk(desk).destroy(options->destroy);
  });
}

void addBackup(CLI::App& app, CommandTable& table) {
  struct Options {
    std::string file;
    bool withKeys = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("backup", "The whole course in one file");
  command->add_option("file", options->file, "FILE.tar.gz")->required();
  command->add_flag("--with-keys", options->withKeys,
                    "Also the values of students' keys, so that invites stay valid");
  table.add(command, [options](Desk& desk) {
    return saveBackup(desk, options->file, options->withKeys ? WithKeys::kYes : WithKeys::kNo);
  });
}

void addRestore(CLI::App& app, CommandTable& table) {
  struct Options {
    RestoreOptions restore;
    std::string into;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("restore", "Bring a backup back into a deployment");
  command->add_option("file", options->restore.file, "FILE.tar.gz")->required();
  command->add_option("--into", options->into, "Name of the deployment; default: that of --name");
  command->add_flag("--force", options->restore.force, "Also over a course that is published there");
  command->add_flag("--dry-run", options->restore.dryRun, "Only check that the file is whole");
  table.add(command, [options](Desk& desk) {
    if (options->into.empty()) return restoreBackup(desk, options->restore);
    Desk other(desk.terminal(), desk.json() ? Output::kJson : Output::kText, options->into);
    return restoreBackup(other, options->restore);
  });
}

void addReceipt(CLI::App& app, CommandTable& table) {
  struct Options {
    std::string what = "-";
    std::string course = ".";
  };
  const auto options = std::make_shared<Options>();
  CLI::App* receipt = app.add_subcommand("receipt", "Students' receipts")->require_subcommand(1)->fallthrough();
  CLI::App* command = receipt->add_subcommand("verify", "Whether a receipt is genuine; needs no server");
  command->add_option("receipt", options->what, "A file, - for standard input, or a code to look up")
      ->default_str("-");
  command->add_option("--course", options->course, "Folder of the course, where the public keys are kept")
      ->default_str(".");
  table.add(command, [options](Desk& desk) { return verifyReceiptCommand(desk, options->what, options->course); });
}

void addDemo(CLI::App& app, CommandTable& table) {
  const auto options = std::make_shared<DemoOptions>();
  CLI::App* command =
      app.add_subcommand("demo",
                         "The whole pipeline on this machine in a minute, with a class and a clock of "
                         "its own");
  command->add_flag("--keep", options->keep, "Leave it running at the end");
  command->add_option("--folder", options->folder, "An empty folder for everything; default: a temporary one");
  table.add(command, [options](Desk& desk) {
    return runDemo(desk.terminal(), desk.json() ? Output::kJson : Output::kText, *options);
  });
}

}  // namespace

void addCloudCommands(CLI::App& app, CommandTable& table) {
  addDeploy(app, table);
  addDestroy(app, table);
  addBackup(app, table);
  addRestore(app, table);
  addReceipt(app, table);
  addDemo(app, table);
}

}  // namespace hearth::homework::client
