// The system call filter: what functions may ask of the kernel.
//
// A list of what no function needs and what has let processes out of containers before. Calls that are newer than
// this list do not exist for a function (ENOSYS), so that tomorrow's kernel opens no door.
#pragma once

#include <linux/filter.h>

#include <vector>

namespace hearth::sandbox {

// The program, for the machine that this was built for.
std::vector<sock_filter> systemCallFilter();

// Installs it for the calling process and all that it starts; no_new_privs must be set. Throws std::system_error.
void installSystemCallFilter();

}  // namespace hearth::sandbox
