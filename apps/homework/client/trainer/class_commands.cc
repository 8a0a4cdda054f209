#include "homework/client/trainer/class_commands.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "homework/client/common/files.h"
#include "homework/client/trainer/class_desk.h"

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
    return ClassDesk(desk).deploy(options->deploy, options->folder);
  });
}

void addDestroy(CLI::App& app, CommandTable& table) {
  const auto yes = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("destroy", "Remove API and scoring; data and packages stay");
  command->add_flag("--yes", *yes, "Do not ask for confirmation");
  table.add(command, [yes](Desk& desk) {
    return ClassDesk(desk).destroy(*yes ? ClassDesk::Consent::kGiven : ClassDesk::Consent::kAsk);
  });
}

void addStatus(CLI::App& app, CommandTable& table) {
  const auto test = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("status", "Who has answered, who has not, scores and mails");
  command->add_option("test", *test, kTestHelp);
  table.add(command, [test](Desk& desk) { return ClassDesk(desk).status(*test); });
}

void addScore(CLI::App& app, CommandTable& table) {
  const auto request = std::make_shared<ScoringRequest>();
  CLI::App* command =
      app.add_subcommand("score", "Score tests past their deadline and send the mails; safe to repeat");
  command->add_option("test", request->test, kTestHelp);
  command->add_flag("--now", request->now, "Also tests that are still open");
  command->add_flag("--dry-run", request->dryRun, "Only say what would be done");
  table.add(command, [request](Desk& desk) { return ClassDesk(desk).score(*request); });
}

void addMail(CLI::App& app, CommandTable& table) {
  struct Options {
    std::string id;
    std::vector<std::string> ids;
    bool failed = false;
    bool raw = false;

    ClassDesk::Mails which() const { return failed ? ClassDesk::Mails::kFailed : ClassDesk::Mails::kAll; }
  };
  const auto options = std::make_shared<Options>();
  CLI::App* mail = app.add_subcommand("mail", "The mails of scoring")->require_subcommand(1)->fallthrough();
  CLI::App* list = mail->add_subcommand("list", "All mails with their state");
  list->add_flag("--failed", options->failed, "Only those that could not be sent");
  table.add(list, [options](Desk& desk) { return ClassDesk(desk).listMails(options->which()); });
  CLI::App* show = mail->add_subcommand("show", "One mail");
  show->add_option("id", options->id, "The beginning of its id")->required();
  show->add_flag("--raw", options->raw, "The MIME message as it is sent");
  table.add(show, [options](Desk& desk) {
    return ClassDesk(desk).showMail(options->id, options->raw ? ClassDesk::Form::kRaw : ClassDesk::Form::kReadable);
  });
  CLI::App* resend = mail->add_subcommand("resend", "Let the next scoring run try mails again");
  resend->add_option("id", options->ids, "The beginnings of their ids");
  resend->add_flag("--failed", options->failed, "All that failed");
  table.add(resend, [options](Desk& desk) { return ClassDesk(desk).resendMails(options->ids, options->which()); });
}

void addGrades(CLI::App& app, CommandTable& table) {
  const auto file = std::make_shared<std::string>();
  CLI::App* grades = app.add_subcommand("grades", "Grades of all tests")->require_subcommand(1)->fallthrough();
  CLI::App* command = grades->add_subcommand("export", "A row per student, as CSV");
  command->add_option("--out", *file, "File; default: standard output");
  table.add(command, [file](Desk& desk) { return ClassDesk(desk).exportGrades(*file); });
}

}  // namespace

void addClassCommands(CLI::App& app, CommandTable& table) {
  addDeploy(app, table);
  addDestroy(app, table);
  addStatus(app, table);
  addScore(app, table);
  addMail(app, table);
  addGrades(app, table);
}

}  // namespace hearth::homework::client
