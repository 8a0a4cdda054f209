// AWS Secrets Manager.
#pragma once

#include "api/call.h"
#include "api/secretsmanager.h"
#include "services/secretsmanager/secretsmanager_store.h"

namespace hearth::services::secretsmanager {

class SecretsManagerService final {
 public:
  // The database outlives the service.
  explicit SecretsManagerService(store::Database& database);

 private:
  SecretsManagerStore store_;
};

}  // namespace hearth::services::secretsmanager
