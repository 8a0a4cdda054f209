// hearth env: lines that point AWS clients at the server.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
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
  std::string direct = "127.0.0.1,localhost,localhost.localstack.cloud,::1";
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

// What wins over those where it is set: other keys, and endpoints of single services.
constexpr auto kInTheWay = std::to_array({
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_ENDPOINT_URL_API_GATEWAY",
    "AWS_ENDPOINT_URL_CLOUDFORMATION",
    "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS",
    "AWS_ENDPOINT_URL_ECR",
    "AWS_ENDPOINT_URL_EVENTBRIDGE",
    "AWS_ENDPOINT_URL_IAM",
    "AWS_ENDPOINT_URL_LAMBDA",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_SCHEDULER",
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "AWS_ENDPOINT_URL_SES",
    "AWS_ENDPOINT_URL_SSM",
    "AWS_ENDPOINT_URL_STS",
});

// What stands for something between a reader's single quotes.
using Escapes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

std::string quoted(std::string_view value, Escapes escapes) {
  std::string word = "'";
  while (!value.empty()) {
    const auto* escape = std::find_if(escapes.begin(), escapes.end(),
                                      [value](const auto& one) { return value.starts_with(one.first); });
    const std::string_view taken = escape == escapes.end() ? value.substr(0, 1) : escape->first;
    word += escape == escapes.end() ? taken : escape->second;
    value.remove_prefix(taken.size());
  }
  return word + "'";
}

// How a reader of the lines sets a variable, and how it takes one away.
struct Format {
  const char* name;
  std::string (*set)(const std::string& name, const std::string& value);
  std::string (*unset)(const std::string& name);  // null where nothing can be taken away
};

constexpr auto kFormats = std::to_array<Format>({
    {"sh",
     [](const std::string& name, const std::string& value) {
       return "export " + name + "=" + quoted(value, {{"'", "'\\''"}});
     },
     [](const std::string& name) { return "unset " + name; }},
    {"fish",
     [](const std::string& name, const std::string& value) {
       return "set -gx " + name + " " + quoted(value, {{"'", "\\'"}, {"\\", "\\\\"}});
     },
     [](const std::string& name) { return "set -e " + name; }},
    // Typographic quotes are quotes to it, too.
    {"powershell",
     [](const std::string& name, const std::string& value) {
       return "$Env:" + name + " = " +
              quoted(value, {{"'", "''"}, {"‘", "‘‘"}, {"’", "’’"}, {"‚", "‚‚"}, {"‛", "‛‛"}});
     },
     [](const std::string& name) { return "Remove-Item Env:" + name + " -ErrorAction SilentlyContinue"; }},
    // As docker --env-file has it: values as they are, to the end of the line.
    {"env-file", [](const std::string& name, const std::string& value) { return name + "=" + value; }, nullptr},
});

struct Options {
  std::string folder;
  std::string format = "sh";
  bool undo = false;
};

int printUndo(const Format& format) {
  if (!format.unset)
    return report(Fault("InvalidArgument", std::string(format.name) + " has no lines that take a variable away."));
  for (const auto& [name, value] : variables("", {}, {})) std::puts(format.unset(name).c_str());
  return kOk;
}

int printEnvironment(const Options& options, const Format& format) {
  const std::string folder = resolveDataFolder(options.folder);
  const auto server = findServer(folder);
  if (!server) return report(noServer(folder));
  base::SystemRandom random;
  auto keyring = store::Keyring::open(folder, random, store::Keyring::Missing::kRefuse);
  if (!keyring.ok()) return report(keyring.fault());
  auto key = openRootKey(folder, **keyring, random);
  if (!key.ok()) return report(key.fault());
  const auto values = variables(std::filesystem::absolute(folder).string(), *server, *key);
  for (const auto& [name, value] : values) {
    if (!format.unset && value.find('\n') != std::string::npos)
      return report(Fault("Failed", std::string(name) + " has a line end, which no line of a file can hold.", 500));
  }
  for (const auto& [name, value] : values) std::puts(format.set(name, value).c_str());
  for (const char* name : kInTheWay) {
    if (format.unset) std::puts(format.unset(name).c_str());
  }
  return kOk;
}

int runEnv(const Options& options) {
  const auto format =
      std::find_if(kFormats.begin(), kFormats.end(), [&](const Format& one) { return options.format == one.name; });
  if (format == kFormats.end()) return kUsage;  // the parser has checked it
  return options.undo ? printUndo(*format) : printEnvironment(options, *format);
}

}  // namespace

void addEnvCommand(Application& application) {
  auto options = std::make_shared<Options>();
  auto& command = application.add("env", "Print lines that point AWS clients at the server: eval \"$(hearth env)\"",
                                  [options] { return runEnv(*options); });
  std::vector<std::string> names;
  for (const Format& format : kFormats) names.emplace_back(format.name);
  command.add_option("--format", options->format, "For sh (bash, zsh), fish, powershell, or a file of NAME=VALUE")
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  command.add_option("--data", options->folder, "The server's data folder");
  command.add_flag("--undo", options->undo, "Print lines that take all of it back: eval \"$(hearth env --undo)\"");
  command.footer(
      "Other shells:\n"
      "  hearth env --format fish | source\n"
      "  hearth env --format powershell | Out-String | Invoke-Expression\n"
      "  hearth env --format env-file > hearth.env\n\n"
      "New clients take the endpoint; Debian's aws-cli 2.9 and boto3 1.26, and curl, are led by HTTPS_PROXY, "
      "through "
      "which only *.amazonaws.com can be reached: in a shell that needs other sites over https, use --undo.");
}

}  // namespace hearth::cli
