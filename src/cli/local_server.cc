#include "cli/local_server.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "base/json.h"

namespace hearth::cli {
namespace {

constexpr std::size_t kSmallFile = 64 * 1024;
constexpr std::string_view kRootKeyContext = "root key";

std::string serverFilePath(const std::string& dataFolder) { return dataFolder + "/server.json"; }

bool isFolder(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

RootKey makeRootKey(base::Random& random) {
  RootKey key;
  key.account = base::randomText(random, 1, "123456789") + base::randomText(random, 11, "0123456789");
  key.accessKeyId = "AKIA" + base::randomText(random, 16, base::kBase32);
  key.secretAccessKey = base::randomText(random, 40, base::kAlphanumeric);
  return key;
}

}  // namespace

Result<RootKey> openRootKey(const std::string& dataFolder, const store::Keyring& keyring, base::Random& random) {
  std::string path = dataFolder + "/root.key";
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    RootKey key = makeRootKey(random);
    JsonObject document{
        {"account", key.account}, {"accessKeyId", key.accessKeyId}, {"secretAccessKey", key.secretAccessKey}};
    base::writeFileAtomically(path, keyring.seal(base::writeJson(document), kRootKeyContext), 0600);
    return key;
  }
  HEARTH_TRY(std::string sealed, base::readFile(path, kSmallFile));
  HEARTH_TRY(std::string text, keyring.open(sealed, kRootKeyContext));
  HEARTH_TRY(Json document, base::parseJson(text));
  return RootKey{base::findString(document, "account").value_or(""),
                 base::findString(document, "accessKeyId").value_or(""),
                 base::findString(document, "secretAccessKey").value_or("")};
}

void writeServerFile(const std::string& dataFolder, const ServerFile& file) {
  JsonObject document{{"pid", file.pid},
                      {"address", file.address},
                      {"region", file.region},
                      {"version", file.version},
                      {"clockShiftMillis", file.clockShiftMillis}};
  base::writeFileAtomically(serverFilePath(dataFolder), base::writeJsonPretty(document) + "\n", 0600);
}

void removeServerFile(const std::string& dataFolder) { ::unlink(serverFilePath(dataFolder).c_str()); }

std::optional<ServerFile> findServer(const std::string& dataFolder) {
  auto text = base::readFile(serverFilePath(dataFolder), kSmallFile);
  if (!text.ok()) return std::nullopt;
  auto document = base::parseJson(*text);
  if (!document.ok()) return std::nullopt;
  ServerFile file;
  if (const Json* pid = base::findMember(*document, "pid"); pid && pid->is_int64()) file.pid = pid->get_int64();
  file.address = base::findString(*document, "address").value_or("");
  file.region = base::findString(*document, "region").value_or("");
  file.version = base::findString(*document, "version").value_or("");
  if (const Json* shift = base::findMember(*document, "clockShiftMillis"); shift && shift->is_int64())
    file.clockShiftMillis = shift->get_int64();
  if (file.pid <= 0 || ::kill(static_cast<pid_t>(file.pid), 0) != 0) return std::nullopt;
  return file;
}

std::string resolveDataFolder(const std::string& given) {
  if (!given.empty()) return given;
  if (const char* fromEnvironment = std::getenv("HEARTH_DATA"); fromEnvironment && *fromEnvironment)
    return fromEnvironment;
  if (isFolder(".hearth")) return ".hearth";
  // build/PRESET/bin/hearth lies three folders below the checkout.
  std::error_code failed;
  std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (!failed) {
    std::string beside = (self.parent_path().parent_path().parent_path().parent_path() / ".hearth").string();
    if (isFolder(beside)) return beside;
  }
  const char* home = std::getenv("HOME");
  return std::string(home ? home : "/root") + "/.local/share/hearth";
}

}  // namespace hearth::cli
