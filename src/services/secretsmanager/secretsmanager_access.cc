#include "services/secretsmanager/secretsmanager_access.h"

namespace hearth::services::secretsmanager {

// One rule for every operation of service.toml: {"CreateX", "secretsmanager:CreateX", "arn:aws:secretsmanager:{region}:{account}:{Name}"}.
api::ServiceAccess secretsmanagerAccess() { return {"secretsmanager", {}, {}}; }

}  // namespace hearth::services::secretsmanager
