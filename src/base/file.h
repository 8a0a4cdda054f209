// Whole files and folders. Every call blocks; none of them belongs on the loop except readFile of small local
// files. What is not foreseen (no space, no permission, a broken disk) throws std::system_error with step and path.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hearth::base {

// Faults: NoSuchFile (404) when there is none; FileTooLarge (400) when it has more than `limit` bytes.
Result<std::string> readFile(const std::string& path, std::size_t limit);

// Makes `path` hold exactly `bytes`, durably: after a crash it has either its former content or this one. `mode`
// is exact, whatever the umask.
void writeFileAtomically(const std::string& path, std::string_view bytes, mode_t mode = 0600);

// All of it, at the descriptor's offset.
void writeAll(int fd, std::string_view bytes, std::string_view path = {});

// Makes the names in a folder durable (fsync of the folder).
void syncDirectory(const std::string& path);

// Makes `path` and what is missing above it, durably, each with exactly `mode`. A folder that exists is left as it
// is.
void createDirectories(const std::string& path, mode_t mode = 0700);

// Removes a file, or a folder with everything in it, of any depth. Never follows a symbolic link, nor leaves the
// folder when its content is moved meanwhile. What is gone already is no error.
void removeTree(const std::string& path);

}  // namespace hearth::base
