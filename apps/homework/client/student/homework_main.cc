// `homework`: the student's command.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "homework/client/common/closest.h"
#include "homework/client/common/command_line.h"
#include "homework/client/common/text.h"
#include "homework/client/student/completion.h"
#include "homework/client/student/session.h"

namespace hearth::homework::client {
namespace {

struct Arguments {
  GlobalOptions global;
  std::string lang;
  std::string test;
  std::vector<std::string> answers;
  std::string answersFile;
  std::string inviteFile;
  std::string code;
  std::string shell;
  bool yes = false;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// The language that was asked for: --lang, else HOMEWORK_LANG. Before the parser, whose help is told in it.
std::optional<Lang> askedLang(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--lang" && i + 1 < words.size()) return parseLang(words[i + 1]);
    if (words[i].starts_with("--lang=")) return parseLang(words[i].substr(7));
  }
  const std::string wanted = environment("HOMEWORK_LANG");
  return wanted.empty() ? std::nullopt : std::optional(parseLang(wanted));
}

Lang localeLang() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (const std::string value = environment(name); !value.empty()) return parseLang(value);
  }
  return Lang::kEn;
}

// The language of everything before there is a session.
Lang helpLang(const std::optional<Lang>& asked) {
  if (asked) return *asked;
  const std::string remembered = recallCourse(userFolders().data / "course.json").lang;
  return remembered.empty() ? localeLang() : parseLang(remembered);
}

// The answers of the options and of the file, one `QUESTION=ANSWER` each.
std::vector<std::string> allAnswers(const Arguments& arguments) {
  std::vector<std::string> answers = arguments.answers;
  if (arguments.answersFile.empty()) return answers;
  const std::string content = readInput(arguments.answersFile, 1 << 20);
  for (const std::string_view line : split(content, '\n')) {
    const std::string_view entry = trimmed(line);
    if (!entry.empty() && !entry.starts_with('#')) answers.emplace_back(entry);
  }
  return answers;
}

