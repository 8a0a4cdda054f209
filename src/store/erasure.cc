#include "store/erasure.h"

#include "base/log.h"

namespace hearth::store {

void truncateLog(Database& database) {
  // An effect runs outside of any transaction, where alone a checkpoint can.
  auto checkpoint = [&database] {
    auto rows = database.query("PRAGMA wal_checkpoint(TRUNCATE)");
    const bool busy = !rows.next() || rows.integer(0) != 0;
    if (busy) base::logWarning("store", "the log could not be truncated: somebody reads");
  };
  database.post([&database, checkpoint] { database.afterCommit(checkpoint); });
}

}  // namespace hearth::store
