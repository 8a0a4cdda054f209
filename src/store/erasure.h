// Erasure: when what was deleted is gone from the disk.
//
// Deleting a row overwrites it with zeros in the database (PRAGMA secure_delete, erasing_vfs.h), but the
// write-ahead log keeps the pages as they were before, until it is written anew from its beginning.
#pragma once

#include "store/database.h"

namespace hearth::store {

// Soon, on the writer thread: copies the log into the database and cuts it to nothing. From any thread, and cheap
// when nothing was written since the last time. While a reader holds on to the log, it waits for it at most as long
// as a write would; then the log stays, which is logged, until the next call.
void truncateLog(Database& database);

}  // namespace hearth::store
