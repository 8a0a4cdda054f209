// hearth-spawner: started by the server, with its end of the socketpair as descriptor 3 and an empty environment.
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

#include "sandbox/spawner.h"

int main() {
  constexpr int kServer = 3;
  int type = 0;
  socklen_t size = sizeof type;
  if (getsockopt(kServer, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_SEQPACKET) {
    std::fputs("hearth-spawner is started by hearth, not by hand\n", stderr);
    return 2;
  }
  syscall(SYS_close_range, 4U, ~0U, 0);
  prctl(PR_SET_NAME, "hearth-spawner");
  try {
    return hearth::sandbox::Spawner(hearth::base::Fd(kServer)).run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hearth-spawner: %s\n", error.what());
    return 1;
  }
}
