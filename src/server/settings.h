// What `hearth serve` is told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "identity/directory.h"

namespace hearth::server {

struct MailRelay {
  std::string host;  // empty: no relay; mail stays readable in the outbox
  int port = 587;
  std::string security = "required";  // required or optional STARTTLS, implicit, off
  std::string user;
  std::string password;  // from a file or the environment, never from the command line
  std::string caFile;    // PEM certificates to trust instead of the machine's
};

struct Settings {
  std::string dataFolder;
  std::string address = "127.0.0.1";
  int port = 4566;
  // The port speaks TLS: with these files, else with the server's own authority. Requests without it are taken from
  // this machine only.
  bool tls = false;
  std::string tlsCertificate;
  std::string tlsKey;
  std::string publicUrl;  // --public-url; empty: made of the address
  std::string region = "eu-central-1";
  std::optional<base::Time> startAt;        // --clock
  std::vector<identity::RootKey> rootKeys;  // --account
  std::string jail = "auto";                // auto, strict, off
  MailRelay relay;
  std::int64_t gatewayTimeoutSeconds = 29;
  std::int64_t gatewayRate =
      10'000;  // requests per second to the APIs of an account and region; half as many at once
  std::string httpIntegrations = "public";  // where APIs' HTTP endpoints may be: public, any, off
  bool quiet = false;
};

// "ADDR:PORT", "[::1]:4566" or "PORT". Fault: InvalidArgument.
Result<void> parseListen(const std::string& text, Settings& settings);
// "https://hearth.example.org:4566": no path, no query. Fault: InvalidArgument.
Result<void> checkPublicUrl(const std::string& url);
// "ID:ACCESS_KEY:SECRET[:CANONICAL_ID]". Fault: InvalidArgument, without repeating the secret.
Result<identity::RootKey> parseAccount(const std::string& text);
// RFC 3339, or "2019-04-08 22:59:00" in UTC.
Result<base::Time> parseClock(const std::string& text);

}  // namespace hearth::server
