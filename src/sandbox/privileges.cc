#include "sandbox/privileges.h"

#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/fd.h"

namespace hearth::sandbox {

void becomeUser(uid_t uid, gid_t gid, GroupList groups) {
  // Keep what lets the steps behind this one run; dropPrivileges() takes it all.
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) base::throwErrno("keep capabilities");
  if (groups == GroupList::kDrop && syscall(SYS_setgroups, 0, nullptr) != 0) base::throwErrno("setgroups");
  // The raw calls: glibc's would look for threads to tell.
  if (syscall(SYS_setresgid, gid, gid, gid) != 0) base::throwErrno("setresgid");
  if (syscall(SYS_setresuid, uid, uid, uid) != 0) base::throwErrno("setresuid");
}

void dropPrivileges() {
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  // A change of ids can have emptied the effective set; what is permitted may be raised again for the two below.
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> sets{};
  if (syscall(SYS_capget, &header, sets.data()) != 0) base::throwErrno("capget");
  for (auto& set : sets) set.effective = set.permitted;
  if (syscall(SYS_capset, &header, sets.data()) != 0) base::throwErrno("raise capabilities");

  const bool mayBound = (sets[0].effective & (1U << CAP_SETPCAP)) != 0;
  if (mayBound) {
    for (int capability = 0; capability < 64; ++capability) {
      if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) {
        if (errno == EINVAL) break;  // behind the last one that this kernel knows
        base::throwErrno("drop from the bounding set");
      }
    }
    const unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                               SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                               SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
    if (prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) != 0) base::throwErrno("securebits");
  }
  sets = {};
  if (syscall(SYS_capset, &header, sets.data()) != 0) base::throwErrno("drop capabilities");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) base::throwErrno("no_new_privs");
}

void bindLifeToParent() {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) base::throwErrno("parent death signal");
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) base::throwErrno("dumpable");
}

}  // namespace hearth::sandbox
