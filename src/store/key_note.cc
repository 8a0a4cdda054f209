#include "store/key_note.h"

namespace hearth::store {

const std::vector<Migration>& keyNoteMigrations() {
  static const std::vector<Migration> kSteps{
      {"store/001 master key", "CREATE TABLE store_master_key (fingerprint TEXT NOT NULL) STRICT"}};
  return kSteps;
}

Result<void> requireMasterKey(Database& database, const Keyring& keyring) {
  return database.writeAndWait([&]() -> Result<void> {
    std::optional<std::string> noted;
    {
      auto rows = database.query("SELECT fingerprint FROM store_master_key");
      if (rows.next()) noted = rows.text(0);
    }
    if (!noted) {
      database.execute("INSERT INTO store_master_key (fingerprint) VALUES (?)", keyring.fingerprint());
    } else if (*noted != keyring.fingerprint()) {
      return Fault("WrongMasterKey",
                   "The data is encrypted with another master key: it belongs to key " + *noted +
                       ", given was key " + keyring.fingerprint() +
                       ". Put the right master.key back, or give it in HEARTH_MASTER_KEY.",
                   500);
    }
    return {};
  });
}

}  // namespace hearth::store
