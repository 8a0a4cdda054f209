#include "services/secretsmanager/secretsmanager_store.h"

namespace hearth::services::secretsmanager {

std::vector<store::Migration> secretsmanagerMigrations() { return {}; }

}  // namespace hearth::services::secretsmanager
