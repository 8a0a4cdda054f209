#include "sandbox/contain.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <stdexcept>

#include "sandbox/file_rules.h"
#include "sandbox/limits.h"
#include "sandbox/mounts.h"
#include "sandbox/names.h"
#include "sandbox/namespaces.h"
#include "sandbox/network.h"
#include "sandbox/privileges.h"
#include "sandbox/seccomp.h"

namespace hearth::sandbox {

namespace {

using enum Facility;

bool has(const Jail& jail, Facility facility) { return jail.site.facilities.has(facility); }

// --- prepare -----------------------------------------------------------------------------------------------------

// The spawner's first packet says that our ids are mapped.
void waitForIdMaps(Jail& jail) {
  char byte = 0;
  if (recv(jail.control.get(), &byte, 1, 0) != 1) throw std::runtime_error("the spawner is gone");
}

void nameHost(Jail& jail) {
  static constexpr std::string_view kName = "hearth";
  if (has(jail, kUtsNamespace) && sethostname(kName.data(), kName.size()) != 0) base::throwErrno("sethostname");
}

void makeProc(Jail& jail) {
  if (has(jail, kProcMount)) mountProc(jail.site.runDirectory);
}

void enterRoot(Jail& jail) {
  if (has(jail, kMountNamespace)) enterTemplate(jail.site.runDirectory);
}

// Whether AWS's names lead to the endpoint's door, whatever the code that asks for them.
bool resolvesNames(const Jail& jail) { return has(jail, kNetworkNamespace) && has(jail, kMountNamespace); }

void openDoors(Jail& jail) {
  const bool own = has(jail, kNetworkNamespace);
  if (own) raiseLoopback();
  jail.runtimeApi = listenOnLoopback(own ? kRuntimeApiPort : 0);
  jail.awsEndpoint = listenOnLoopback(own ? kAwsEndpointPort : 0);
  if (resolvesNames(jail)) jail.names = openNameSocket();
}

// --- complete ----------------------------------------------------------------------------------------------------

std::string address(const base::Fd& socket) { return "127.0.0.1:" + std::to_string(boundPort(socket.get())); }

// The two addresses are known here alone; a function's own settings stay. For code that knows no endpoint it is
// also a proxy that ends tunnels to AWS's names, where these cannot lead to it by themselves.
void nameDoors(Jail& jail) {
  std::vector<std::string>& environment = jail.order->environment;
  const std::string endpoint = "http://" + address(jail.awsEndpoint);
  for (const std::string name : {"AWS_ENDPOINT_URL=", "HTTPS_PROXY="}) {
    if (name == "HTTPS_PROXY=" && resolvesNames(jail)) continue;
    const bool own = std::any_of(environment.begin(), environment.end(),
                                 [&](const std::string& variable) { return variable.starts_with(name); });
    if (!own) environment.push_back(name + endpoint);
  }
  environment.push_back("AWS_LAMBDA_RUNTIME_API=" + address(jail.runtimeApi));
  // From here on they are the server's alone.
  jail.runtimeApi.reset();
  jail.awsEndpoint.reset();
}

void mountFiles(Jail& jail) {
  const LaunchOrder& order = *jail.order;
  if (has(jail, kMountNamespace)) {
    mountFunction(order.code, order.layers, order.temporaryMiB, jail.uid, jail.gid);
    return;
  }
  // Without a root of its own the function works in the host's, and finds its room for temporary files by name.
  jail.order->environment.push_back("TMPDIR=" + jail.temporary);
  const std::string home = jail.site.runDirectory + "/code/" + order.code;
  if (!order.code.empty() && chdir(home.c_str()) != 0) base::throwErrno("chdir", home);
}

void setLimits(Jail& jail) { applyLimits(jail.site.facilities, jail.order->memoryMiB); }

void changeIdentity(Jail& jail) {
  const bool mapped = has(jail, kUserNamespace);
  if (!mapped && !has(jail, kOwnIdentity)) return;
  // Where setgroups(2) was given up for the map, the groups are those of the server's user.
  becomeUser(jail.uid, jail.gid, has(jail, kOwnIdentity) ? GroupList::kDrop : GroupList::kKeep);
}

void losePrivileges(Jail&) { dropPrivileges(); }

void dieWithSpawner(Jail& jail) {
  bindLifeToParent();
  // It may have ended before the call above.
  pollfd control{jail.control.get(), POLLIN, 0};
  if (poll(&control, 1, 0) > 0 && (control.revents & POLLHUP) != 0) throw std::runtime_error("the spawner is gone");
}

// Out of the server's session and terminal; private files by default are not wanted in /tmp, as on AWS.
void leaveSession(Jail&) {
  if (setsid() < 0) base::throwErrno("setsid");
  umask(022);
}

void ruleFiles(Jail& jail) {
  if (!has(jail, kFileRules)) return;
  restrictFiles({"/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/proc", "/dev", jail.site.runtimesDirectory,
                 jail.site.runDirectory + "/code", jail.site.runDirectory + "/trust"},
                {"/dev/null", "/dev/zero", "/tmp", jail.temporary});
}

void filterCalls(Jail& jail) {
  if (has(jail, kSystemCallFilter)) installSystemCallFilter();
}

// --- the lists ---------------------------------------------------------------------------------------------------

struct Step {
  const char* name;
  Facility facility;  // what is missing when the step fails
  void (*run)(Jail&);
};

// Behind clone(2), which already made the namespaces.
constexpr std::array kPrepare{
    Step{"wait for the id maps", kUserNamespace, waitForIdMaps},
    Step{"name the host", kUtsNamespace, nameHost},
    Step{"mount /proc", kProcMount, makeProc},
    Step{"enter the read-only root", kMountNamespace, enterRoot},
    Step{"open the Runtime API and the AWS endpoint", kNetworkNamespace, openDoors},
};

// Privileges go after what needs them, the filter last of all: it refuses most of the steps above it.
constexpr std::array kComplete{
    Step{"name the doors", kNetworkNamespace, nameDoors},
    Step{"mount code, layers and /tmp", kMountNamespace, mountFiles},
    Step{"set resource limits", kProcessLimit, setLimits},
    Step{"become an unprivileged user", kOwnIdentity, changeIdentity},
    Step{"drop capabilities, no new privileges", kNoPrivileges, losePrivileges},
    Step{"die with the spawner", kNoPrivileges, dieWithSpawner},
    Step{"leave the session", kNoPrivileges, leaveSession},
    Step{"restrict files", kFileRules, ruleFiles},
    Step{"filter system calls", kSystemCallFilter, filterCalls},
};

std::optional<StepFailure> run(std::span<const Step> steps, Jail& jail) {
  for (const Step& step : steps) {
    try {
      step.run(jail);
    } catch (const std::exception& error) {
      return StepFailure{step.facility, std::string(step.name) + ": " + error.what()};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<StepFailure> prepare(Jail& jail) { return run(kPrepare, jail); }

std::optional<StepFailure> complete(Jail& jail) { return run(kComplete, jail); }

}  // namespace hearth::sandbox
