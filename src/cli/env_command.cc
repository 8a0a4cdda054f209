// hearth env: lines that point AWS clients at the server.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "base/random.h"
#include "cli/commands.h"
#include "cli/local_server.h"

namespace hearth::cli {
namespace {

int printEnvironment(const std::string& given) {
  std::string folder = resolveDataFolder(given);
  auto server = findServer(folder);
  if (!server)
    return report(
        Fault("NoServer", "No server runs on " + folder + ". Start one with: hearth serve --data " + folder));
  base::SystemRandom random;
  auto keyring = store::Keyring::open(folder, random, store::Keyring::Missing::kRefuse);
  if (!keyring.ok()) return report(keyring.fault());
  auto key = openRootKey(folder, **keyring, random);
  if (!key.ok()) return report(key.fault());
  std::string endpoint = "http://" + server->address;
  const std::pair<const char*, std::string> lines[] = {
      {"AWS_ACCESS_KEY_ID", key->accessKeyId},
      {"AWS_SECRET_ACCESS_KEY", key->secretAccessKey},
      {"AWS_DEFAULT_REGION", server->region},
      {"AWS_REGION", server->region},
      {"AWS_ENDPOINT_URL", endpoint},  // boto3 >= 1.28, aws-cli >= 2.13, JavaScript SDK v3
      {"AWS_URL", endpoint},           // Ansible's amazon.aws
      {"S3_URL", endpoint},
      {"AWS_EC2_METADATA_DISABLED", "true"},
      {"HEARTH_DATA", folder},
  };
  for (const auto& [name, value] : lines) std::printf("export %s='%s'\n", name, value.c_str());
  // A profile or a session token of the caller's would win over these keys.
  std::puts("unset AWS_PROFILE AWS_SESSION_TOKEN AWS_SECURITY_TOKEN");
  return kOk;
}

}  // namespace

void addEnvCommand(Application& application) {
  auto folder = std::make_shared<std::string>();
  auto& command = application.add("env", "Print lines that point AWS clients at the server: eval \"$(hearth env)\"",
                                  [folder] { return printEnvironment(*folder); });
  command.add_option("--data", *folder, "The server's data folder");
  command.footer(
      "Debian's aws-cli 2.9 and boto3 1.26 do not know AWS_ENDPOINT_URL: give them --endpoint-url "
      "\"$AWS_ENDPOINT_URL\".");
}

}  // namespace hearth::cli
