#include "services/ssm/ssm_store.h"

namespace hearth::services::ssm {

std::vector<store::Migration> ssmMigrations() { return {}; }

}  // namespace hearth::services::ssm
