// `trainer`: the trainer's command.
#include <filesystem>
#include <string>
#include <vector>

#include "homework/client/common/command_line.h"
#include "homework/client/trainer/desk.h"

namespace hearth::homework::client {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  GlobalOptions global;
  std::string name = "homework";
  std::string folder = ".";
  std::string test;
  std::string student;
  std::string file;
  std::string mailId;
  std::vector<std::string> mailIds;
  DeployOptions deploy;
  InviteOptions invite;
  ScoringRequest scoring;
  bool dryRun = false;
  bool force = false;
  bool yes = false;
  bool failed = false;
  bool raw = false;
};

// Where the templates and the package of this build are.
void addDefaults(DeployOptions& options) {
  const fs::path bin = ownFolder();
  const fs::path checkout = bin.parent_path().parent_path().parent_path() / "apps" / "homework" / "deploy";
  if (options.templates.empty())
    options.templates = fs::exists(checkout) ? checkout : fs::path("apps/homework/deploy");
  if (options.package.empty()) options.package = bin.parent_path() / "functions" / "homework.zip";
}

// The commands, as CLI11 knows them.
struct Commands {
  CLI::App* check;
  CLI::App* deploy;
  CLI::App* destroy;
  CLI::App* publish;
  CLI::App* rosterList;
  CLI::App* invite;
  CLI::App* rotate;
  CLI::App* revoke;
  CLI::App* status;
  CLI::App* score;
  CLI::App* mailList;
  CLI::App* mailShow;
  CLI::App* mailResend;
  CLI::App* grades;
};

constexpr const char* kTestHelp = "SUBJECT/TEST, or TEST where only one subject has it";

void addCourseCommands(CLI::App& app, Arguments& arguments, Commands& commands) {
  commands.check =
      app.add_subcommand("check", "Look for mistakes in a course's files; exit status 1 when there are errors");
  commands.check->add_option("path", arguments.folder, "Folder of the course")->default_str(".");

  commands.publish =
      app.add_subcommand("publish", "Make the course's tests, students and settings what is in effect");
  commands.publish->add_option("path", arguments.folder, "Folder of the course")->default_str(".");
  commands.publish->add_flag("--dry-run", arguments.dryRun, "Only show what would change");
  commands.publish->add_flag("--force", arguments.force,
                             "Also change questions that students have answered already");

  commands.deploy = app.add_subcommand("deploy", "Create or update the pipeline's stacks through CloudFormation");
  commands.deploy->add_option("--course", arguments.folder,
                              "Folder of the course, for sender, trainer and time zone");
  commands.deploy->add_option("--sender", arguments.deploy.sender, "Address that mails come from");
  commands.deploy->add_option("--trainer", arguments.deploy.trainer, "Address of the trainer");
  commands.deploy->add_option("--time-zone", arguments.deploy.timeZone, "IANA time zone of the schedule");
  commands.deploy->add_option("--schedule", arguments.deploy.schedule,
                              "When scoring runs; default: cron(0 23 ? * MON *)");
  commands.deploy->add_option("--bucket", arguments.deploy.bucket,
                              "Name for the data bucket; default: CloudFormation chooses");
  commands.deploy->add_option("--templates", arguments.deploy.templates, "Folder of the templates");
  commands.deploy->add_option("--package", arguments.deploy.package, "The functions' package, homework.zip");
  commands.deploy->add_flag("--sender-is-verified", arguments.deploy.senderIsVerified,
                            "Do not make an SES identity for the sender");

  commands.destroy = app.add_subcommand("destroy", "Remove API and scoring; data and packages stay");
  commands.destroy->add_flag("--yes", arguments.yes, "Do not ask for confirmation");
}

