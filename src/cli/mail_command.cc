// hearth mail list, hearth mail show ID, hearth mail delete ID...
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "cli/client.h"
#include "cli/commands.h"
#include "cli/terminal_text.h"

namespace hearth::cli {
namespace {

constexpr std::size_t kPage = 1000;  // of the server
constexpr std::size_t kShown = 100;  // to a person who does not say how many
constexpr std::size_t kWidth = 80;   // of a terminal
constexpr std::size_t kAll = 10'000'000;

struct Options {
  std::string folder;
  std::string id;
  std::vector<std::string> ids;
  std::size_t limit = 0;  // 0: not said
  bool json = false;
};

std::string textOf(const Json& document, std::string_view name) {
  return base::findString(document, name).value_or("");
}

// The newest `most` mails, as the server's pages give them; one more tells that there are more.
Result<JsonArray> newestMails(Client& client, std::size_t most) {
  JsonArray mails;
  std::string before;
  while (mails.size() < most) {
    const std::size_t page = std::min(most - mails.size(), kPage);
    HEARTH_TRY(const auto response, client.admin("GET", "/_hearth/mails?limit=" + std::to_string(page) + before));
    HEARTH_TRY(Json document, base::parseJson(response.body));
    const Json* got = base::findMember(document, "mails");
    if (!got || !got->is_array()) return Fault("BadAnswer", "The server's answer has no mails.");
    for (const Json& mail : got->get_array()) mails.push_back(mail);
    if (got->get_array().size() < page) break;
    before = "&before=" + textOf(mails.back(), "id");
  }
  return mails;
}

// An id's beginning is enough where it is one mail's.
Result<std::string> fullId(Client& client, const std::string& given) {
  constexpr std::size_t kWholeId = 36;
  if (given.size() >= kWholeId || given.empty()) return given;
  HEARTH_TRY(const JsonArray mails, newestMails(client, kAll));
  std::vector<std::string> found;
  for (const Json& mail : mails) {
    if (std::string id = textOf(mail, "id"); id == given)
      return id;
    else if (id.starts_with(given))
      found.push_back(std::move(id));
  }
  if (found.size() == 1) return found.front();
  if (found.empty())
    return Fault("NotFound", "There is no mail " + given + ". The ids are in: hearth mail list", 404);
  return Fault("InvalidArgument",
               std::to_string(found.size()) + " mails begin with " + given + ": give more of the id.");
}

// A line for a person: the beginning of the id that tells it from the others, what fits into the width.
void printShort(const Json& mail, const Json& recipient, std::size_t idLength) {
  std::printf("%s  %s  %-9s  %-24.24s  %.*s\n", textOf(mail, "id").substr(0, idLength).c_str(),
              textOf(mail, "time").substr(5, 11).c_str(), textOf(recipient, "state").c_str(),
              forTerminal(textOf(recipient, "address")).c_str(),
              static_cast<int>(kWidth - 52 - std::min<std::size_t>(idLength, 20)),
              forTerminal(textOf(mail, "subject")).c_str());
}

// How many characters of the ids tell these mails apart; at least four.
std::size_t tellingLength(const JsonArray& mails) {
  std::vector<std::string> ids;
  for (const Json& mail : mails) ids.push_back(textOf(mail, "id"));
  std::sort(ids.begin(), ids.end());
  std::size_t length = 4;
  for (std::size_t i = 1; i < ids.size(); ++i) {
    const auto differ = std::mismatch(ids[i - 1].begin(), ids[i - 1].end(), ids[i].begin(), ids[i].end()).first;
    length = std::max(length, static_cast<std::size_t>(differ - ids[i - 1].begin()) + 1);
  }
  return length;
}

int listMails(const Options& options) {
  auto client = Client::connect(resolveDataFolder(options.folder));
  if (!client.ok()) return report(client.fault());
  // A program gets all of them unless it says otherwise, a person what fits a screen or some.
  const std::size_t most = options.limit > 0 ? options.limit : options.json ? kAll : kShown;
  auto mails = newestMails(*client, most + (options.json ? 0 : 1));
  if (!mails.ok()) return report(mails.fault());
  if (options.json) {
    std::printf("%s\n", base::writeJsonPretty(JsonObject{{"mails", *std::move(mails)}}).c_str());
    return kOk;
  }
  if (mails->empty()) {
    std::printf("No mail yet.\n");
    return kOk;
  }
  const bool more = mails->size() > most;
  if (more) mails->pop_back();
  const bool person = ::isatty(STDOUT_FILENO) == 1;
  const std::size_t idLength = tellingLength(*mails);
  for (const Json& mail : *mails) {
    const Json* recipients = base::findMember(mail, "recipients");
    for (const Json& recipient : recipients->as_array()) {
      if (person) {
        printShort(mail, recipient, idLength);
        continue;
      }
      std::printf("%s  %s  %-9s  %s  %s\n", textOf(mail, "id").c_str(), textOf(mail, "time").c_str(),
                  textOf(recipient, "state").c_str(), forTerminal(textOf(recipient, "address")).c_str(),
                  forTerminal(textOf(mail, "subject")).c_str());
      if (std::string detail = textOf(recipient, "detail"); !detail.empty())
        std::printf("    %s\n", forTerminal(detail).c_str());
    }
  }
  if (more) std::fprintf(stderr, "There are older ones: hearth mail list --limit %zu\n", most * 10);
  return kOk;
}

int showMail(const Options& options) {
  auto client = Client::connect(resolveDataFolder(options.folder));
  if (!client.ok()) return report(client.fault());
  const auto id = fullId(*client, options.id);
  if (!id.ok()) return report(id.fault());
  auto response = client->admin("GET", "/_hearth/mails/" + *id);
  if (!response.ok()) return report(response.fault());
  std::string shown = std::move(response->body);
  if (::isatty(STDOUT_FILENO)) {  // bit for bit for programs, readable for a person
    std::erase(shown, '\r');
    shown = linesForTerminal(shown, "");
  }
  std::fwrite(shown.data(), 1, shown.size(), stdout);
  return kOk;
}

int deleteMails(const Options& options) {
  auto client = Client::connect(resolveDataFolder(options.folder));
  if (!client.ok()) return report(client.fault());
  for (const std::string& id : options.ids) {
    const auto response = client->admin("DELETE", "/_hearth/mails/" + id);
    if (!response.ok()) return report(response.fault());
    std::printf("Deleted %s\n", id.c_str());
  }
  return kOk;
}

}  // namespace

void addMailCommand(Application& application) {
  auto options = std::make_shared<Options>();
  auto& mail = application.add("mail", "Look into the outbox", [options] { return listMails(*options); });
  mail.add_option("--data", options->folder, "The server's data folder");
  mail.require_subcommand(0, 1);
  auto* list = mail.add_subcommand("list", "A line per mail and recipient: id, time, state, recipient, subject");
  list->add_option("--limit", options->limit, "At most so many mails, the newest first; 100, with --json all")
      ->check(CLI::Range(std::size_t{1}, kAll));
  list->add_option("--data", options->folder, "The server's data folder");
  list->add_flag("--json", options->json, "Print JSON");
  auto* show = mail.add_subcommand("show", "Print one mail bit for bit: an .eml file");
  show->add_option("ID", options->id, "The id that list prints, or its beginning")->required();
  show->add_option("--data", options->folder, "The server's data folder");
  auto* remove = mail.add_subcommand("delete", "Remove mails from the server's record, their content too");
  remove->add_option("ID", options->ids, "Ids that list prints")->required();
  remove->add_option("--data", options->folder, "The server's data folder");
  application.choose(*remove, [options] { return deleteMails(*options); });
  application.choose(*show, [options] { return showMail(*options); });
}

}  // namespace hearth::cli
