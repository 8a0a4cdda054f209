#include "cli/commands.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/columns.h"
#include "cli/terminal_text.h"

namespace hearth::cli {
namespace {

// CLI11's help in lines of 80 columns.
class HelpFormatter final : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
    constexpr std::size_t kWidth = 80;
    return wrappedTo(CLI::Formatter::make_help(app, std::move(name), mode), kWidth, get_column_width());
  }
};

}  // namespace

struct Application::Impl {
  CLI::App app{
      "Hearth runs a serverless stack on this machine: functions, API, bucket, schedule and mail from a "
      "CloudFormation template, spoken to with any AWS client.",
      "hearth"};
  std::function<int()> chosen;
};

Application::Application() : impl_(std::make_unique<Impl>()) {
  impl_->app.formatter(std::make_shared<HelpFormatter>());  // commands that are added take it over
  impl_->app.require_subcommand(0, 1);
  impl_->app.set_version_flag("--version", std::string("hearth 0.1.0"));
  impl_->app.footer(
      "hearth COMMAND --help tells more. Exit codes: 0 done, 1 failed, 2 usage, 3 no server, 4 not found.");
}

Application::~Application() = default;

CLI::App& Application::app() { return impl_->app; }

CLI::App& Application::add(const std::string& name, const std::string& description, std::function<int()> command) {
  CLI::App* sub = impl_->app.add_subcommand(name, description);
  sub->callback([this, command = std::move(command)] {
    if (!impl_->chosen) impl_->chosen = command;
  });
  return *sub;
}

void Application::choose(CLI::App& below, std::function<int()> command) {
  // The callback of the outer command runs after that of the inner one, and must not take its place.
  below.callback([this, command = std::move(command)] { impl_->chosen = command; });
}

int Application::run(int argc, char** argv) {
  try {
    impl_->app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version are no errors.
    return impl_->app.exit(error) == 0 ? kOk : kUsage;
  }
  if (!impl_->chosen) {
    std::fputs(impl_->app.help().c_str(), stdout);
    return kOk;
  }
  return impl_->chosen();
}

int report(const Fault& fault) {
  std::fprintf(stderr, "hearth: %s\n", linesForTerminal(fault.message, "  ").c_str());
  if (fault.code == "InvalidArgument") return kUsage;
  if (fault.code == "NoServer") return kNoServer;
  return fault.status == 404 ? kNotFound : kFailed;
}

int run(int argc, char** argv, const std::function<void(Application&)>& addMore) {
  Application application;
  addMore(application);
  addEnvCommand(application);
  addStatusCommands(application);
  addDeployCommand(application);
  addLogsCommand(application);
  addMailCommand(application);
  return application.run(argc, argv);
}

}  // namespace hearth::cli
