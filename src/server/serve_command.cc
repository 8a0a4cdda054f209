#include "server/serve_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/file.h"
#include "base/log.h"
#include "cli/local_server.h"
#include "server/server.h"

namespace hearth::server {
namespace {

struct Options {
  Settings settings;
  std::string listen = "127.0.0.1:4566";
  std::string clock;
  std::vector<std::string> accounts;
  std::string passwordFile;
  bool verbose = false;
};

// The relay's password comes from a file or the environment: command lines are visible to everybody.
Result<std::string> relayPassword(const std::string& file) {
  if (file.empty()) {
    const char* given = std::getenv("HEARTH_SMTP_PASSWORD");
    return std::string(given ? given : "");
  }
  auto text = base::readFile(file, 4096);
  if (!text.ok()) return Fault("InvalidArgument", "--smtp-password-file: " + text.fault().message);
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  return *text;
}

Result<void> run(Options& options) {
  Settings& settings = options.settings;
  settings.dataFolder = cli::resolveDataFolder(settings.dataFolder);
  HEARTH_CHECK(parseListen(options.listen, settings));
  if (!settings.publicUrl.empty()) HEARTH_CHECK(checkPublicUrl(settings.publicUrl));
  if (!options.clock.empty()) {
    HEARTH_TRY(settings.startAt, parseClock(options.clock));
  }
  for (const std::string& account : options.accounts) {
    HEARTH_TRY(auto key, parseAccount(account));
    settings.rootKeys.push_back(std::move(key));
  }
  HEARTH_TRY(settings.relay.password, relayPassword(options.passwordFile));
  base::setLogLevel(options.verbose ? base::LogLevel::kInfo : base::LogLevel::kWarning);
  return serve(settings, [&](const std::string& address) {
    std::printf("hearth listens on %s://%s, data in %s\n", settings.tls ? "https" : "http", address.c_str(),
                settings.dataFolder.c_str());
    std::fflush(stdout);
  });
}

}  // namespace

void addServeCommand(cli::Application& application) {
  auto options = std::make_shared<Options>();
  auto& command = application.add("serve", "Run the server in the foreground", [options]() -> int {
    try {
      auto done = run(*options);
      if (!done.ok()) return cli::report(done.fault());
      return cli::kOk;
    } catch (const std::exception& error) {
      return cli::report(Fault("Failed", std::string("The server cannot run: ") + error.what(), 500));
    }
  });
  Settings& settings = options->settings;
  command.add_option("--data", settings.dataFolder, "Folder of everything that is kept; made when it is not there");
  command.add_option("--listen", options->listen, "ADDRESS:PORT; port 0 takes a free one")->capture_default_str();
  command.add_option("--public-url", settings.publicUrl,
                     "What others are told, in links and by `hearth env`: SCHEME://HOST[:PORT]");
  command.add_option("--region", settings.region, "The region that `hearth env` names; any other works as well")
      ->capture_default_str();
  command.add_flag("--tls", settings.tls, "The port speaks TLS; `hearth env` names the certificate to trust");
  auto* certificate = command.add_option("--tls-cert", settings.tlsCertificate,
                                         "Certificate chain (PEM) instead of the server's own");
  auto* key = command.add_option("--tls-key", settings.tlsKey, "Its private key (PEM)");
  certificate->check(CLI::ExistingFile)->needs(key)->needs("--tls");
  key->check(CLI::ExistingFile)->needs(certificate);
  command.add_option("--clock", options->clock, "Start the clock at this time, for demos and tests");
  command.add_option("--account", options->accounts,
                     "ID:ACCESS_KEY:SECRET[:CANONICAL_ID]: a root key to accept, repeatable");
  command
      .add_option("--jail", settings.jail,
                  "auto: the strongest walls that the machine allows; strict: all or none; off")
      ->capture_default_str();
  command
      .add_option("--gateway-rate", settings.gatewayRate,
                  "Requests per second to all APIs of an account and region; half as many at once")
      ->capture_default_str()
      ->check(CLI::Range(2, 100'000'000));
  command
      .add_option("--gateway-timeout", settings.gatewayTimeoutSeconds, "Seconds that an API waits for a function")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
  command
      .add_option(
          "--http-integrations", settings.httpIntegrations,
          "Which HTTP endpoints APIs may call. public: those of the internet; any: also private networks and "
          "this machine; off: none")
      ->capture_default_str()
      ->check(CLI::IsMember({"public", "any", "off"}));
  command.add_option("--smtp-host", settings.relay.host,
                     "Relay that delivers mail; without one it stays in the outbox");
  command.add_option("--smtp-port", settings.relay.port, "Port of the relay")->capture_default_str();
  command.add_option("--smtp-tls", settings.relay.security, "required, optional, implicit or off")
      ->capture_default_str();
  command
      .add_option("--smtp-ca-file", settings.relay.caFile,
                  "Certificates that vouch for the relay, else the machine's")
      ->check(CLI::ExistingFile);
  command.add_option("--smtp-user", settings.relay.user, "User at the relay");
  command.add_option("--smtp-password-file", options->passwordFile,
                     "File with the relay's password; else $HEARTH_SMTP_PASSWORD");
  command.add_flag("--verbose", options->verbose, "Log what the server does, not only what goes wrong");
}

}  // namespace hearth::server
