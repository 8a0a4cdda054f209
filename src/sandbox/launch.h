// Launcher: the server's side of the spawner. The only header of this folder that others include.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "base/task.h"
#include "sandbox/protocol.h"
#include "sandbox/walls.h"

namespace hearth::sandbox {

struct LauncherOptions {
  std::string spawnerPath;  // the hearth-spawner program
  JailMode mode = JailMode::kAuto;
  std::string runDirectory;       // absolute, exists, empty, 0700: memory is mounted over it, out of others' sight
  std::string runtimesDirectory;  // absolute: /var/runtime of the jails
  unsigned pooledJails = 4;       // blank jails made ahead
  std::chrono::milliseconds launchTime{30'000};  // a jail that is not there by then will not be waited for
};

// What to start. Names are entries of the run directory's code/ (isEntryName).
struct LaunchSpec {
  std::string code;
  std::string layers;                    // empty: none
  std::vector<std::string> arguments;    // the program first, as an absolute path inside
  std::vector<std::string> environment;  // NAME=value. AWS_LAMBDA_RUNTIME_API is added; unless set also
                                         // AWS_ENDPOINT_URL, and HTTPS_PROXY where AWS's names do not resolve
  unsigned memoryMiB = 128;
  unsigned temporaryMiB = 512;
};

// A started jail. Its end: `status` delivers one encoded Ended and then its end of file, or only the latter when
// the jail was killed from outside; `output` ends when no process of it can write any more.
struct Launched {
  std::uint64_t id = 0;  // for release()
  base::Fd process;      // pidfd of its first process: killing that kills the jail
  base::Fd output;       // standard output and error, non-blocking
  base::Fd status;       // non-blocking
  base::Fd runtimeApi;   // listening sockets inside the jail, non-blocking
  base::Fd awsEndpoint;
  base::Fd memoryPeak;    // empty without a memory limit; else decimal text at offset 0
  base::Fd memoryEvents;  // likewise; has a line "oom_kill N"
};

// Where a function finds its things.
struct JailPaths {
  std::string task;
  std::string runtime;
  std::string layers;
  std::string authority;  // a PEM file: whom to trust for AWS's names
};

// Lives on the loop; not thread-safe.
class Launcher final {
 public:
  // Starts the spawner and returns at once, so that the caller can go on with its own start. Fault: SpawnerFailed.
  static Result<std::unique_ptr<Launcher>> start(boost::asio::io_context& loop, const LauncherOptions& options);
  ~Launcher();
  Launcher(const Launcher&) = delete;
  Launcher& operator=(const Launcher&) = delete;

  // Waits for the spawner's survey of the machine: some milliseconds. Blocks; once, before anything below. Fault:
  // JailRefused when the mode is kStrict and walls are missing, or when no process can be contained at all.
  Result<void> awaitReady();

  const std::vector<Wall>& walls() const;
  // A descriptor of the run directory, in which code/ is. Other processes cannot reach it by a path.
  int runDirectory() const;
  JailPaths paths(const std::string& code, const std::string& layers) const;
  // Makes the certificate (PEM) what every jail finds at JailPaths::authority, those that wait in the pool
  // included. Blocks; once, before the first launch.
  void setAuthority(std::string_view certificate);

  // Fault: ServiceException 500 when the jail cannot be made, or not in time, or the spawner is gone.
  Task<Result<Launched>> launch(LaunchSpec spec);
  // Kills the jail if it still runs, and removes what is left of it. Every launched jail is released once.
  void release(std::uint64_t id);

  // Whether there is a spawner. It takes every jail with it when it dies; none can be made from then on.
  bool alive() const;
  // `tell` is called, once and on the loop, when the spawner has died by itself.
  void onEnd(std::function<void()> tell);

  // Ends the spawner and every jail. Idempotent.
  void stop();

 private:
  struct Impl;
  explicit Launcher(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;  // shared with the pending wait on the loop
};

// Kills every process of the jail, from any thread.
void killJail(const base::Fd& process);

}  // namespace hearth::sandbox
