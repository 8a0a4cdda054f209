// Mounts: the root that functions see.
//
// The spawner builds a template once, in its own mount namespace, below the run directory (a private tmpfs that no
// other process of the host sees and that vanishes with the spawner):
//
//   RUN/code/          unpacked packages, written by the server through a descriptor
//   RUN/root/          the template: binds of the host's system folders, a generated /etc, a minimal /dev
//
// A jail's copy of that namespace then needs few mounts of its own.
#pragma once

#include <string>

#include "sandbox/namespaces.h"

namespace hearth::sandbox {

// Mounts the private tmpfs over `runDirectory`, which exists. Throws std::system_error.
void mountRunDirectory(const std::string& runDirectory);

// Builds RUN/root and RUN/code; mounted says whether RUN is private. Throws std::system_error.
void buildTemplate(const std::string& runDirectory, const std::string& runtimesDirectory);

// In a jail: mounts the private /proc into the template. Throws std::system_error.
void mountProc(const std::string& runDirectory);

// In a jail: makes the template the root, and forgets the old one. The code shelf stays reachable at /.shelf.
void enterTemplate(const std::string& runDirectory);

// In a jail, after enterTemplate: binds code (and layers) read-only, mounts /tmp, drops the shelf.
void mountFunction(const std::string& code, const std::string& layers, unsigned temporaryMiB, uid_t uid, gid_t gid);

}  // namespace hearth::sandbox
