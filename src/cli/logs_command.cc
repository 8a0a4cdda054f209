// hearth logs FUNCTION [-f]: the log of a function, from all its streams in the order of time.
#include <poll.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <set>

#include "base/bytes.h"
#include "base/clock.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/terminal_text.h"

namespace hearth::cli {
namespace {

constexpr int kPollMillis = 300;
constexpr std::size_t kNamed = 50;  // functions in a message

struct Options {
  std::string folder;
  std::string function;
  std::string filter;
  bool follow = false;
  bool json = false;
};

// Shows events from `from` on; the time of the last one shown. Events of one millisecond may come in two pages, so
// what was shown is remembered by its id.
Result<std::int64_t> showFrom(const Client& client, const Options& options, std::int64_t from,
                              std::set<std::string>& shown) {
  std::string token;
  std::int64_t last = from;
  do {
    JsonObject body{{"logGroupName", "/aws/lambda/" + options.function}, {"startTime", from}};
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

// Why there is no log: no such function, or none that ran.
Fault withoutLog(const Client& client, const std::string& function) {
  auto answer = client.get("lambda", "/2015-03-31/functions/");
  if (!answer.ok()) return answer.fault();
  const Json* list = base::findMember(*answer, "Functions");
  std::string names;
  std::size_t shown = 0;
  for (const Json& one : list && list->is_array() ? list->get_array() : JsonArray()) {
    const std::string name = base::findString(one, "FunctionName").value_or("");
    if (name == function)
      return Fault("NotFound",
                   "There is no log of the function " + function + " yet. It begins with the first invocation.",
                   404);
    if (++shown <= kNamed) names += (names.empty() ? "" : ", ") + name;
  }
  if (shown > kNamed) names += " ...";
  return Fault("NotFound",
               "There is no function " + function + ". " +
                   (shown == 0 ? "There are none in this region." : "There are: " + names + "."),
               404);
}

Result<int> showLogs(const Options& options) {
  HEARTH_TRY(Client client, Client::connect(resolveDataFolder(options.folder)));
  std::int64_t from = 0;
  std::set<std::string> shown;
  while (true) {
    auto last = showFrom(client, options, from, shown);
    if (last.ok()) {
      if (*last > from) from = *last;
    } else if (last.fault().code != "ResourceNotFoundException" || !options.follow) {
      if (last.fault().code == "ResourceNotFoundException") return withoutLog(client, options.function);
      return last.fault();
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
  command.add_option("FUNCTION", options->function, "Name of the function")->required();
  command.add_flag("-f,--follow", options->follow, "Go on as lines come");
  command.add_option("--filter", options->filter, "A CloudWatch Logs filter pattern");
  command.add_option("--data", options->folder, "The server's data folder");
  command.add_flag("--json", options->json, "A JSON document per line");
}

}  // namespace hearth::cli
