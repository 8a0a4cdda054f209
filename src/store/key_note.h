// KeyNote: the database remembers which master key its values are sealed with.
#pragma once

#include <vector>

#include "base/result.h"
#include "store/database.h"
#include "store/keyring.h"

namespace hearth::store {

const std::vector<Migration>& keyNoteMigrations();

// Notes the key's fingerprint in a database that has none; compares it with the one that is noted from then on.
// Blocks; at start, before anything is sealed or opened. Faults: WrongMasterKey when the data belongs to another
// key.
Result<void> requireMasterKey(Database& database, const Keyring& keyring);

}  // namespace hearth::store
