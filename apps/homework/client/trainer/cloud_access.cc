#include "homework/client/trainer/cloud_access.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "homework/client/common/files.h"
#include "homework/client/common/text.h"

extern char** environ;

namespace hearth::homework::client {
namespace {

namespace fs = std::filesystem;
using Variables = std::map<std::string, std::string>;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string valueOf(const Variables& variables, const std::string& name) {
  const auto it = variables.find(name);
  return it == variables.end() ? "" : it->second;
}

std::string_view unquoted(std::string_view text) {
  for (const char quote : {'\'', '"'}) {
    if (text.size() >= 2 && text.front() == quote && text.back() == quote) return text.substr(1, text.size() - 2);
  }
  return text;
}

// What `program argument` prints, or nothing when it cannot be run or fails.
std::optional<std::string> outputOf(const fs::path& program, const char* argument) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::string path = program.string();
  std::string word = argument;
  char* arguments[] = {path.data(), word.data(), nullptr};
  pid_t child = -1;
  const int failed = ::posix_spawn(&child, path.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::string output;
  char buffer[4096];
  for (;;) {
    const ssize_t got = failed == 0 ? ::read(ends[0], buffer, sizeof buffer) : 0;
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || output.size() > (1u << 16)) break;
    output.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  if (failed != 0) return std::nullopt;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return output;
}

std::optional<CloudAccess> fromVariables(const Variables& variables) {
  CloudAccess access;
  access.credentials = {valueOf(variables, "AWS_ACCESS_KEY_ID"), valueOf(variables, "AWS_SECRET_ACCESS_KEY"),
                        valueOf(variables, "AWS_SESSION_TOKEN")};
  if (access.credentials.accessKeyId.empty() || access.credentials.secretAccessKey.empty()) return std::nullopt;
  access.endpoint = valueOf(variables, "AWS_ENDPOINT_URL");
  access.region = valueOf(variables, "AWS_REGION");
  if (access.region.empty()) access.region = valueOf(variables, "AWS_DEFAULT_REGION");
  return access;
}

Variables ownEnvironment() {
  Variables variables;
  for (const char* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL",
                           "AWS_REGION", "AWS_DEFAULT_REGION"}) {
    if (const std::string value = environment(name); !value.empty()) variables[name] = value;
  }
  return variables;
}

std::string settingsFile(const char* variable, const char* name) {
  const std::string given = environment(variable);
  return given.empty() ? (userFolders().home / ".aws" / name).string() : given;
}

// The profile of the credentials file, with region and endpoint from the config file.
std::optional<CloudAccess> fromProfile(const std::string& profile) {
  const auto secrets = findFile(settingsFile("AWS_SHARED_CREDENTIALS_FILE", "credentials"), 1 << 20);
  const auto settings = findFile(settingsFile("AWS_CONFIG_FILE", "config"), 1 << 20);
  const std::string section = profile == "default" ? profile : "profile " + profile;
  Variables all;
  if (settings) all = parseIniSection(*settings, section).value_or(Variables{});
  if (secrets) {
    for (auto& [name, value] : parseIniSection(*secrets, profile).value_or(Variables{})) all[name] = value;
  }
  Variables variables = ownEnvironment();
  const auto take = [&](const char* from, const char* to) {
    if (const std::string value = valueOf(all, from); !value.empty() && valueOf(variables, to).empty())
      variables[to] = value;
  };
  take("aws_access_key_id", "AWS_ACCESS_KEY_ID");
  take("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY");
  take("aws_session_token", "AWS_SESSION_TOKEN");
  take("region", "AWS_DEFAULT_REGION");
  take("endpoint_url", "AWS_ENDPOINT_URL");
  return fromVariables(variables);
}

Result<CloudAccess> complete(CloudAccess access) {
  while (access.endpoint.ends_with('/')) access.endpoint.pop_back();
  if (access.region.empty()) {
    return Failure{Exit::kUsage, "The AWS region is not known.",
                   "Set AWS_REGION, for example  export AWS_REGION=eu-central-1"};
  }
  return access;
}

}  // namespace

std::string CloudAccess::described() const {
  return endpoint.empty() ? "AWS, region " + region : "the server at " + endpoint + ", region " + region;
}

fs::path ownFolder() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : program.parent_path();
}

Result<CloudAccess> findCloudAccess(const fs::path& folder) {
  if (auto access = fromVariables(ownEnvironment())) return complete(*std::move(access));
  const std::string profile = environment("AWS_PROFILE");
  if (!profile.empty()) {
    if (auto access = fromProfile(profile)) return complete(*std::move(access));
    return Failure{Exit::kForbidden, "The AWS profile " + inQuotes(profile) + " has no access key.",
                   "For other kinds of profiles:  eval \"$(aws configure export-credentials --format env)\""};
  }
  if (const auto exports = outputOf(folder / "hearth", "env")) {
    const Variables said = parseExports(*exports);
    // Its certificates are of its own authority.
    if (const std::string authority = valueOf(said, "AWS_CA_BUNDLE"); !authority.empty())
      ::setenv("AWS_CA_BUNDLE", authority.c_str(), 1);
    if (auto access = fromVariables(said)) return complete(*std::move(access));
  }
  if (auto access = fromProfile("default")) return complete(*std::move(access));
  return Failure{Exit::kForbidden, "There are no AWS credentials, and no Hearth is running here.",
                 "Run  ./start , or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."};
}

std::map<std::string, std::string> parseExports(std::string_view text) {
  Variables variables;
  for (const std::string_view line : split(text, '\n')) {
    std::string_view rest = trimmed(line);
    if (!rest.starts_with("export ")) continue;
    rest = trimmed(rest.substr(7));
    const std::size_t equals = rest.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    variables[std::string(rest.substr(0, equals))] = unquoted(rest.substr(equals + 1));
  }
  return variables;
}

std::optional<std::map<std::string, std::string>> parseIniSection(std::string_view text, std::string_view section) {
  std::optional<Variables> found;
  bool inside = false;
  for (const std::string_view raw : split(text, '\n')) {
    const std::string_view line = trimmed(raw);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      inside = line.back() == ']' && trimmed(line.substr(1, line.size() - 2)) == section;
      if (inside && !found) found.emplace();
      continue;
    }
    const std::size_t equals = line.find('=');
    // Indented lines are settings within a setting.
    if (!inside || equals == std::string_view::npos || raw.front() == ' ' || raw.front() == '\t') continue;
    (*found)[std::string(trimmed(line.substr(0, equals)))] = trimmed(line.substr(equals + 1));
  }
  return found;
}

}  // namespace hearth::homework::client
