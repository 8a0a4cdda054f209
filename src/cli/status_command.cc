// hearth status, hearth stop.
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/fd.h"
#include "cli/client.h"
#include "cli/commands.h"

namespace hearth::cli {
namespace {

struct Options {
  std::string folder;
  bool json = false;
};

std::string textOf(const Json& document, std::string_view name) {
  const Json* member = base::findMember(document, name);
  return member ? base::scalarText(*member).value_or("") : "";
}

int printStatus(const Options& options) {
  auto client = Client::connect(resolveDataFolder(options.folder));
  if (!client.ok()) return report(client.fault());
  auto response = client->admin("GET", "/_hearth/status");
  if (!response.ok()) return report(response.fault());
  auto document = base::parseJson(response->body);
  if (!document.ok()) return report(document.fault());
  if (options.json) {
    if (auto* status = document->if_object()) {
      status->insert_or_assign("endpoint", client->endpoint());
      status->insert_or_assign("listen", client->server().address);
      status->insert_or_assign("pid", client->server().pid);
    }
    std::printf("%s\n", base::writeJsonPretty(*document).c_str());
    return kOk;
  }
  std::printf("hearth %s runs at %s (pid %lld), account %s, region %s\n", textOf(*document, "version").c_str(),
              client->endpoint().c_str(), static_cast<long long>(client->server().pid),
              textOf(*document, "account").c_str(), textOf(*document, "region").c_str());
  std::printf("time       %s\n", textOf(*document, "time").c_str());
  std::printf("functions  %s environments, %s running, %s events\n", textOf(*document, "environments").c_str(),
              textOf(*document, "running").c_str(), textOf(*document, "events").c_str());
  std::printf("mail       %s\n", textOf(*document, "mail").c_str());
  if (const Json* walls = base::findMember(*document, "walls"); walls && walls->is_array()) {
    int missing = 0;
    for (const Json& wall : walls->get_array()) {
      if (textOf(wall, "present") == "true") continue;
      ++missing;
      std::printf("jail       without %s: %s\n", textOf(wall, "name").c_str(), textOf(wall, "why").c_str());
    }
    if (missing == 0) std::printf("jail       all %zu walls stand\n", walls->get_array().size());
  }
  return kOk;
}

int stopServer(const Options& options) {
  std::string folder = resolveDataFolder(options.folder);
  auto client = Client::connect(folder);
  if (!client.ok()) {
    if (client.fault().code == "NoServer") {
      std::printf("No server runs on %s.\n", folder.c_str());
      return kOk;
    }
    return report(client.fault());
  }
  auto pid = static_cast<pid_t>(client->server().pid);
  base::Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  auto response = client->admin("POST", "/_hearth/stop");
  if (!response.ok()) return report(response.fault());
  constexpr int kMostMillis = 60'000;
  pollfd ended{process.get(), POLLIN, 0};
  if (process && ::poll(&ended, 1, kMostMillis) == 0)
    return report(Fault("Failed", "The server (pid " + std::to_string(pid) + ") is still finishing its work."));
  std::printf("Stopped.\n");
  return kOk;
}

}  // namespace

void addStatusCommands(Application& application) {
  auto options = std::make_shared<Options>();
  auto& status = application.add("status", "Say how the server does, and which walls its jails have",
                                 [options] { return printStatus(*options); });
  status.add_option("--data", options->folder, "The server's data folder");
  status.add_flag("--json", options->json, "Print JSON");
  auto& stop = application.add("stop", "Stop the server: what runs is finished first",
                               [options] { return stopServer(*options); });
  stop.add_option("--data", options->folder, "The server's data folder");
}

}  // namespace hearth::cli
