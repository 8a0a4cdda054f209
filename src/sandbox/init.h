// Init: the first process of a jail. It contains itself, starts the function, reaps what is orphaned, answers for
// names, and tells how the function ended; when it goes, the kernel ends every process of the jail.
#pragma once

#include "sandbox/contain.h"

namespace hearth::sandbox {

// The life of a jail from its first instruction: prepares, waits for its order, completes, runs the function.
[[noreturn]] void runJail(Jail jail);

}  // namespace hearth::sandbox