void addClassCommands(CLI::App& app, Arguments& arguments, Commands& commands) {
  CLI::App* roster = app.add_subcommand("roster", "Students and their keys")->require_subcommand(1)->fallthrough();
  commands.rosterList = roster->add_subcommand("list", "Who is on the published roster, and who has a key");
  commands.invite = roster->add_subcommand("invite", "Make a key for a student and print the invite, once");
  commands.invite->add_option("student", arguments.invite.student, "Student id");
  commands.invite->add_flag("--all", arguments.invite.all, "Everybody who has no key yet");
  commands.invite->add_option("--out", arguments.invite.out,
                              "Folder for a file per student, readable by you alone, instead of printing");
  commands.rotate = roster->add_subcommand("rotate", "A new key instead of the student's former ones");
  commands.rotate->add_option("student", arguments.invite.student, "Student id")->required();
  commands.rotate->add_option("--out", arguments.invite.out, "Folder for the invite instead of printing it");
  commands.revoke = roster->add_subcommand("revoke", "Take a student's keys away");
  commands.revoke->add_option("student", arguments.student, "Student id")->required();

  commands.status = app.add_subcommand("status", "Who has answered, who has not, scores and mails");
  commands.status->add_option("test", arguments.test, kTestHelp);
  commands.score =
      app.add_subcommand("score", "Score tests past their deadline and send the mails; safe to repeat");
  commands.score->add_option("test", arguments.scoring.test, kTestHelp);
  commands.score->add_flag("--now", arguments.scoring.now, "Also tests that are still open");
  commands.score->add_flag("--dry-run", arguments.scoring.dryRun, "Only say what would be done");

  CLI::App* mail = app.add_subcommand("mail", "The mails of scoring")->require_subcommand(1)->fallthrough();
  commands.mailList = mail->add_subcommand("list", "All mails with their state");
  commands.mailList->add_flag("--failed", arguments.failed, "Only those that could not be sent");
  commands.mailShow = mail->add_subcommand("show", "One mail");
  commands.mailShow->add_option("id", arguments.mailId, "The beginning of its id")->required();
  commands.mailShow->add_flag("--raw", arguments.raw, "The MIME message as it is sent");
  commands.mailResend = mail->add_subcommand("resend", "Let the next scoring run try mails again");
  commands.mailResend->add_option("id", arguments.mailIds, "The beginnings of their ids");
  commands.mailResend->add_flag("--failed", arguments.failed, "All that failed");

  CLI::App* grades = app.add_subcommand("grades", "Grades of all tests")->require_subcommand(1)->fallthrough();
  commands.grades = grades->add_subcommand("export", "A row per student, as CSV");
  commands.grades->add_option("--out", arguments.file, "File; default: standard output");
}

Status act(const Commands& commands, Arguments& arguments) {
  Terminal terminal(arguments.global.terminal());
  Desk desk(terminal, arguments.global.json ? Output::kJson : Output::kText, arguments.name);
  const fs::path folder = arguments.folder;
  const Desk::Mails mails = arguments.failed ? Desk::Mails::kFailed : Desk::Mails::kAll;
  if (commands.check->parsed()) return desk.check(folder);
  if (commands.publish->parsed()) {
    return desk.publish(folder, arguments.dryRun ? Desk::Mode::kPlanOnly : Desk::Mode::kDo,
                        arguments.force ? Force::kYes : Force::kNo);
  }
  if (commands.deploy->parsed()) {
    addDefaults(arguments.deploy);
    return desk.deploy(arguments.deploy, folder);
  }
  if (commands.destroy->parsed()) return desk.destroy(arguments.yes ? Desk::Consent::kGiven : Desk::Consent::kAsk);
  if (commands.rosterList->parsed()) return desk.listRoster();
  if (commands.invite->parsed()) return desk.invite(arguments.invite);
  if (commands.rotate->parsed()) {
    arguments.invite.rotate = true;
    return desk.invite(arguments.invite);
  }
  if (commands.revoke->parsed()) return desk.revoke(arguments.student);
  if (commands.status->parsed()) return desk.status(arguments.test);
  if (commands.score->parsed()) return desk.score(arguments.scoring);
  if (commands.mailList->parsed()) return desk.listMails(mails);
  if (commands.mailShow->parsed())
    return desk.showMail(arguments.mailId, arguments.raw ? Desk::Form::kRaw : Desk::Form::kReadable);
  if (commands.mailResend->parsed()) return desk.resendMails(arguments.mailIds, mails);
  return desk.exportGrades(arguments.file);
}

int run(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Publish tests, see who has answered, score, and look after the mails.", "trainer");
  app.set_version_flag("--version", "trainer 0.1.0");
  app.footer(
      "It works on AWS, or on the Hearth of this checkout, or on whatever AWS_ENDPOINT_URL and the AWS credentials "
      "of the\n"
      "environment say. Exit codes: 0 done, 1 errors in the course or in the program, 2 usage, 3 no rights, 4 "
      "server not\n"
      "reached, 6 refused, 130 interrupted.");
  addGlobalOptions(app, arguments.global);
  app.add_option("--name", arguments.name, "Name of the deployment, which its stacks begin with")
      ->default_str("homework");
  app.require_subcommand(1);
  Commands commands{};
  addCourseCommands(app, arguments, commands);
  addClassCommands(app, arguments, commands);
  return runTool(app, argc, argv, arguments.global, [&] { return act(commands, arguments); });
}

}  // namespace
}  // namespace hearth::homework::client

int main(int argc, char** argv) { return hearth::homework::client::run(argc, argv); }
