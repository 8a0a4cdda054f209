// What a server leaves in its data folder for the commands of the same machine: where it listens, and the root
// credentials that were made at its first start.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/fd.h"
#include "base/random.h"
#include "base/result.h"
#include "store/keyring.h"

namespace hearth::cli {

// The root of the account that the server was first started with.
struct RootKey {
  std::string account;  // 12 digits
  std::string accessKeyId;
  std::string secretAccessKey;
};

// Reads DATA/root.key, sealed with the keyring; makes it when the folder is new.
Result<RootKey> openRootKey(const std::string& dataFolder, const store::Keyring& keyring, base::Random& random);

// DATA/server.json, written when the server is ready and removed when it stops.
struct ServerFile {
  std::int64_t pid = 0;
  std::string address;  // where it listens: "127.0.0.1:4566", "0.0.0.0:4566"
  std::string region;
  std::string version;
  bool tls = false;  // other machines have to use https
  std::string url;   // what clients are told: "https://192.0.2.2:4566"

  const std::string& endpoint() const { return url; }
  // Where programs of this machine reach it, without TLS even where others need it.
  std::string localAddress() const;
};

// Makes the folder the caller's for as long as the descriptor is open; the kernel lets go of it when the process
// ends in whatever way. Fault: AlreadyRunning.
Result<base::Fd> lockDataFolder(const std::string& dataFolder);

void writeServerFile(const std::string& dataFolder, const ServerFile& file);
void removeServerFile(const std::string& dataFolder);
// nullopt when there is none, or nobody holds the lock of the folder.
std::optional<ServerFile> findServer(const std::string& dataFolder);

// That no server runs there, and how to start one. NoServer.
Fault noServer(const std::string& dataFolder);

// --data, else $HEARTH_DATA, else ./.hearth when it is there, else the .hearth beside the checkout that the program
// was built in, else ~/.local/share/hearth.
std::string resolveDataFolder(const std::string& given);

}  // namespace hearth::cli
