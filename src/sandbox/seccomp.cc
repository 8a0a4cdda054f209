#include "sandbox/seccomp.h"

#include <linux/audit.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "base/fd.h"

namespace hearth::sandbox {

namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "the system call filter knows x86-64 and aarch64"
#endif

// The last call of Linux 6.10 (mseal). x32 calls have bit 30 set and are above it as well.
constexpr std::uint32_t kLastKnownCall = 462;

// Refused with EPERM.
constexpr int kRefused[] = {
    // Rearranging the file tree and the namespaces.
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_setns,
    SYS_unshare,
    SYS_quotactl,
    428 /* open_tree */,
    429 /* move_mount */,
    430 /* fsopen */,
    431 /* fsconfig */,
    432 /* fsmount */,
    433 /* fspick */,
    442 /* mount_setattr */,
    443 /* quotactl_fd */,
    457 /* statmount */,
    458 /* listmount */,
    // Files without a path walk.
    SYS_open_by_handle_at,
    SYS_name_to_handle_at,
    SYS_fanotify_init,
    // Other processes' memory and descriptors.
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_kcmp,
    438 /* pidfd_getfd */,
    SYS_move_pages,
    SYS_migrate_pages,
    // Kernel code, kernel memory, kernel keys.
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_bpf,
    SYS_perf_event_open,
    SYS_userfaultfd,
    SYS_add_key,
    SYS_request_key,
    SYS_keyctl,
    SYS_syslog,
    SYS_lookup_dcookie,
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
    // The machine as a whole.
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_acct,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_clock_adjtime,
    SYS_adjtimex,
    SYS_sethostname,
    SYS_setdomainname,
    SYS_vhangup,
    SYS_nfsservctl,
#if defined(__x86_64__)
    SYS_iopl,
    SYS_ioperm,
    SYS_modify_ldt,
    SYS_uselib,
    SYS_ustat,
    SYS_sysfs,
    SYS__sysctl,
    SYS_create_module,
    SYS_get_kernel_syms,
    SYS_query_module,
    SYS_afs_syscall,
    SYS_tuxcall,
    SYS_security,
    SYS_vserver,
#endif
};

// Answered as if the kernel did not have them, so that callers take their other way: glibc turns from clone3, whose
// flags lie in memory where a filter cannot look, to clone; io_uring would carry out refused calls in the kernel.
constexpr int kAbsent[] = {
    435 /* clone3 */,
    425 /* io_uring_setup */,
    426 /* io_uring_enter */,
    427 /* io_uring_register */,
};

constexpr std::uint32_t kNamespaceFlags =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

constexpr std::uint32_t kNumber = offsetof(seccomp_data, nr);
constexpr std::uint32_t kArch = offsetof(seccomp_data, arch);
// The low halves: both architectures are little-endian, and these arguments are ints.
constexpr std::uint32_t argument(unsigned at) {
  return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + at * sizeof(std::uint64_t));
}
constexpr std::uint32_t refuse(int error) { return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error); }

class Program final {
 public:
  void load(std::uint32_t offset) { add(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)); }
  void give(std::uint32_t verdict) { add(BPF_STMT(BPF_RET | BPF_K, verdict)); }
  // The next `size` instructions are for this value only.
  void whenEqual(std::uint32_t value, std::uint8_t size) {
    add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, size));
  }
  void whenNotEqual(std::uint32_t value, std::uint8_t size) {
    add(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, size, 0));
  }
  void whenAbove(std::uint32_t value, std::uint8_t size) {
    add(BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, value, 0, size));
  }
  void whenAnyBit(std::uint32_t bits, std::uint8_t size) {
    add(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, size));
  }
  std::vector<sock_filter> take() { return std::move(code_); }

 private:
  void add(sock_filter instruction) { code_.push_back(instruction); }
  std::vector<sock_filter> code_;
};

// socket(2) and socketpair(2): local and internet sockets, and of netlink the routing tables (getifaddrs(3)).
void filterFamilies(Program& program, int call) {
  program.whenEqual(static_cast<std::uint32_t>(call), 13);
  program.load(argument(0));
  for (int family : {AF_UNIX, AF_INET, AF_INET6}) {
    program.whenEqual(static_cast<std::uint32_t>(family), 1);
    program.give(SECCOMP_RET_ALLOW);
  }
  program.whenNotEqual(AF_NETLINK, 1);
  program.give(refuse(EAFNOSUPPORT));
  program.load(argument(2));
  program.whenNotEqual(NETLINK_ROUTE, 1);
  program.give(refuse(EAFNOSUPPORT));
  program.give(SECCOMP_RET_ALLOW);
}

}  // namespace

std::vector<sock_filter> systemCallFilter() {
  Program program;
  program.load(kArch);
  program.whenNotEqual(kArchitecture, 1);
  program.give(SECCOMP_RET_KILL_PROCESS);
  program.load(kNumber);
  program.whenAbove(kLastKnownCall, 1);
  program.give(refuse(ENOSYS));
  for (int call : kAbsent) {
    program.whenEqual(static_cast<std::uint32_t>(call), 1);
    program.give(refuse(ENOSYS));
  }
  for (int call : kRefused) {
    program.whenEqual(static_cast<std::uint32_t>(call), 1);
    program.give(refuse(EPERM));
  }
  program.whenEqual(SYS_clone, 4);
  program.load(argument(0));
  program.whenAnyBit(kNamespaceFlags, 1);
  program.give(refuse(EPERM));
  program.give(SECCOMP_RET_ALLOW);
  // Typing into the terminal that started the server.
  program.whenEqual(SYS_ioctl, 6);
  program.load(argument(1));
  program.whenEqual(TIOCSTI, 1);
  program.give(refuse(EPERM));
  program.whenEqual(TIOCLINUX, 1);
  program.give(refuse(EPERM));
  program.give(SECCOMP_RET_ALLOW);
  filterFamilies(program, SYS_socket);
  filterFamilies(program, SYS_socketpair);
  program.give(SECCOMP_RET_ALLOW);
  return program.take();
}

void installSystemCallFilter() {
  std::vector<sock_filter> code = systemCallFilter();
  const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) base::throwErrno("seccomp");
}

}  // namespace hearth::sandbox
