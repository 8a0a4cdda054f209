// hearth env: lines that point AWS clients at the server.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "cli/commands.h"
#include "cli/local_server.h"
#include "http/client.h"

namespace hearth::cli {
namespace {

// What `hearth env` sets, in its order, for a server and a key; --undo unsets the same.
std::vector<std::pair<const char*, std::string>> variables(const std::string& folder, const ServerFile& server,
                                                           const RootKey& key) {
  const std::string endpoint = server.endpoint();
  const std::string proxy = "http://" + server.localAddress();
  std::string direct = "127.0.0.1,localhost,::1";
  if (const auto url = http::parseUrl(endpoint, http::Schemes::kPlainAndTls);
      url.ok() && direct.find(url->host) == std::string::npos)
    direct += "," + url->host;
  const std::string authority = folder + "/ca.pem";
  return {
      {"AWS_ACCESS_KEY_ID", key.accessKeyId},
      {"AWS_SECRET_ACCESS_KEY", key.secretAccessKey},
      {"AWS_DEFAULT_REGION", server.region},
      {"AWS_REGION", server.region},
      {"AWS_ENDPOINT_URL", endpoint},  // boto3 >= 1.28, aws-cli >= 2.13, JavaScript SDK v3
      {"AWS_URL", endpoint},           // Ansible's amazon.aws
      {"S3_URL", endpoint},
      // For who knows no endpoint (aws-cli 2.9, boto3 1.26, curl): the server is a proxy for AWS's names alone.
      {"HTTPS_PROXY", proxy},
      {"https_proxy", proxy},
      {"NO_PROXY", direct},
      {"no_proxy", direct},
      {"AWS_CA_BUNDLE", authority},
      {"REQUESTS_CA_BUNDLE", authority},
      {"CURL_CA_BUNDLE", authority},
      {"NODE_EXTRA_CA_CERTS", authority},
      {"AWS_EC2_METADATA_DISABLED", "true"},
      {"AWS_PAGER", ""},  // aws fails on a terminal without `less`
      {"HEARTH_DATA", folder},
  };
}

// A word that a shell takes as it is, whatever it holds.
std::string quoted(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

int printUndo() {
  for (const auto& [name, value] : variables("", {}, {})) std::printf("unset %s\n", name);
  return kOk;
}

int printEnvironment(const std::string& given) {
  const std::string folder = resolveDataFolder(given);
  const auto server = findServer(folder);
  if (!server) return report(noServer(folder));
  base::SystemRandom random;
  auto keyring = store::Keyring::open(folder, random, store::Keyring::Missing::kRefuse);
  if (!keyring.ok()) return report(keyring.fault());
  auto key = openRootKey(folder, **keyring, random);
  if (!key.ok()) return report(key.fault());
  for (const auto& [name, value] : variables(std::filesystem::absolute(folder).string(), *server, *key))
    std::printf("export %s=%s\n", name, quoted(value).c_str());
  // A profile or a session token of the caller's would win over these keys.
  std::puts("unset AWS_PROFILE AWS_SESSION_TOKEN AWS_SECURITY_TOKEN");
  return kOk;
}

}  // namespace

void addEnvCommand(Application& application) {
  auto folder = std::make_shared<std::string>();
  auto undo = std::make_shared<bool>(false);
  auto& command = application.add("env", "Print lines that point AWS clients at the server: eval \"$(hearth env)\"",
                                  [folder, undo] { return *undo ? printUndo() : printEnvironment(*folder); });
  command.add_option("--data", *folder, "The server's data folder");
  command.add_flag("--undo", *undo, "Print lines that take all of it back: eval \"$(hearth env --undo)\"");
  command.footer(
      "New clients take the endpoint; Debian's aws-cli 2.9 and boto3 1.26, and curl, are led by HTTPS_PROXY, "
      "through\n"
      "which only *.amazonaws.com can be reached: in a shell that needs other sites over https, use --undo.");
}

}  // namespace hearth::cli
