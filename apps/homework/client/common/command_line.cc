#include "homework/client/common/command_line.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <sstream>
#include <utility>

#include "homework/client/common/json.h"
#include "homework/client/common/text.h"

namespace hearth::homework::client {
namespace {

// CLI11's help in lines of 80 columns; what is too long goes on below its own beginning.
class HelpFormatter final : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
    const std::string help = CLI::Formatter::make_help(app, std::move(name), mode);
    std::string out;
    for (const std::string_view line : split(help, '\n')) out += fitting(line) + "\n";
    out.pop_back();  // there is a piece behind the last line end, too
    return out;
  }

 private:
  std::string fitting(std::string_view line) const {
    constexpr std::size_t kWidth = 80;
    if (columns(line) <= kWidth) return std::string(line);
    const std::size_t table = get_column_width();  // of descriptions
    std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    const bool isRow = indent > 0 && line.size() > table && line[table - 1] == ' ' && line[table] != ' ';
    if (isRow) indent = table;
    std::string out;
    for (const std::string& piece : wrapped(line.substr(indent), kWidth, std::string(indent, ' '))) {
      out += out.empty() ? std::string(line.substr(0, indent)) + piece.substr(indent) : "\n" + piece;
    }
    return out;
  }
};

}  // namespace

int report(const Failure& failure, const GlobalOptions& options) {
  const int status = static_cast<int>(failure.exit);
  if (options.json && !failure.documented) {
    const Json error = JsonObject{{"exit", status}, {"message", failure.what}, {"hint", failure.hint}};
    std::cout << writeJsonPretty(JsonObject{{"error", error}}) << std::flush;
  }
  const std::size_t width =
      ::isatty(STDERR_FILENO) == 1 ? std::clamp<std::size_t>(screenWidth(STDERR_FILENO), 30, 100) : 100;
  for (const std::string& said : {failure.what, failure.hint}) {
    for (const std::string& line : wrapped(cleaned(said, localeCharset()), width)) std::cerr << line << "\n";
  }
  return status;
}

TerminalOptions GlobalOptions::terminal() const {
  TerminalOptions out;
  out.noInput = noInput || json;
  if (colour == "always") out.colour = ColourMode::kAlways;
  if (colour == "never") out.colour = ColourMode::kNever;
  return out;
}

void addGlobalOptions(CLI::App& command, GlobalOptions& options, Lang lang) {
  command.formatter(std::make_shared<HelpFormatter>());  // commands that are added take it over
  command.add_flag("--json", options.json, text(lang, Text::kTermOptJson));
  command.add_flag("--no-input", options.noInput, text(lang, Text::kTermOptNoInput));
  command.add_option("--color", options.colour, text(lang, Text::kTermOptColor))
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->default_str("auto");
  command.fallthrough();  // so that they may also stand behind a subcommand
}

int runTool(CLI::App& app, int argc, char** argv, const GlobalOptions& options,
            const std::function<Status()>& act) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream chatter;
    const bool fine = app.exit(error, out, chatter) == 0;  // help, or what is wrong with the arguments
    std::cout << printable(out.str()) << std::flush;
    std::cerr << printable(chatter.str()) << std::flush;
    return fine ? 0 : static_cast<int>(Exit::kUsage);
  }
  try {
    const Status status = act();
    return status.ok() ? 0 : report(status.failure(), options);
  } catch (const std::filesystem::filesystem_error& error) {
    return report({Exit::kInternal, error.path1().string() + ": " + error.code().message() + ".",
                   "Whoever runs this has to be able to read it, and the folders above it."},
                  options);
  } catch (const std::exception& error) {
    return report({Exit::kInternal, app.get_name() + ": " + error.what(), ""}, options);
  }
}

}  // namespace hearth::homework::client
