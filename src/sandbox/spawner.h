// Spawner: a small single-threaded process beside the server that makes and buries jails.
//
// It exists because fork(2) from a large, threaded server is slow and unsafe, and because jails start from a
// process that holds no secret of the server. It keeps a few blank jails ready, made while it has nothing else to
// do. When the server goes, so does it, and every jail with it.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/fd.h"
#include "sandbox/cgroups.h"
#include "sandbox/jail_factory.h"
#include "sandbox/protocol.h"
#include "sandbox/survey.h"

namespace hearth::sandbox {

class Spawner final {
 public:
  // `server`: the spawner's end of the socketpair.
  explicit Spawner(base::Fd server);

  // Serves until the server goes. Returns the exit status of the process.
  int run();

 private:
  struct Entry {
    JailHandle jail;
    bool ended = false;
    bool released = false;
  };

  bool configure();
  void serve();
  bool handle(Packet& packet);
  void launch(const LaunchOrder& order);
  // Hands the started jail over to the server.
  void tell(std::uint64_t request, const JailHandle& jail);
  std::optional<JailHandle> takeBlank(std::string& reason);
  void refill();
  void reap();
  void release(std::uint64_t id);
  void bury(Entry& entry);
  void cleanUp();

  base::Fd server_;
  base::Fd children_;  // signalfd of SIGCHLD
  Configure configure_;
  std::unique_ptr<Cgroups> cgroups_;
  Surveyed surveyed_;
  std::unique_ptr<JailFactory> factory_;
  std::deque<JailHandle> blanks_;
  std::map<pid_t, Entry> jails_;
  std::vector<JailHandle> unburied_;  // reaped, but their cgroups are still busy
  unsigned failures_ = 0;             // blank jails that could not be made, in a row
};

}  // namespace hearth::sandbox
