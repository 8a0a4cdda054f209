// File rules: Landlock (landlock(7)) where there is no mount namespace to give functions a root of their own.
#pragma once

#include <string>
#include <vector>

namespace hearth::sandbox {

// Whether this kernel has Landlock switched on.
bool fileRulesAvailable();

// From here on, the process and all that it starts may read and execute below `readable`, and also write below
// `writable`; nothing else of the file tree. Paths that do not exist are passed over. no_new_privs must be set.
// Throws std::system_error.
void restrictFiles(const std::vector<std::string>& readable, const std::vector<std::string>& writable);

}  // namespace hearth::sandbox
