// hearth mail list, hearth mail show ID, hearth mail delete ID...
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "cli/client.h"
#include "cli/columns.h"
#include "cli/commands.h"
#include "cli/terminal_text.h"

namespace hearth::cli {
namespace {

constexpr std::size_t kPage = 1000;  // of the server
constexpr std::size_t kShown = 100;  // to a person who does not say how many
constexpr std::size_t kAll = 10'000'000;

struct Options {
  std::string folder;
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

// Behind the time of a mail, which is the same for all of one hour, its id has what tells it from others.
std::string_view tellingPart(std::string_view id) {
  const auto dash = id.find('-');
  return dash == std::string_view::npos ? id : id.substr(dash + 1);
}

// The mails whose ids, or the telling parts of them, begin with `given`: the id of the one that does.
Result<std::string> fullId(const JsonArray& mails, const std::string& given) {
  std::vector<std::string> found;
  for (const Json& mail : mails) {
    std::string id = textOf(mail, "id");
    if (id == given) return id;
    if (id.starts_with(given) || tellingPart(id).starts_with(given)) found.push_back(std::move(id));
  }
  if (found.size() == 1 && !given.empty()) return found.front();
  if (found.empty() || given.empty())
    return Fault("NotFound", "There is no mail '" + given + "'. The ids are in: hearth mail list", 404);
  return Fault("InvalidArgument",
               std::to_string(found.size()) + " mails begin with " + given + ": give more of the id.");
}

// The ids that were meant. Without a look at all mails where they are whole.
Result<std::vector<std::string>> fullIds(Client& client, const std::vector<std::string>& given) {
  constexpr std::size_t kWholeId = 60;
  if (std::all_of(given.begin(), given.end(), [](const std::string& id) { return id.size() >= kWholeId; }))
    return given;
  HEARTH_TRY(const JsonArray mails, newestMails(client, kAll));
  std::vector<std::string> ids;
  for (const std::string& one : given) {
    HEARTH_TRY(std::string id, fullId(mails, one));
    ids.push_back(std::move(id));
  }
  return ids;
}

// How much of the telling part tells these mails apart; at least eight characters.
std::size_t tellingLength(const JsonArray& mails) {
  std::vector<std::string> ids;
  for (const Json& mail : mails) ids.emplace_back(tellingPart(textOf(mail, "id")));
  std::sort(ids.begin(), ids.end());
  std::size_t length = 8;
  for (std::size_t i = 1; i < ids.size(); ++i) {
    const auto differ = std::mismatch(ids[i - 1].begin(), ids[i - 1].end(), ids[i].begin(), ids[i].end()).first;
    length = std::max(length, static_cast<std::size_t>(differ - ids[i - 1].begin()) + 1);
  }
  return length;
}

// A line of the list: a mail and one who gets it.
struct Row {
  std::string id, time, state, address, subject, detail;
};

std::vector<Row> rowsOf(const JsonArray& mails) {
  std::vector<Row> rows;
  for (const Json& mail : mails) {
    const Json* recipients = base::findMember(mail, "recipients");
    for (const Json& recipient : recipients && recipients->is_array() ? recipients->get_array() : JsonArray())
      rows.push_back({textOf(mail, "id"), textOf(mail, "time"), forTerminal(textOf(recipient, "state")),
                      forTerminal(textOf(recipient, "address")), forTerminal(textOf(mail, "subject")),
                      forTerminal(textOf(recipient, "detail"))});
  }
  return rows;
}

// For programs: everything whole.
void printWhole(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    std::printf("%s  %s  %-9s  %s  %s\n", row.id.c_str(), row.time.c_str(), row.state.c_str(), row.address.c_str(),
                row.subject.c_str());
    if (!row.detail.empty()) std::printf("    %s\n", row.detail.c_str());
  }
}

// For a person: short ids, and as much of the subjects as the terminal holds.
void printShort(const std::vector<Row>& rows, std::size_t idLength) {
  constexpr std::size_t kGap = 2;
  constexpr std::size_t kMostAddress = 24;
  constexpr std::size_t kLeastSubject = 12;
  constexpr std::size_t kTime = 11;  // "11-23 21:29"
  std::size_t state = 0, address = 0;
  for (const Row& row : rows) {
    state = std::max(state, row.state.size());
    address = std::max(address, std::min(columnsOf(row.address), kMostAddress));
  }
  const std::size_t before = idLength + kTime + state + address + 4 * kGap;
  const std::size_t subject = std::max(terminalColumns(), before + kLeastSubject) - before;
  for (const Row& row : rows) {
    std::string time = row.time.substr(std::min<std::size_t>(row.time.size(), 5), kTime);
    std::replace(time.begin(), time.end(), 'T', ' ');
    std::printf("%s  %s  %s  %s  %s\n", std::string(tellingPart(row.id).substr(0, idLength)).c_str(), time.c_str(),
                fittedTo(row.state, state).c_str(), fittedTo(row.address, address).c_str(),
                cutTo(row.subject, subject).c_str());
  }
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
  if (::isatty(STDOUT_FILENO) == 1)
    printShort(rowsOf(*mails), tellingLength(*mails));
  else
    printWhole(rowsOf(*mails));
  if (more) std::fprintf(stderr, "There are older ones: hearth mail list --limit %zu\n", most * 10);
  return kOk;
}

int showMail(const Options& options) {
  auto client = Client::connect(resolveDataFolder(options.folder));
  if (!client.ok()) return report(client.fault());
  const auto ids = fullIds(*client, options.ids);
  if (!ids.ok()) return report(ids.fault());
  auto response = client->admin("GET", "/_hearth/mails/" + base::uriEncode(ids->front()));
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
  const auto ids = fullIds(*client, options.ids);
  if (!ids.ok()) return report(ids.fault());
  for (const std::string& id : *ids) {
    const auto response = client->admin("DELETE", "/_hearth/mails/" + base::uriEncode(id));
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
  show->add_option("ID", options->ids, "The id that list prints, or its beginning")->required()->expected(1);
  show->add_option("--data", options->folder, "The server's data folder");
  auto* remove = mail.add_subcommand("delete", "Remove mails from the server's record, their content too");
  remove->add_option("ID", options->ids, "Ids that list prints, or their beginnings")->required();
  remove->add_option("--data", options->folder, "The server's data folder");
  application.choose(*remove, [options] { return deleteMails(*options); });
  application.choose(*show, [options] { return showMail(*options); });
}

}  // namespace hearth::cli
