#include "services/secretsmanager/secretsmanager_service.h"

namespace hearth::services::secretsmanager {

SecretsManagerService::SecretsManagerService(store::Database& database) : store_(database) {}

}  // namespace hearth::services::secretsmanager
