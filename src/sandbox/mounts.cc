#include "sandbox/mounts.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

// Last: glibc's header and the kernel's overlap, and agree in this order.
#include <sys/mount.h>

namespace hearth::sandbox {

namespace {

// System folders that functions may read. Whatever of them is a link on the host (merged /usr) is one here too.
constexpr std::array<const char*, 7> kSystemFolders{"usr", "bin", "sbin", "lib", "lib64", "lib32", "libx32"};
// Single files and folders of the host's /etc: how the loader finds libraries, and whom TLS trusts.
constexpr std::array<const char*, 4> kHostEtc{"etc/ld.so.cache", "etc/alternatives", "etc/ssl/certs",
                                              "etc/ssl/openssl.cnf"};
constexpr std::array<const char*, 5> kDevices{"null", "zero", "full", "random", "urandom"};

struct TextFile {
  const char* path;
  std::string_view text;
};
constexpr std::array<TextFile, 6> kGeneratedEtc{{
    {"etc/passwd", "root:x:0:0:root:/root:/sbin/nologin\nsbx_user:x:993:990::/tmp:/sbin/nologin\n"},
    {"etc/group", "root:x:0:\nsbx_user:x:990:\n"},
    {"etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"},
    {"etc/resolv.conf", "nameserver 127.0.0.1\n"},
    {"etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\nservices: files\n"},
    {"etc/host.conf", "multi on\n"},
}};

struct Link {
  const char* path;
  const char* target;
};
constexpr std::array<Link, 7> kLinks{{
    {"etc/localtime", "/usr/share/zoneinfo/UTC"},
    {"etc/os-release", "../usr/lib/os-release"},
    {"node_modules", "/usr/local/lib/node_modules"},  // npm install --global
    {"dev/fd", "/proc/self/fd"},
    {"dev/stdin", "/proc/self/fd/0"},
    {"dev/stdout", "/proc/self/fd/1"},
    {"dev/stderr", "/proc/self/fd/2"},
}};

void makeDirectory(const std::string& path, mode_t mode = 0755) {
  if (mkdir(path.c_str(), mode) != 0 && errno != EEXIST) base::throwErrno("mkdir", path);
  // Exactly this mode, whatever the umask.
  if (chmod(path.c_str(), mode) != 0) base::throwErrno("chmod", path);
}

void writeFile(const std::string& path, std::string_view text) {
  base::Fd file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!file) base::throwErrno("create", path);
  if (write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    base::throwErrno("write", path);
  }
  if (fchmod(file.get(), 0644) != 0) base::throwErrno("chmod", path);
}

void makeLink(const std::string& path, const char* target) {
  if (symlink(target, path.c_str()) != 0 && errno != EEXIST) base::throwErrno("symlink", path);
}

void bind(const std::string& source, const std::string& target, unsigned long more = 0) {
  if (mount(source.c_str(), target.c_str(), nullptr, MS_BIND | more, nullptr) != 0) {
    base::throwErrno("bind " + source + " to", target);
  }
}

// Sets the attributes on the mount and everything mounted below it.
void restrictTree(const std::string& target, unsigned long attributes) {
  mount_attr attr{};
  attr.attr_set = attributes;
  if (syscall(SYS_mount_setattr, AT_FDCWD, target.c_str(), AT_RECURSIVE, &attr, sizeof attr) == 0) return;
  if (errno != ENOSYS) base::throwErrno("restrict", target);
  // Linux before 5.12: one mount at a time, and every flag that it already has must be repeated.
  struct statvfs now {};
  if (statvfs(target.c_str(), &now) != 0) base::throwErrno("statvfs", target);
  unsigned long flags = MS_REMOUNT | MS_BIND;
  if ((attributes & MOUNT_ATTR_RDONLY) != 0 || (now.f_flag & ST_RDONLY) != 0) flags |= MS_RDONLY;
  if ((attributes & MOUNT_ATTR_NOSUID) != 0 || (now.f_flag & ST_NOSUID) != 0) flags |= MS_NOSUID;
  if ((attributes & MOUNT_ATTR_NODEV) != 0 || (now.f_flag & ST_NODEV) != 0) flags |= MS_NODEV;
  if ((attributes & MOUNT_ATTR_NOEXEC) != 0 || (now.f_flag & ST_NOEXEC) != 0) flags |= MS_NOEXEC;
  if ((now.f_flag & ST_NOATIME) != 0) flags |= MS_NOATIME;
  if ((now.f_flag & ST_RELATIME) != 0) flags |= MS_RELATIME;
  if (mount(nullptr, target.c_str(), nullptr, flags, nullptr) != 0) base::throwErrno("remount", target);
}

constexpr unsigned long kReadOnly = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

void buildSystemFolders(const std::string& root) {
  for (const char* name : kSystemFolders) {
    const std::string source = std::string("/") + name;
    const std::string target = root + "/" + name;
    struct stat status {};
    if (lstat(source.c_str(), &status) != 0) continue;
    if (S_ISLNK(status.st_mode)) {
      std::array<char, 256> link{};
      if (readlink(source.c_str(), link.data(), link.size() - 1) < 0) base::throwErrno("readlink", source);
      makeLink(target, link.data());
    } else if (S_ISDIR(status.st_mode)) {
      makeDirectory(target);
      bind(source, target, MS_REC);
      restrictTree(target, kReadOnly);
    }
  }
}

void buildEtc(const std::string& root) {
  makeDirectory(root + "/etc");
  makeDirectory(root + "/etc/ssl");
  for (const TextFile& file : kGeneratedEtc) writeFile(root + "/" + file.path, file.text);
  for (const char* name : kHostEtc) {
    const std::string source = std::string("/") + name;
    const std::string target = root + "/" + name;
    struct stat status {};
    if (stat(source.c_str(), &status) != 0) continue;
    if (S_ISDIR(status.st_mode))
      makeDirectory(target);
    else
      writeFile(target, "");
    bind(source, target);
    restrictTree(target, kReadOnly | MOUNT_ATTR_NOEXEC);
  }
}

void buildDevices(const std::string& root) {
  makeDirectory(root + "/dev");
  for (const char* name : kDevices) {
    const std::string target = root + "/dev/" + name;
    writeFile(target, "");
    bind(std::string("/dev/") + name, target);
    restrictTree(target, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
  }
}

}  // namespace

void mountRunDirectory(const std::string& runDirectory) {
  // Nothing that is mounted from here on may show on the host.
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) base::throwErrno("make mounts private");
  if (mount("hearth", runDirectory.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700,size=50%") != 0) {
    base::throwErrno("mount tmpfs", runDirectory);
  }
}

void buildTemplate(const std::string& runDirectory, const std::string& runtimesDirectory) {
  const std::string root = runDirectory + "/root";
  makeDirectory(runDirectory + "/code");
  makeDirectory(runDirectory + "/trust");
  makeDirectory(root);
  bind(root, root);
  buildSystemFolders(root);
  buildEtc(root);
  buildDevices(root);
  for (const Link& link : kLinks) makeLink(root + "/" + link.path, link.target);
  for (const char* name : {"/proc", "/tmp", "/opt", "/var", "/var/task", "/var/runtime", "/etc/hearth"})
    makeDirectory(root + name);
  makeDirectory(root + "/.shelf", 0700);
  bind(runtimesDirectory, root + "/var/runtime");
  restrictTree(root + "/var/runtime", kReadOnly);
  bind(runDirectory + "/trust", root + "/etc/hearth");
  restrictTree(root + "/etc/hearth", kReadOnly | MOUNT_ATTR_NOEXEC);
  // The root itself last: its own folders are not to be written either.
  mount_attr attr{};
  attr.attr_set = kReadOnly;
  if (syscall(SYS_mount_setattr, AT_FDCWD, root.c_str(), 0, &attr, sizeof attr) != 0 &&
      (errno != ENOSYS || mount(nullptr, root.c_str(), nullptr,
                                MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, nullptr) != 0)) {
    base::throwErrno("make read-only", root);
  }
}

void mountProc(const std::string& runDirectory) {
  const std::string target = runDirectory + "/root/proc";
  if (mount("proc", target.c_str(), "proc", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) {
    base::throwErrno("mount", target);
  }
}

void enterTemplate(const std::string& runDirectory) {
  const std::string root = runDirectory + "/root";
  // A mount that came with the copied namespace is locked against pivot_root; a fresh bind of it is not.
  bind(root, root, MS_REC);
  bind(runDirectory + "/code", root + "/.shelf");
  if (chdir(root.c_str()) != 0) base::throwErrno("chdir", root);
  // Old and new root on the same place, then the upper one is dropped (pivot_root(2), NOTES).
  if (syscall(SYS_pivot_root, ".", ".") != 0) base::throwErrno("pivot_root", root);
  if (umount2(".", MNT_DETACH) != 0) base::throwErrno("drop the old root");
  if (chdir("/") != 0) base::throwErrno("chdir", "/");
}

void mountFunction(const std::string& code, const std::string& layers, unsigned temporaryMiB, uid_t uid,
                   gid_t gid) {
  if (!code.empty()) {
    bind("/.shelf/" + code, "/var/task");
    restrictTree("/var/task", kReadOnly);
  }
  if (!layers.empty()) {
    bind("/.shelf/" + layers, "/opt");
    restrictTree("/opt", kReadOnly);
  }
  if (umount2("/.shelf", MNT_DETACH) != 0) base::throwErrno("drop the code shelf");
  const std::string options = "mode=0700,size=" + std::to_string(temporaryMiB) +
                              "m,nr_inodes=65536,uid=" + std::to_string(uid) + ",gid=" + std::to_string(gid);
  if (mount("tmp", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) != 0) {
    base::throwErrno("mount tmpfs", "/tmp");
  }
  if (chdir(code.empty() ? "/" : "/var/task") != 0) base::throwErrno("chdir", "/var/task");
}

}  // namespace hearth::sandbox
