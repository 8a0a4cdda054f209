#include "server/server.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <exception>
#include <filesystem>
#include <optional>

#include "base/fd.h"
#include "base/file.h"
#include "base/log.h"
#include "cli/local_server.h"
#include "server/addresses.h"
#include "server/parts.h"

namespace hearth::server {
namespace {

// As many descriptors as the machine gives: every connection and every environment takes some.
void raiseDescriptorLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// The master key is in our memory, and may be in our environment: other processes of the same user, functions among
// them where the machine gives no user ids away, may look at neither (prctl(2), proc(5)).
void hideFromSameUser() { ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

std::unique_ptr<base::Clock> makeClock(const Settings& settings) {
  if (settings.startAt) return std::make_unique<base::SystemClock>(*settings.startAt);
  return std::make_unique<base::SystemClock>();
}

}  // namespace

Result<void> serve(const Settings& settings, const std::function<void(const std::string& address)>& onReady) {
  ::signal(SIGPIPE, SIG_IGN);
  raiseDescriptorLimit();
  hideFromSameUser();
  base::createDirectories(settings.dataFolder, 0700);
  HEARTH_TRY(const base::Fd lock, cli::lockDataFolder(settings.dataFolder));
  cli::removeServerFile(settings.dataFolder);  // a killed one's
  boost::asio::io_context loop(1);
  boost::asio::signal_set signals(loop, SIGTERM, SIGINT);
  std::unique_ptr<Parts> parts;
  bool stopping = false;
  std::optional<Fault> unstopped;
  auto onStopped = [&](std::exception_ptr failed) {
    loop.stop();
    try {
      if (failed) std::rethrow_exception(failed);
    } catch (const std::exception& error) {
      base::logError("server", "the server did not stop in order", {{"cause", error.what()}});
      unstopped = Fault("InternalError", "The server did not stop in order: " + std::string(error.what()), 500);
    }
  };
  auto beginStop = [&] {
    if (std::exchange(stopping, true)) return;
    base::logInfo("server", "stopping");
    signals.cancel();
    boost::asio::co_spawn(loop, parts->stop(), onStopped);
  };

  auto clock = makeClock(settings);
  AdminHooks hooks;
  hooks.stop = beginStop;
  HEARTH_TRY(parts, Parts::build(loop, settings, std::move(clock), std::move(hooks)));
  auto port = parts->start();
  if (!port.ok()) {
    boost::asio::co_spawn(loop, parts->stop(), onStopped);
    loop.run();
    return std::move(port).fault();
  }
  bool v6 = settings.address.find(':') != std::string::npos;
  std::string address = (v6 ? "[" + settings.address + "]" : settings.address) + ":" + std::to_string(*port);
  std::string told = toldAddress(settings.address);
  if (told.find(':') != std::string::npos) told = "[" + told + "]";
  const std::string url = !settings.publicUrl.empty()
                              ? settings.publicUrl
                              : (settings.tls ? "https://" : "http://") + told + ":" + std::to_string(*port);
  cli::writeServerFile(settings.dataFolder, {::getpid(), address, settings.region, kVersion, settings.tls, url});
  signals.async_wait([&](const boost::system::error_code& failed, int) {
    if (!failed) beginStop();
  });
  // No function can run from here on. Whoever supervises the server starts it again.
  bool crippled = false;
  parts->onSpawnerEnd([&] {
    crippled = true;
    beginStop();
  });
  if (onReady) onReady(address);
  loop.run();
  cli::removeServerFile(settings.dataFolder);
  // The parts go before the loop that they borrow.
  parts.reset();
  if (unstopped) return *std::move(unstopped);
  base::logInfo("server", "stopped");
  if (crippled)
    return Fault("SpawnerEnded", "The process that starts functions has died; start the server again.", 500);
  return {};
}

}  // namespace hearth::server
