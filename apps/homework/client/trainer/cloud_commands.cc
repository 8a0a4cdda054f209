#include "homework/client/trainer/cloud_commands.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "homework/client/trainer/backup.h"
#include "homework/client/trainer/build_files.h"
#include "homework/client/trainer/demo/demo.h"
#include "homework/client/trainer/deploy_desk.h"
#include "homework/client/trainer/doctor.h"
#include "homework/client/trainer/privacy.h"
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
    std::string folder;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("deploy", "Create or update the pipeline's stacks through CloudFormation");
  command->add_option(
      "--course", options->folder,
      "Folder of the course, for sender, trainer and time zone; without one, the published course's");
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
    bool force = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("backup", "The whole course in one file");
  command->add_option("file", options->file, "FILE.tar.gz")->required();
  command->add_flag("--force", options->force, "Also over a file that is there");
  command->add_flag("--with-keys", options->withKeys,
                    "Also the values of students' keys, so that invites stay valid");
  table.add(command, [options](Desk& desk) {
    return saveBackup(desk, options->file, options->withKeys ? WithKeys::kYes : WithKeys::kNo,
                      options->force ? OverFile::kYes : OverFile::kNo);
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
    std::vector<std::string> what = {"-"};
    std::string course = ".";
  };
  const auto options = std::make_shared<Options>();
  CLI::App* receipt = app.add_subcommand("receipt", "Students' receipts")->require_subcommand(1)->fallthrough();
  CLI::App* command = receipt->add_subcommand("verify", "Whether a receipt is genuine; needs no server");
  command->add_option("receipt", options->what, "Files, - for standard input, or codes to look up")
      ->default_str("-");
  command->add_option("--course", options->course, "Folder of the course, where the public keys are kept")
      ->default_str(".");
  table.add(command, [options](Desk& desk) { return verifyReceiptCommand(desk, options->what, options->course); });
}

void addPrivacy(CLI::App& app, CommandTable& table) {
  struct Options {
    EraseOptions erase;
    std::string student;
    std::string out;
    bool yes = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* privacy = app.add_subcommand("privacy", "What is known about students: listed, given out, erased")
                          ->require_subcommand(1)
                          ->fallthrough();
  table.add(privacy->add_subcommand("inventory", "What is kept, where, why and how long"),
            [](Desk& desk) { return privacyInventory(desk); });
  CLI::App* give = privacy->add_subcommand("export", "Everything about one student, as JSON and readable");
  give->add_option("student", options->student, "Student id")->required();
  give->add_option("--out", options->out, "A .zip, or a folder; default: STUDENT.zip");
  table.add(give, [options](Desk& desk) { return privacyExport(desk, options->student, options->out); });
  CLI::App* erase = privacy->add_subcommand("erase", "Remove one student: every version of everything, for ever");
  erase->add_option("student", options->erase.student, "Student id")->required();
  erase->add_flag("--keep-statistics", options->erase.keepStatistics,
                  "Keep the numbers of tests; they name nobody");
  erase->add_flag("--dry-run", options->erase.dryRun, "Only count");
  erase->add_flag("--yes", options->yes, "Do not ask");
  table.add(erase, [options](Desk& desk) {
    options->erase.consent = options->yes ? Consent::kGiven : Consent::kAsk;
    return privacyErase(desk, options->erase);
  });
}

void addRetention(CLI::App& app, CommandTable& table) {
  struct Options {
    std::optional<int> days;
    std::string course = ".";
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("retention", "How long answers, scores and mails are kept; with a number, set it");
  command->add_option("days", options->days, "1 to 3650");
  command->add_option("--course", options->course, "Folder of the course, whose course.json is changed, too")
      ->default_str(".");
  table.add(command, [options](Desk& desk) { return retention(desk, options->days, options->course); });
}

void addDoctor(CLI::App& app, CommandTable& table) {
  const auto folder = std::make_shared<std::string>(".");
  CLI::App* command = app.add_subcommand(
      "doctor", "Whether everything is there that a course needs, and what to do where it is not");
  command->add_option("--course", *folder, "Folder of the course")->default_str(".");
  table.add(command, [folder](Desk& desk) { return doctor(desk, *folder); });
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
  addPrivacy(app, table);
  addRetention(app, table);
  addDoctor(app, table);
  addDemo(app, table);
}

}  // namespace hearth::homework::client