// The command line's grammar, with a function for each command.
class CommandLine final {
 public:
  CommandLine(Arguments& arguments, Lang lang)
      : arguments_(arguments), lang_(lang), app_(say(Text::kTermAbout), "homework") {
    app_.set_version_flag("--version", "homework 0.1.0");
    addGlobalOptions(app_, arguments.global, lang);
    app_.add_option("--lang", arguments.lang, say(Text::kTermOptLang))->check(CLI::IsMember({"en", "pl"}));
    app_.require_subcommand(0, 1);
    add("list", Text::kTermCmdList, [](Session& session) { return session.list(); });
    addAnswering();
    addReceipts();
    CLI::App* login =
        add("login", Text::kTermCmdLogin, [this](Session& s) { return s.login(arguments_.inviteFile); });
    login->add_option("--invite-file", arguments.inviteFile, say(Text::kTermOptInviteFile));
    add("doctor", Text::kTermCmdDoctor, [](Session& session) { return session.doctor(); });
    completion_ = app_.add_subcommand("completion", say(Text::kTermCmdCompletion));
    completion_->add_option("shell", arguments.shell, "bash, zsh, fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    completion_->footer(say(Text::kTermCompletionHow));
    app_.footer(say(Text::kTermExamples));  // last: commands made behind it would repeat it
  }

  CLI::App& app() { return app_; }

  Status act() {
    if (completion_->parsed()) {
      std::cout << completionScript(arguments_.shell).value_or("") << std::flush;
      return Done{};
    }
    Terminal terminal(arguments_.global.terminal());
    terminal.speak(lang_);
    const std::optional<Lang> asked = askedLang(
        arguments_.lang.empty() ? std::vector<std::string>() : std::vector<std::string>{"--lang", arguments_.lang});
    Session session(terminal, userFolders(), arguments_.global.json ? Output::kJson : Output::kText, asked);
    for (const auto& [command, run] : commands_) {
      if (command->parsed()) return run(session);
    }
    return session.start();
  }

 private:
  using Run = std::function<Status(Session&)>;

  std::string say(Text key) const { return text(lang_, key); }
  CLI::App* add(const char* name, Text about, Run run) { return add(app_, name, about, std::move(run)); }
  CLI::App* add(CLI::App& parent, const char* name, Text about, Run run) {
    CLI::App* command = parent.add_subcommand(name, say(about));
    commands_.emplace_back(command, std::move(run));
    return command;
  }
  CLI::Option* takeTest(CLI::App* command) {
    return command->add_option("test", arguments_.test, say(Text::kTermArgTest));
  }

  void addAnswering() {
    CLI::App* answer = add("do", Text::kTermCmdDo, [this](Session& session) { return answerTest(session); });
    takeTest(answer);
    answer->add_option("--answer", arguments_.answers, say(Text::kTermOptAnswer));
    answer->add_option("--answers", arguments_.answersFile, say(Text::kTermOptAnswers));
    CLI::App* submit = add("submit", Text::kTermCmdSubmit, [this](Session& session) {
      return session.submit(arguments_.test, arguments_.yes ? Session::Consent::kGiven : Session::Consent::kAsk);
    });
    takeTest(submit);
    submit->add_flag("--yes", arguments_.yes, say(Text::kTermOptYes));
    takeTest(add("status", Text::kTermCmdStatus, [this](Session& s) { return s.status(arguments_.test); }));
    takeTest(add("result", Text::kTermCmdResult, [this](Session& s) { return s.result(arguments_.test); }));
    takeTest(add("show", Text::kTermCmdShow, [this](Session& s) { return s.show(arguments_.test); }))->required();
  }

  void addReceipts() {
    CLI::App* receipt = app_.add_subcommand("receipt", say(Text::kTermCmdReceipt));
    receipt->require_subcommand(0, 1);
    add(*receipt, "list", Text::kTermCmdReceiptList, [](Session& session) { return session.listReceipts(); });
    CLI::App* show = add(*receipt, "show", Text::kTermCmdReceiptShow,
                         [this](Session& session) { return session.showReceipt(arguments_.code); });
    show->add_option("code", arguments_.code, "R-XXXX-XXXX")->required();
    CLI::App* verify = add(*receipt, "verify", Text::kTermCmdReceiptVerify,
                           [this](Session& session) { return session.verifyReceipts(arguments_.code); });
    verify->add_option("code", arguments_.code, "R-XXXX-XXXX");
    receipt->add_option("code", arguments_.code, "R-XXXX-XXXX");
    commands_.emplace_back(receipt, [this](Session& session) {
      return arguments_.code.empty() ? session.listReceipts() : session.showReceipt(arguments_.code);
    });
  }

  Status answerTest(Session& session) {
    const auto answers = allAnswers(arguments_);
    if (answers.empty() && !arguments_.answersFile.empty()) {
      return Failure{Exit::kUsage, say(Text::kTermNoAnswersInFile), ""};
    }
    if (arguments_.test.empty() && !answers.empty()) {
      return Failure{Exit::kUsage, say(Text::kTermWhichTest), "homework do TEST --answer 1=a"};
    }
    return arguments_.test.empty() ? session.start() : session.answer(arguments_.test, answers);
  }

  Arguments& arguments_;
  Lang lang_;
  CLI::App app_;
  CLI::App* completion_ = nullptr;
  std::vector<std::pair<CLI::App*, Run>> commands_;
};

// A first word that is no command, told with the one that was perhaps meant.
std::optional<Failure> unknownCommand(const CLI::App& app, const std::vector<std::string>& words, Lang lang) {
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    known.push_back(command->get_name());
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--color" || words[i] == "--lang") {
      ++i;
    } else if (!words[i].starts_with("-")) {
      if (std::find(known.begin(), known.end(), words[i]) != known.end()) return std::nullopt;
      std::string what = text(lang, Text::kTermNoCommand, {{"name", inQuotes(words[i])}});
      if (const auto meant = closestWord(words[i], known)) {
        what += " " + text(lang, Text::kTermDidYouMean, {{"name", "homework " + *meant}});
      }
      return Failure{Exit::kUsage, what, text(lang, Text::kTermRunHelp)};
    }
  }
  return std::nullopt;
}

int complete(const CLI::App& app, const std::vector<std::string>& words) {
  const UserFolders folders = userFolders();
  KnownNames known{recallCourse(folders.data / "course.json").tests, {}};
  for (const SavedReceipt& receipt : ReceiptStore(folders.data / "receipts").all()) {
    known.receipts.push_back(receipt.code);
  }
  for (const std::string& candidate : candidates(app, words, known)) std::cout << printable(candidate) << "\n";
  return 0;
}

int run(int argc, char** argv) {
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  Arguments arguments;
  const Lang lang = helpLang(askedLang(words));
  CommandLine line(arguments, lang);
  if (!words.empty() && words[0] == kCompleteCommand) {
    words.erase(words.begin());
    return complete(line.app(), words);
  }
  if (const auto unknown = unknownCommand(line.app(), words, lang)) {
    std::vector<char*> nothing(argv, argv + std::min(argc, 1));
    arguments.global.json = std::find(words.begin(), words.end(), "--json") != words.end();
    return runTool(line.app(), static_cast<int>(nothing.size()), nothing.data(), arguments.global,
                   [&]() -> Status { return *unknown; });
  }
  return runTool(line.app(), argc, argv, arguments.global, [&] { return line.act(); });
}

}  // namespace
}  // namespace hearth::homework::client

int main(int argc, char** argv) { return hearth::homework::client::run(argc, argv); }
