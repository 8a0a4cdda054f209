// hearth logs FUNCTION [-f]: the log of a function, from all its streams in the order of time.
#include <poll.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <pugixml.hpp>
#include <set>

#include "base/bytes.h"
#include "base/clock.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/near_names.h"
#include "cli/terminal_text.h"

namespace hearth::cli {
namespace {

constexpr int kPollMillis = 300;
constexpr std::size_t kNear = 5;    // names that are proposed
constexpr std::size_t kNamed = 50;  // names in a message

struct Options {
  std::string folder;
  std::string name;  // of a function; of a log group when it begins with '/'
  std::string filter;
  bool follow = false;
  bool json = false;

  bool isGroup() const { return name.starts_with('/'); }
  std::string group() const { return isGroup() ? name : "/aws/lambda/" + name; }
};

// Shows events from `from` on; the time of the last one shown. Events of one millisecond may come in two pages, so
// what was shown is remembered by its id.
Result<std::int64_t> showFrom(const Client& client, const Options& options, std::int64_t from,
                              std::set<std::string>& shown) {
  std::string token;
  std::int64_t last = from;
  do {
    JsonObject body{{"logGroupName", options.group()}, {"startTime", from}};
    if (!options.filter.empty()) body["filterPattern"] = options.filter;
    if (!token.empty()) body["nextToken"] = token;
    HEARTH_TRY(Json answer, client.json("logs", "Logs_20140328.FilterLogEvents", body));
    if (const Json* events = base::findMember(answer, "events")) {
      for (const Json& event : events->as_array()) {
        if (!shown.insert(base::findString(event, "eventId").value_or("")).second) continue;
        std::int64_t time = event.at("timestamp").as_int64();
        last = std::max(last, time);
        if (options.json) {
          std::printf("%s\n", base::writeJson(event).c_str());
        } else {
          std::string message(base::trim(base::findString(event, "message").value_or("")));
          std::printf("%s  %s\n", base::formatIso8601(base::fromMillis(time), true).c_str(),
                      linesForTerminal(message, "    ").c_str());
        }
      }
    }
    token = base::findString(answer, "nextToken").value_or("");
  } while (!token.empty());
  std::fflush(stdout);
  return last;
}

// Appends member `key` of the documents in the list `list` of a page.
void collect(const Json& page, const char* list, const char* key, std::vector<std::string>& names) {
  const Json* found = base::findMember(page, list);
  for (const Json& one : found && found->is_array() ? found->get_array() : JsonArray())
    names.push_back(base::findString(one, key).value_or(""));
}

// Those that might have been meant: all functions, or all log groups.
Result<std::vector<std::string>> knownNames(const Client& client, const Options& options) {
  std::vector<std::string> names;
  std::string next;
  do {
    if (options.isGroup()) {
      JsonObject body;
      if (!next.empty()) body["nextToken"] = next;
      HEARTH_TRY(const Json page, client.json("logs", "Logs_20140328.DescribeLogGroups", body));
      collect(page, "logGroups", "logGroupName", names);
      next = base::findString(page, "nextToken").value_or("");
    } else {
      const std::string marker = next.empty() ? "" : "?Marker=" + base::uriEncode(next);
      HEARTH_TRY(const Json page, client.get("lambda", "/2015-03-31/functions/" + marker));
      collect(page, "Functions", "FunctionName", names);
      next = base::findString(page, "NextMarker").value_or("");
    }
  } while (!next.empty());
  return names;
}

std::string joined(const std::vector<std::string>& names, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return text + (names.size() > most ? " ..." : "");
}

Fault unknownName(const Options& options, const std::vector<std::string>& names) {
  std::string message =
      std::string("There is no ") + (options.isGroup() ? "log group " : "function ") + options.name + ". ";
  if (const auto near = nearNames(options.name, names, kNear); !near.empty()) {
    message += "Did you mean: " + joined(near, kNear) + "?";
  } else if (names.empty()) {
    message += "There are none in this region.";
  } else {
    message += "There are: " + joined(names, kNamed) + ".";
  }
  return Fault("NotFound", message, 404);
}

// The name of a stack that is being made or changed: what is not there yet may be soon.
Result<std::string> stackUnderWay(const Client& client) {
  HEARTH_TRY(const std::string xml,
             client.query("cloudformation", {{"Action", "ListStacks"},
                                             {"Version", "2010-05-15"},
                                             {"StackStatusFilter.member.1", "CREATE_IN_PROGRESS"},
                                             {"StackStatusFilter.member.2", "UPDATE_IN_PROGRESS"}}));
  pugi::xml_document document;
  if (!document.load_buffer(xml.data(), xml.size()))
    return Fault("Failed", "The server's answer is not the XML that was expected.");
  return std::string(document.select_node("//StackName").node().text().get());
}

// There is no log. What it is worth to wait for; a fault where waiting would be for nothing.
Result<std::string> whatIsAwaited(const Client& client, const Options& options) {
  // Before the names: a stack that ends in between has made what it makes.
  HEARTH_TRY(const std::string stack, stackUnderWay(client));
  HEARTH_TRY(const auto names, knownNames(client, options));
  if (std::find(names.begin(), names.end(), options.name) != names.end())
    return "There is no log of " + options.name + " yet. It begins with the first invocation.";
  if (stack.empty()) return unknownName(options, names);
  return "There is no " + options.name + " yet; the stack " + stack + " is being deployed.";
}

Result<int> showLogs(const Options& options) {
  HEARTH_TRY(Client client, Client::connect(resolveDataFolder(options.folder)));
  std::int64_t from = 0;
  std::set<std::string> shown;
  std::string said;
  while (true) {
    auto last = showFrom(client, options, from, shown);
    if (last.ok()) {
      if (*last > from) from = *last;
    } else if (last.fault().code != "ResourceNotFoundException") {
      return last.fault();
    } else {
      HEARTH_TRY(std::string awaited, whatIsAwaited(client, options));
      if (!options.follow) return Fault("NotFound", awaited, 404);
      if (awaited != said) std::fprintf(stderr, "%s Waiting.\n", linesForTerminal(awaited, "  ").c_str());
      said = std::move(awaited);
    }
    if (!options.follow) return kOk;
    ::poll(nullptr, 0, kPollMillis);
  }
}

}  // namespace

void addLogsCommand(Application& application) {
  auto options = std::make_shared<Options>();
  auto& command = application.add("logs", "Show the log of a function", [options] {
    auto done = showLogs(*options);
    return done.ok() ? *done : report(done.fault());
  });
  command.add_option("FUNCTION", options->name, "Name of the function; or of a log group, which begins with /")
      ->required();
  command.add_flag("-f,--follow", options->follow,
                   "Go on as lines come. A function that is not there is waited for while a stack is deployed");
  command.add_option("--filter", options->filter, "A CloudWatch Logs filter pattern");
  command.add_option("--data", options->folder, "The server's data folder");
  command.add_flag("--json", options->json, "A JSON document per line");
}

}  // namespace hearth::cli
