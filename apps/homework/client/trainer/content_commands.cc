#include "homework/client/trainer/content_commands.h"

#include <memory>
#include <string>

#include "homework/client/trainer/content_desk.h"
#include "homework/client/trainer/roster_desk.h"

namespace hearth::homework::client {
namespace {

constexpr const char* kCourseHelp = "Folder of the course";

void addInit(CLI::App& app, CommandTable& table) {
  const auto options = std::make_shared<InitOptions>();
  CLI::App* command = app.add_subcommand("init", "Begin a course: a folder with an example of everything");
  command->add_option("folder", options->folder, "Where; made when it is missing")->default_str(".");
  command->add_option("--course-name", options->name, "Name of the course; default: the folder's");
  command->add_option("--time-zone", options->timeZone, "IANA time zone of its deadlines")
      ->default_str(options->timeZone);
  command->footer("Example:\n  trainer init systems --course-name \"Operating systems\"");
  table.add(command, [options](Desk& desk) { return ContentDesk(desk).init(*options); });
}

void addCheck(CLI::App& app, CommandTable& table) {
  const auto folder = std::make_shared<std::string>(".");
  CLI::App* command =
      app.add_subcommand("check", "Look for mistakes in a course's files; exit status 1 when there are errors");
  command->add_option("path", *folder, kCourseHelp)->default_str(".");
  command->footer("Examples:\n  trainer check\n  trainer check systems --json");
  table.add(command, [folder](Desk& desk) { return ContentDesk(desk).check(*folder); });
}

void addImport(CLI::App& app, CommandTable& table) {
  const auto options = std::make_shared<ImportOptions>();
  CLI::App* command = app.add_subcommand("import", "Make a test of a GIFT, Aiken or CSV file");
  command->add_option("file", options->file, "The file")->required();
  command->add_option("--test", options->test, "SUBJECT/TEST")->required();
  command->add_option("--course", options->course, kCourseHelp)->default_str(".");
  command->add_option("--format", options->format, "gift, aiken or csv; default: by the file's name")
      ->check(CLI::IsMember({"gift", "aiken", "csv"}));
  command->add_option("--title", options->title, "Title of a new test; default: the file's category");
  command->add_flag("--force", options->force, "Also replace a test that is there");
  command->add_flag("--dry-run", options->dryRun, "Only show what would change");
  command->footer(
      "CSV has a first row with the names of the columns: question, type, a, b, ..., answer, accept, case, "
      "tolerance, points, code, feedback, id. Only question and answer have to be there. Separators: comma, "
      "semicolon, tab.\n\n"
      "Examples:\n  trainer import week3.gift --test systems/test03\n"
      "  trainer import quiz.csv --test systems/test04 --title \"Pipes\" --dry-run");
  table.add(command, [options](Desk& desk) { return ContentDesk(desk).importQuestions(*options); });
}

void addExport(CLI::App& app, CommandTable& table) {
  struct Options {
    ExportOptions options;
    bool gift = false;
    bool aiken = false;
    bool csv = false;
  };
  const auto chosen = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("export", "Write a test with its answers as GIFT, Aiken or CSV");
  command->add_option("test", chosen->options.test, kTestHelp)->required();
  command->add_option("--course", chosen->options.course, kCourseHelp)->default_str(".");
  auto* gift = command->add_flag("--gift", chosen->gift, "As GIFT, which keeps everything (default)");
  auto* aiken = command->add_flag("--aiken", chosen->aiken, "As Aiken: only single choice");
  auto* csv = command->add_flag("--csv", chosen->csv, "As CSV");
  gift->excludes(aiken)->excludes(csv);
  aiken->excludes(csv);
  command->add_option("--out", chosen->options.out, "File; default: standard output");
  command->footer("Example:\n  trainer export systems/test03 --csv --out test03.csv");
  table.add(command, [chosen](Desk& desk) {
    if (chosen->aiken) chosen->options.format = ExchangeFormat::kAiken;
    if (chosen->csv) chosen->options.format = ExchangeFormat::kCsv;
    return ContentDesk(desk).exportQuestions(chosen->options);
  });
}

void addPreview(CLI::App& app, CommandTable& table) {
  const auto options = std::make_shared<PreviewOptions>();
  CLI::App* command = app.add_subcommand("preview", "Show a test as its students see it, without the key");
  command->add_option("test", options->test, kTestHelp)->required();
  command->add_option("--course", options->course, kCourseHelp)->default_str(".");
  command->add_flag("--page", options->page, "Write the students' page with this test in it, to open in a browser");
  command->add_option("--out", options->out, "File of the page; default: preview-TEST.html in the course");
  command->footer(
      "Examples:\n  trainer preview systems/test03\n  trainer preview test03 --page --out /tmp/test03.html");
  table.add(command, [options](Desk& desk) { return ContentDesk(desk).preview(*options); });
}

void addPublish(CLI::App& app, CommandTable& table) {
  const auto options = std::make_shared<PublishOptions>();
  const auto silent = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("publish", "Make the course's tests, students and settings what is in effect");
  command->add_option("path", options->course, kCourseHelp)->default_str(".");
  command->add_flag("--dry-run", options->dryRun, "Only show what would change");
  command->add_flag("--force", options->force, "Also change questions that students have answered already");
  command->add_flag("--no-notice", *silent, "Do not mail students that a test is open");
  command->footer("Examples:\n  trainer publish --dry-run\n  trainer publish systems");
  table.add(command, [options, silent](Desk& desk) {
    options->notices = !*silent;
    return ContentDesk(desk).publish(*options);
  });
}

void addRosterImport(CLI::App& roster, CommandTable& table) {
  const auto options = std::make_shared<RosterImportOptions>();
  CLI::App* command = roster.add_subcommand("import", "Make a file's students the course's");
  command
      ->add_option("file", options->file, "CSV with a first row student_id,email,name,lang, or studentsList.json")
      ->required();
  command->add_option("--course", options->course, kCourseHelp)->default_str(".");
  command->add_flag("--dry-run", options->dryRun, "Only show what would change");
  command->footer("Example:\n  trainer roster import students.csv --dry-run");
  table.add(command, [options](Desk& desk) { return RosterDesk(desk).importStudents(*options); });
}

void addRoster(CLI::App& app, CommandTable& table) {
  CLI::App* roster = app.add_subcommand("roster", "Students and their keys")->require_subcommand(1)->fallthrough();
  addRosterImport(*roster, table);
  CLI::App* list = roster->add_subcommand("list", "Who is on the published roster, and who has a key");
  table.add(list, [](Desk& desk) { return RosterDesk(desk).list(); });

  const auto invited = std::make_shared<InviteOptions>();
  CLI::App* invite =
      roster->add_subcommand("invite", "Make a key for a student and print or mail the invite, once");
  invite->add_option("student", invited->student, "Student id");
  invite->add_flag("--all", invited->all, "Everybody who has no key yet");
  auto* out = invite->add_option("--out", invited->out,
                                 "Folder for a file per student, readable by you alone, instead of printing");
  invite->add_flag("--mail", invited->mail, "Mail each invite to its student instead of printing it")
      ->excludes(out);
  invite->add_flag("--force", invited->force, "One more key for a student who has one; the former stays valid");
  invite->add_flag("--dry-run", invited->dryRun, "Only say who would get one");
  invite->footer(
      "Examples:\n  trainer roster invite student01\n  trainer roster invite --all --mail\n"
      "  trainer roster invite --all --out invites");
  table.add(invite, [invited](Desk& desk) { return RosterDesk(desk).invite(*invited); });

  const auto rotated = std::make_shared<InviteOptions>();
  rotated->rotate = true;
  CLI::App* rotate = roster->add_subcommand("rotate", "A new key instead of the student's former ones");
  rotate->add_option("student", rotated->student, "Student id")->required();
  auto* rotatedOut = rotate->add_option("--out", rotated->out, "Folder for the invite instead of printing it");
  rotate->add_flag("--mail", rotated->mail, "Mail the invite instead of printing it")->excludes(rotatedOut);
  rotate->footer("Example:\n  trainer roster rotate student01 --mail");
  table.add(rotate, [rotated](Desk& desk) { return RosterDesk(desk).invite(*rotated); });

  const auto revoked = std::make_shared<std::string>();
  CLI::App* revoke = roster->add_subcommand("revoke", "Take a student's keys away");
  revoke->add_option("student", *revoked, "Student id")->required();
  revoke->footer("Example:\n  trainer roster revoke student01");
  table.add(revoke, [revoked](Desk& desk) { return RosterDesk(desk).revoke(*revoked); });
}

}  // namespace

void addContentCommands(CLI::App& app, CommandTable& table) {
  addInit(app, table);
  addCheck(app, table);
  addImport(app, table);
  addExport(app, table);
  addPreview(app, table);
  addPublish(app, table);
  addRoster(app, table);
}

}  // namespace hearth::homework::client
