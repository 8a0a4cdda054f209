#include "cli/local_server.h"

#include <fcntl.h>
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

// The whole file, as a lock that belongs to the open description (fcntl(2), F_OFD_SETLK).
struct flock wholeFile() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

std::string lockPath(const std::string& dataFolder) { return dataFolder + "/server.lock"; }

bool isLocked(const std::string& dataFolder) {
  const base::Fd file(::open(lockPath(dataFolder).c_str(), O_RDWR | O_CLOEXEC));
  struct flock lock = wholeFile();
  return file && ::fcntl(file.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

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
  auto opened = keyring.open(sealed, kRootKeyContext);
  if (!opened.ok())
    return Fault("WrongMasterKey",
                 path +
                     " does not open with this master key. Put the right master.key back, or give it in "
                     "HEARTH_MASTER_KEY.",
                 500);
  const std::string& text = *opened;
  HEARTH_TRY(Json document, base::parseJson(text));
  return RootKey{base::findString(document, "account").value_or(""),
                 base::findString(document, "accessKeyId").value_or(""),
                 base::findString(document, "secretAccessKey").value_or("")};
}

Result<base::Fd> lockDataFolder(const std::string& dataFolder) {
  const std::string path = lockPath(dataFolder);
  base::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) base::throwErrno("open", path);
  struct flock lock = wholeFile();
  if (::fcntl(file.get(), F_OFD_SETLK, &lock) == 0) return file;
  if (errno != EAGAIN && errno != EACCES) base::throwErrno("lock", path);
  const auto running = findServer(dataFolder);
  return Fault("AlreadyRunning", "A server" + (running ? " (pid " + std::to_string(running->pid) + ")" : "") +
                                     " already runs on " + dataFolder + ". Stop it with: hearth stop --data " +
                                     dataFolder);
}

void writeServerFile(const std::string& dataFolder, const ServerFile& file) {
  JsonObject document{{"pid", file.pid},         {"address", file.address}, {"region", file.region},
                      {"version", file.version}, {"tls", file.tls},         {"url", file.url}};
  base::writeFileAtomically(serverFilePath(dataFolder), base::writeJsonPretty(document) + "\n", 0600);
}

std::string ServerFile::localAddress() const {
  if (address.starts_with("0.0.0.0:")) return "127.0.0.1" + address.substr(7);
  if (address.starts_with("[::]:")) return "[::1]" + address.substr(4);
  return address;
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
  if (const Json* tls = base::findMember(*document, "tls"); tls && tls->is_bool()) file.tls = tls->get_bool();
  file.url = base::findString(*document, "url").value_or((file.tls ? "https://" : "http://") + file.address);
  // A process id alone tells nothing: after a crash it may be another program's.
  if (file.pid <= 0 || !isLocked(dataFolder)) return std::nullopt;
  return file;
}

Fault noServer(const std::string& dataFolder) {
  std::error_code ignored;
  // A log in the folder is ./start's.
  const bool byStart = std::filesystem::exists(dataFolder + "/server.log", ignored);
  return Fault("NoServer", "No server runs on " + dataFolder + ". Start one with: " +
                               (byStart ? "./start --data " + dataFolder + "  or  " : std::string()) +
                               "hearth serve --data " + dataFolder);
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
