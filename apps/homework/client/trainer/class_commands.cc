#include "homework/client/trainer/class_commands.h"

#include <memory>
#include <string>
#include <vector>

#include "homework/client/trainer/class_desk.h"
#include "homework/client/trainer/mail_desk.h"

namespace hearth::homework::client {
namespace {

Consent consentOf(bool yes) { return yes ? Consent::kGiven : Consent::kAsk; }

void addStatus(CLI::App& app, CommandTable& table) {
  const auto options = std::make_shared<StatusOptions>();
  CLI::App* command = app.add_subcommand("status", "Who has answered, who has not, scores and mails");
  command->add_option("test", options->test, kTestHelp);
  command->add_flag("--page", options->page, "Write it as a page for browser and printer instead");
  command->add_option("--out", options->out, "File of the page")->default_str("trainer.html");
  command->add_flag("--upload", options->upload,
                    "Put the page into the bucket and print an address, good for an hour");
  table.add(command, [options](Desk& desk) { return ClassDesk(desk).status(*options); });
}

void addRemind(CLI::App& app, CommandTable& table) {
  struct Options {
    RemindOptions remind;
    bool yes = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("remind", "Remind students of a test; shows the list and the text first");
  command->add_option("test", options->remind.test, kTestHelp)->required();
  command->add_option("--to", options->remind.students, "missing (default), or students")->expected(1, -1);
  command->add_flag("--dry-run", options->remind.dryRun, "Only show it");
  command->add_flag("--yes", options->yes, "Do not ask");
  table.add(command, [options](Desk& desk) {
    options->remind.consent = consentOf(options->yes);
    return ClassDesk(desk).remind(options->remind);
  });
}

void addExtend(CLI::App& app, CommandTable& table) {
  const auto options = std::make_shared<ExtendOptions>();
  CLI::App* command = app.add_subcommand("extend", "A later deadline for one student, who sees it");
  command->add_option("student", options->student, "Student id")->required();
  command->add_option("test", options->test, kTestHelp)->required();
  command->add_option("until", options->until,
                      "until WHEN: \"2019-04-10 12:00\" in the course's time, or +2d after the deadline");
  command->add_option("--reason", options->reason, "Why; for you only");
  command->add_flag("--excuse", options->excuse, "The student need not answer");
  command->add_flag("--remove", options->remove, "The deadline of everybody holds again");
  command->add_flag("--dry-run", options->dryRun, "Only say what would be changed");
  table.add(command, [options](Desk& desk) { return ClassDesk(desk).extend(*options); });
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

void addRegrade(CLI::App& app, CommandTable& table) {
  struct Options {
    RegradeOptions regrade;
    bool yes = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("regrade", "Grade a test again with the key as it is now; shows what changes first");
  command->add_option("test", options->regrade.test, kTestHelp)->required();
  command->add_option("--reason", options->regrade.reason, "Why; students whose score or points change read it")
      ->required();
  command->add_flag("--dry-run", options->regrade.dryRun, "Only show what would change");
  command->add_flag("--yes", options->yes, "Do not ask");
  table.add(command, [options](Desk& desk) {
    options->regrade.consent = consentOf(options->yes);
    return ClassDesk(desk).regrade(options->regrade);
  });
}

void addMail(CLI::App& app, CommandTable& table) {
  struct Options {
    std::string id;
    std::vector<std::string> names;
    bool failed = false;
    bool raw = false;
    bool dryRun = false;

    MailDesk::Mails which() const { return failed ? MailDesk::Mails::kFailed : MailDesk::Mails::kAll; }
  };
  const auto options = std::make_shared<Options>();
  CLI::App* mail = app.add_subcommand("mail", "The mails of the course")->require_subcommand(1)->fallthrough();
  CLI::App* list = mail->add_subcommand("list", "All mails with their state");
  list->add_flag("--failed", options->failed, "Only those that could not be sent");
  table.add(list, [options](Desk& desk) { return MailDesk(desk).list(options->which()); });
  CLI::App* show = mail->add_subcommand("show", "One mail");
  show->add_option("id", options->id, "The beginning of its id")->required();
  show->add_flag("--raw", options->raw, "The MIME message as it is sent");
  table.add(show, [options](Desk& desk) {
    return MailDesk(desk).show(options->id, options->raw ? MailDesk::Form::kRaw : MailDesk::Form::kReadable);
  });
  CLI::App* resend = mail->add_subcommand("resend", "Send failed mails again, to the address of the roster");
  resend->add_option("id", options->names, "The beginnings of their ids, or students");
  resend->add_flag("--failed", options->failed, "All that failed");
  resend->add_flag("--dry-run", options->dryRun, "Only say which");
  table.add(resend, [options](Desk& desk) {
    return MailDesk(desk).resend(options->names, options->which(),
                                 options->dryRun ? MailDesk::Mode::kPlanOnly : MailDesk::Mode::kDo);
  });
}

void addGrades(CLI::App& app, CommandTable& table) {
  const auto options = std::make_shared<GradesOptions>();
  CLI::App* grades = app.add_subcommand("grades", "Grades of all tests")->require_subcommand(1)->fallthrough();
  CLI::App* command = grades->add_subcommand("export", "A row per student, as CSV; with --json as JSON");
  command->add_option("--out", options->out, "File; default: standard output");
  command->add_option("--locale", options->separator, "The separator that your spreadsheet wants: , or ;")
      ->default_str(",");
  command->add_flag("--bom", options->byteOrderMark, "Begin with a byte order mark, for spreadsheets that need it");
  table.add(command, [options](Desk& desk) { return ClassDesk(desk).exportGrades(*options); });
}

void addStats(CLI::App& app, CommandTable& table) {
  const auto options = std::make_shared<StatsOptions>();
  CLI::App* command = app.add_subcommand("stats", "What a test says about itself: scores, questions, submissions");
  command->add_option("test", options->test, kTestHelp);
  command->add_option("--svg", options->svg, "Folder for plots, their numbers, and a page of both");
  table.add(command, [options](Desk& desk) { return ClassDesk(desk).stats(*options); });
}

}  // namespace

void addClassCommands(CLI::App& app, CommandTable& table) {
  addStatus(app, table);
  addRemind(app, table);
  addExtend(app, table);
  addScore(app, table);
  addRegrade(app, table);
  addMail(app, table);
  addGrades(app, table);
  addStats(app, table);
}

}  // namespace hearth::homework::client
