// `homework`: the student's command.
#include <string>
#include <vector>

#include "homework/client/common/command_line.h"
#include "homework/client/common/text.h"
#include "homework/client/student/session.h"

namespace hearth::homework::client {
namespace {

struct Arguments {
  GlobalOptions global;
  std::string test;
  std::vector<std::string> answers;
  std::string answersFile;
  std::string inviteFile;
  std::string code;
  bool yes = false;
};

// The answers of the options and of the file, one `QUESTION=ANSWER` each.
std::vector<std::string> allAnswers(const Arguments& arguments) {
  std::vector<std::string> answers = arguments.answers;
  if (arguments.answersFile.empty()) return answers;
  const std::string text = readInput(arguments.answersFile, 1 << 20);
  for (const std::string_view line : split(text, '\n')) {
    const std::string_view entry = trimmed(line);
    if (!entry.empty() && !entry.starts_with('#')) answers.emplace_back(entry);
  }
  return answers;
}

int run(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Answer the tests of your course. Without a command: what is due, and the most urgent test.",
               "homework");
  app.set_version_flag("--version", "homework 0.1.0");
  app.footer(
      "Exit codes: 0 done, 2 usage, 3 not signed in, 4 server not reached (the draft is safe), 5 test closed,\n"
      "6 content refused, 130 interrupted (the draft is safe), 1 anything else.");
  addGlobalOptions(app, arguments.global);
  app.require_subcommand(0, 1);

  CLI::App* list = app.add_subcommand("list", "Your tests, the most urgent first");
  CLI::App* status = app.add_subcommand("status", "The state of one test");
  CLI::App* show = app.add_subcommand("show", "Print the questions of a test");
  CLI::App* answer = app.add_subcommand("do", "Answer a test");
  CLI::App* submit = app.add_subcommand("submit", "Send the answers of a draft");
  CLI::App* receipt = app.add_subcommand("receipt", "The receipts on this computer, or one of them");
  CLI::App* login = app.add_subcommand("login", "Sign in with the invite that your trainer gave you");
  CLI::App* doctor = app.add_subcommand("doctor", "Find out why something does not work");

  const char* testHelp = "SUBJECT/TEST, or TEST where only one subject has it";
  status->add_option("test", arguments.test, testHelp);
  show->add_option("test", arguments.test, testHelp)->required();
  answer->add_option("test", arguments.test, testHelp);
  answer->add_option("--answer", arguments.answers,
                     "QUESTION=ANSWER, may be repeated; fills the draft without asking");
  answer->add_option("--answers", arguments.answersFile, "File of QUESTION=ANSWER lines, - for standard input");
  submit->add_option("test", arguments.test, testHelp);
  submit->add_flag("--yes", arguments.yes, "Do not ask for confirmation");
  receipt->add_option("code", arguments.code, "R-XXXX-XXXX");
  login->add_option("--invite-file", arguments.inviteFile, "File with the invite, - for standard input");

  return runTool(app, argc, argv, arguments.global, [&]() -> Status {
    Terminal terminal(arguments.global.terminal());
    Session session(terminal, userFolders(), arguments.global.json ? Output::kJson : Output::kText);
    if (list->parsed()) return session.list();
    if (status->parsed()) return session.status(arguments.test);
    if (show->parsed()) return session.show(arguments.test);
    if (answer->parsed()) {
      const auto answers = allAnswers(arguments);
      if (answers.empty() && !arguments.answersFile.empty())
        return Failure{Exit::kUsage, "There is no answer in it.", ""};
      if (arguments.test.empty() && !answers.empty()) {
        return Failure{Exit::kUsage, "Say which test is to be answered.", "homework do TEST --answer 1=a"};
      }
      return arguments.test.empty() ? session.start() : session.answer(arguments.test, answers);
    }
    if (submit->parsed()) {
      return session.submit(arguments.test, arguments.yes ? Session::Consent::kGiven : Session::Consent::kAsk);
    }
    if (receipt->parsed()) return session.receipt(arguments.code);
    if (login->parsed()) return session.login(arguments.inviteFile);
    if (doctor->parsed()) return session.doctor();
    return session.start();
  });
}

}  // namespace
}  // namespace hearth::homework::client

int main(int argc, char** argv) { return hearth::homework::client::run(argc, argv); }
