// hearth mail list, hearth mail show ID.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/client.h"
#include "cli/commands.h"
#include "cli/terminal_text.h"

namespace hearth::cli {
namespace {

struct Options {
  std::string folder;
  std::string id;
  int limit = 100;
  bool json = false;
};

std::string textOf(const Json& document, std::string_view name) {
  return base::findString(document, name).value_or("");
}

int listMails(const Options& options) {
  auto client = Client::connect(resolveDataFolder(options.folder));
  if (!client.ok()) return report(client.fault());
  auto response = client->admin("GET", "/_hearth/mails?limit=" + std::to_string(options.limit));
  if (!response.ok()) return report(response.fault());
  auto document = base::parseJson(response->body);
  if (!document.ok()) return report(document.fault());
  const Json* mails = base::findMember(*document, "mails");
  if (options.json) {
    std::printf("%s\n", base::writeJsonPretty(*document).c_str());
    return kOk;
  }
  if (!mails || mails->as_array().empty()) {
    std::printf("No mail yet.\n");
    return kOk;
  }
  for (const Json& mail : mails->as_array()) {
    const Json* recipients = base::findMember(mail, "recipients");
    for (const Json& recipient : recipients->as_array()) {
      std::printf("%s  %s  %-9s  %s  %s\n", textOf(mail, "id").c_str(), textOf(mail, "time").c_str(),
                  textOf(recipient, "state").c_str(), forTerminal(textOf(recipient, "address")).c_str(),
                  forTerminal(textOf(mail, "subject")).c_str());
      if (std::string detail = textOf(recipient, "detail"); !detail.empty())
        std::printf("    %s\n", forTerminal(detail).c_str());
    }
  }
  return kOk;
}

int showMail(const Options& options) {
  auto client = Client::connect(resolveDataFolder(options.folder));
  if (!client.ok()) return report(client.fault());
  auto response = client->admin("GET", "/_hearth/mails/" + options.id);
  if (!response.ok()) return report(response.fault());
  std::string shown = std::move(response->body);
  if (::isatty(STDOUT_FILENO)) {  // bit for bit for programs, readable for a person
    std::erase(shown, '\r');
    shown = linesForTerminal(shown, "");
  }
  std::fwrite(shown.data(), 1, shown.size(), stdout);
  return kOk;
}

}  // namespace

void addMailCommand(Application& application) {
  auto options = std::make_shared<Options>();
  auto& mail = application.add("mail", "Look into the outbox", [options] { return listMails(*options); });
  mail.add_option("--data", options->folder, "The server's data folder");
  mail.require_subcommand(0, 1);
  auto* list = mail.add_subcommand("list", "A line per mail and recipient: id, time, state, recipient, subject");
  list->add_option("--limit", options->limit, "At most so many mails, the newest first")
      ->check(CLI::Range(1, 1000));
  list->add_option("--data", options->folder, "The server's data folder");
  list->add_flag("--json", options->json, "Print JSON");
  auto* show = mail.add_subcommand("show", "Print one mail bit for bit: an .eml file");
  show->add_option("ID", options->id, "The id that list prints")->required();
  show->add_option("--data", options->folder, "The server's data folder");
  application.choose(*show, [options] { return showMail(*options); });
}

}  // namespace hearth::cli
