// Privileges: becoming nobody in particular, for good.
#pragma once

#include <sys/types.h>

namespace hearth::sandbox {

enum class GroupList : bool { kKeep, kDrop };

// Takes these ids for good; drops supplementary groups where the process may. Throws std::system_error.
void becomeUser(uid_t uid, gid_t gid, GroupList groups);

// Empties the capability sets, the bounding and the ambient set, and sets no_new_privs. Throws std::system_error.
void dropPrivileges();

// The calling process is killed when its parent ends, is not traced and leaves no core file. Changing ids undoes
// the first two, so this comes after them. Throws std::system_error.
void bindLifeToParent();

}  // namespace hearth::sandbox
