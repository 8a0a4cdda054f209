#include "homework/client/trainer/content_commands.h"

#include <memory>
#include <string>

#include "homework/client/trainer/content_desk.h"

namespace hearth::homework::client {
namespace {

void addCheck(CLI::App& app, CommandTable& table) {
  const auto folder = std::make_shared<std::string>(".");
  CLI::App* command =
      app.add_subcommand("check", "Look for mistakes in a course's files; exit status 1 when there are errors");
  command->add_option("path", *folder, "Folder of the course")->default_str(".");
  table.add(command, [folder](Desk& desk) { return ContentDesk(desk).check(*folder); });
}

void addPublish(CLI::App& app, CommandTable& table) {
  struct Options {
    std::string folder = ".";
    bool dryRun = false;
    bool force = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("publish", "Make the course's tests, students and settings what is in effect");
  command->add_option("path", options->folder, "Folder of the course")->default_str(".");
  command->add_flag("--dry-run", options->dryRun, "Only show what would change");
  command->add_flag("--force", options->force, "Also change questions that students have answered already");
  table.add(command, [options](Desk& desk) {
    return ContentDesk(desk).publish(options->folder,
                                     options->dryRun ? ContentDesk::Mode::kPlanOnly : ContentDesk::Mode::kDo,
                                     options->force ? Force::kYes : Force::kNo);
  });
}

void addRoster(CLI::App& app, CommandTable& table) {
  CLI::App* roster = app.add_subcommand("roster", "Students and their keys")->require_subcommand(1)->fallthrough();
  CLI::App* list = roster->add_subcommand("list", "Who is on the published roster, and who has a key");
  table.add(list, [](Desk& desk) { return ContentDesk(desk).listRoster(); });

  const auto invited = std::make_shared<InviteOptions>();
  CLI::App* invite = roster->add_subcommand("invite", "Make a key for a student and print the invite, once");
  invite->add_option("student", invited->student, "Student id");
  invite->add_flag("--all", invited->all, "Everybody who has no key yet");
  invite->add_option("--out", invited->out,
                     "Folder for a file per student, readable by you alone, instead of printing");
  table.add(invite, [invited](Desk& desk) { return ContentDesk(desk).invite(*invited); });

  const auto rotated = std::make_shared<InviteOptions>();
  rotated->rotate = true;
  CLI::App* rotate = roster->add_subcommand("rotate", "A new key instead of the student's former ones");
  rotate->add_option("student", rotated->student, "Student id")->required();
  rotate->add_option("--out", rotated->out, "Folder for the invite instead of printing it");
  table.add(rotate, [rotated](Desk& desk) { return ContentDesk(desk).invite(*rotated); });

  const auto revoked = std::make_shared<std::string>();
  CLI::App* revoke = roster->add_subcommand("revoke", "Take a student's keys away");
  revoke->add_option("student", *revoked, "Student id")->required();
  table.add(revoke, [revoked](Desk& desk) { return ContentDesk(desk).revoke(*revoked); });
}

}  // namespace

void addContentCommands(CLI::App& app, CommandTable& table) {
  addCheck(app, table);
  addPublish(app, table);
  addRoster(app, table);
}

}  // namespace hearth::homework::client
